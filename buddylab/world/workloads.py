"""Named workloads: who does what with a machine's memory, from a seed.

`start("file_server")` gives a Simulation that is ready to run. Every workload has its story, its parameters with their
units, and what to look for, in English and Chinese. Units: MB, pages of 4096 bytes, jiffies (250 a second), seconds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from buddylab.core.machine import Machine
from buddylab.core.zone import HZ
from buddylab.machines.hardware import MACHINES
from buddylab.said import Said, unknown
from buddylab.world import stories
from buddylab.world.observe import Series
from buddylab.world.population import Population
from buddylab.world.simulation import Simulation
from buddylab.world.users import Disk

MB = 256
"""Pages in a megabyte."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A whole number that a workload can be given. unit: what it counts."""

    default: int
    least: int
    most: int
    unit: str
    unit_zh: str
    text: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class Workload:
    """A story with its parameters. people: sets its processes up. swap_mb: the swap device that it has by default."""

    name: str
    name_zh: str
    story: str
    story_zh: str
    look_for: str
    look_for_zh: str
    people: Callable[[Simulation, Random, Mapping[str, int]], None]
    parameters: Mapping[str, Parameter]
    swap_mb: int = 0


_PAGES_S = ("pages a second", "页/秒")
_SWAP = Parameter(0, 0, 1 << 20, "MB", "MB", "size of the swap device", "交换设备的大小")
_DISK = Parameter(40, 1, 10_000, "MB a second", "MB/秒", "what the disk can write", "磁盘的写入速度")

WORKLOADS: dict[str, Workload] = {
    "idle_desktop": Workload(
        "idle desktop",
        "空闲的桌面",
        "A few programs lie about in memory, and a nightly job reads the whole disk.",
        "几个程序闲置在内存中，夜间任务读遍整个磁盘。",
        "Free memory sinks to pages_low and stays there: the cache takes what nobody needs, and kswapd gives it back.",
        "空闲内存降到 pages_low 后保持不变：缓存占用无人使用的内存，再由 kswapd 收回。",
        stories.idle_desktop,
        {
            "programs": Parameter(
                40, 1, 100, "% of memory", "占内存的百分比", "what the programs hold", "程序占用的内存"
            ),
            "read_rate": Parameter(4000, 0, 1_000_000, *_PAGES_S, "how fast the job reads", "任务读取的速度"),
        },
        swap_mb=64,
    ),
    "file_server": Workload(
        "file server",
        "文件服务器",
        "Files are read over the network; jumbo frames ask for 32 kB in one piece, and cannot wait.",
        "文件经网络被读取；巨型帧要求连续 32 kB，而且不能等待。",
        "Failures of order 3 with plenty of free memory: the free pages lie scattered.",
        "空闲内存充足时 3 阶请求失败：空闲页是分散的。",
        stories.file_server,
        {
            "files": Parameter(2048, 1, 1 << 20, "MB", "MB", "size of all files", "全部文件的大小"),
            "read_rate": Parameter(20_000, 0, 1_000_000, *_PAGES_S, "how fast they are read", "读取的速度"),
            "burst": Parameter(24, 0, 10_000, "frames", "帧", "frames that arrive at once", "一次到达的帧数"),
            "every": Parameter(5, 1, 100_000, "jiffies", "jiffies", "time from burst to burst", "两次突发的间隔"),
            "order": Parameter(3, 0, 10, "order", "阶", "order of a frame's buffer", "一帧缓冲区的阶"),
        },
    ),
    "fork_bomb": Workload(
        "fork bomb",
        "fork 炸弹",
        "A process starts two of its kind, and each of them does the same.",
        "一个进程启动两个同样的进程，每个又照做。",
        "Kernel stacks (order 1) fill low memory; whom does the OOM killer choose, and does it help?",
        "内核栈（1 阶）填满低端内存；OOM killer 选中谁？有用吗？",
        stories.fork_bomb,
        {
            "pages": Parameter(40, 1, 100_000, "pages", "页", "what each process touches", "每个进程触及的页数"),
            "every": Parameter(10, 1, 100_000, "jiffies", "jiffies", "time from birth to birth", "两次 fork 的间隔"),
            "most": Parameter(1000, 1, 20_000, "processes", "进程", "limit of processes", "进程数的上限"),
        },
    ),
    "memory_hog": Workload(
        "memory hog",
        "内存大户",
        "One program grows without end; its neighbours only want to keep what they have.",
        "一个程序无止境地增长；它的邻居只想保住自己已有的。",
        "First cache goes, then swap fills, then somebody dies: the stalls before that are the neighbours' too.",
        "先失去缓存，再填满交换区，然后有人被杀：此前邻居们也会停顿。",
        stories.memory_hog,
        {
            "rate": Parameter(8000, 1, 1_000_000, *_PAGES_S, "how fast it grows", "增长的速度"),
            "neighbours": Parameter(4, 0, 100, "processes", "进程", "how many others there are", "其他进程的数目"),
            "each": Parameter(8, 1, 100_000, "MB", "MB", "what each of them holds", "它们各自占用的内存"),
        },
        swap_mb=32,
    ),
    "slow_leak": Workload(
        "slow leak",
        "缓慢的泄漏",
        "A daemon loses a little memory with every request, beside an ordinary load of files.",
        "一个守护进程每次请求都丢失一点内存，旁边是普通的文件负载。",
        "For long nothing shows but a shrinking cache; the end comes quickly.",
        "很长时间里只看得到缓存缩小；终点来得很快。",
        stories.slow_leak,
        {
            "rate": Parameter(400, 1, 1_000_000, *_PAGES_S, "what it leaks", "泄漏的速度"),
            "read_rate": Parameter(1000, 0, 1_000_000, *_PAGES_S, "how fast files are read", "读取文件的速度"),
        },
    ),
    "long_among_short": Workload(
        "long among short",
        "长寿命夹在短寿命之间",
        "Most blocks live for a moment, one in many stays for ever, and now and then somebody wants a large one.",
        "大多数块只活一瞬间，少数永远留下，时而有人要一大块。",
        "Nearly all memory is free in the end, and the large request still fails: the unusable index says why.",
        "最后几乎全部内存空闲，大块请求仍然失败：不可用指数说明原因。",
        stories.long_among_short,
        {
            "share": Parameter(24, 2, 100_000, "blocks", "块", "one in so many stays", "每多少块留下一块"),
            "wave": Parameter(
                90, 1, 100, "% of memory", "占内存的百分比", "what is held for a moment", "短暂占用的内存"
            ),
            "order": Parameter(5, 0, 10, "order", "阶", "the large block", "大块的阶"),
        },
    ),
    "dirty_flood": Workload(
        "dirty flood",
        "脏页洪水",
        "A program writes faster than the disk can, and a reader wants memory at the same time.",
        "一个程序写得比磁盘快，同时一个读者需要内存。",
        "Dirty pages cannot be freed, only written: the writer is slowed to the disk's pace, others stall too.",
        "脏页不能释放，只能写出：写者被减慢到磁盘的速度，其他进程也停顿。",
        stories.dirty_flood,
        {
            "rate": Parameter(40_000, 1, 1_000_000, *_PAGES_S, "how fast it would write", "想要写入的速度"),
            "read_rate": Parameter(4000, 0, 1_000_000, *_PAGES_S, "how fast the reader reads", "读者的速度"),
        },
    ),
}


def parameters(name: str) -> dict[str, Parameter]:
    """A workload's parameters, with those that all have: swap_mb, disk_rate, kernel (pinned, % of memory)."""
    workload = _workload(name)
    swap = Parameter(workload.swap_mb, *[getattr(_SWAP, slot) for slot in Parameter.__slots__[1:]])
    kernel = Parameter(5, 0, 100, "% of memory", "占内存的百分比", "what the kernel has pinned", "内核固定占用的内存")
    return {**workload.parameters, "kernel": kernel, "swap_mb": swap, "disk_rate": _DISK}


def start(
    name: str,
    machine: str | Machine = "small",
    seed: int = 1,
    *,
    cpus: int = 2,
    high_recheck: bool = True,
    series: Series | None = None,
    **given: int,
) -> Simulation:
    """The workload on this machine (a name from `hardware.MACHINES`, or one of your own), ready to run.

    Raises ValueError for an unknown name, a parameter outside its range, or more memory than there is.
    """
    numbers = _checked(name, given)
    if isinstance(machine, str):
        if machine not in MACHINES:
            raise unknown(Said("machine", "机器"), machine, MACHINES)
        machine = MACHINES[machine].machine()
    population = Population(
        machine, swap_pages=numbers["swap_mb"] * MB, disk=Disk(pages_per_jiffy=-(-numbers["disk_rate"] * MB // HZ))
    )
    rng = Random(seed)
    simulation = Simulation(population, rng, cpus=cpus, high_recheck=high_recheck, series=series)
    _check_memory(name, numbers, machine)
    stories.housekeeping(simulation, rng, numbers)
    WORKLOADS[name].people(simulation, rng, numbers)
    return simulation


def _workload(name: str) -> Workload:
    if name not in WORKLOADS:
        raise unknown(Said("workload", "负载"), name, WORKLOADS)
    return WORKLOADS[name]


def _checked(name: str, given: Mapping[str, int]) -> dict[str, int]:
    """Every parameter's value. Raises ValueError."""
    known = parameters(name)
    for key, value in given.items():
        if key not in known:
            raise unknown(Said(f"parameter of {name}", f" {name} 的参数"), key, known)
        p = known[key]
        if type(value) is not int or not p.least <= value <= p.most:
            raise ValueError(
                f"{name}: {key} ({p.text}) must be a whole number from {p.least:,} to {p.most:,} "
                f"{p.unit}, not {value!r}"
            )
    return {key: given.get(key, p.default) for key, p in known.items()}


def _check_memory(name: str, numbers: Mapping[str, int], machine: Machine) -> None:
    """What is in use from the start must exist: kernel, programs, neighbours. Swap counts for what can go there."""
    present = sum(zone.present_pages for zone in machine.zones)
    used = present * (numbers["kernel"] + numbers.get("programs", 0) + numbers.get("wave", 0)) // 100
    used += numbers.get("neighbours", 0) * numbers.get("each", 0) * MB
    if used > present + numbers["swap_mb"] * MB:
        raise ValueError(
            f"{name}: {used:,} pages would be in use from the start, the machine has {present:,} and "
            f"{numbers['swap_mb'] * MB:,} of swap"
        )
