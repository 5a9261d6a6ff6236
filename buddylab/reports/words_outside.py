"""What is said of causes that lie outside of the zones: cgroups, programs that kill, vmalloc, the costly order."""

from typing import Any

from buddylab.reports.caller import COSTLY_ORDER, size
from buddylab.reports.killed import Killing, Victim
from buddylab.reports.report import Report
from buddylab.said import NOTHING, Said, as_is, join


def victim(one: Victim) -> Said:
    """A process with its pid, or a unit."""
    return as_is(one.name if one.pid is None else f"{one.name} ({one.pid})")


def cgroup(killing: Killing) -> Said:
    """Which group, how full, who was killed; the machine's zones are not asked."""
    who = as_is(f" {killing.group}") if killing.group else NOTHING
    head = Said("The memory cgroup", "内存 cgroup").then(who, Said(" reached its limit", " 达到了上限"))
    if killing.usage_kb is not None and killing.limit_kb is not None:
        figures = f"{killing.usage_kb:,} kB"
        head = head.then(
            Said(f": {figures} used of {killing.limit_kb:,} kB", f"：已用 {figures}，上限 {killing.limit_kb:,} kB")
        )
    elif killing.limit_kb is not None:
        head = head.then(Said(f" of {killing.limit_kb:,} kB", f"（{killing.limit_kb:,} kB）"))
    if killing.victims:
        killed = join(dict.fromkeys(map(victim, killing.victims)), ", ")
        head = head.then(Said("; killed: ", "；被杀死：").then(killed))
    end = Said(". The machine's own memory zones have no part in it.", "。与整台机器的内存区无关。")
    if killing.pods == "all":
        end = end.then(
            Said(
                " In Kubernetes this is the limit of all pods of the node together, no container's own.",
                "在 Kubernetes 中这是该节点所有 Pod 合计的上限，而不是某个容器自己的。",
            )
        )
    elif killing.pods == "one":
        end = end.then(
            Said(
                " In Kubernetes this is OOMKilled, exit code 137: the limit of the container or pod.",
                "在 Kubernetes 中这就是 OOMKilled、退出码 137：容器或 Pod 的上限。",
            )
        )
    elif killing.words == "systemd" or (killing.group or "").endswith((".service", ".slice", ".scope")):
        end = end.then(
            Said(
                " For systemd this is MemoryMax= of the unit (result oom-kill).",
                "对 systemd 来说，这是该单元的 MemoryMax=（结果为 oom-kill）。",
            )
        )
    return head.then(end)


def cgroup_figures(killing: Killing) -> dict[str, Any]:
    """The group, its figures and the first process killed."""
    first = next((one for one in killing.victims if one.pid is not None), None) or next(iter(killing.victims), None)
    return {
        "group": killing.group,
        "usage_kb": killing.usage_kb,
        "limit_kb": killing.limit_kb,
        "killed": first.name if first else None,
        "pid": first.pid if first else None,
    }


def victims(report: Report) -> dict[str, Any]:
    """Who killed whom."""
    found = report.killing.victims if report.killing else []
    return {"kills": [{"by": one.by, "killed": one.name, "pid": one.pid} for one in found]}


def userspace(report: Report) -> Said:
    """Programs that kill before the kernel must."""
    found = report.killing.victims if report.killing else []
    told = join((Said(f"{one.by} killed ", f"{one.by} 杀死了 ").then(victim(one)) for one in found), "; ")
    return told.then(
        Said(
            ". These are programs, not the kernel: the kernel's allocator refused nothing.",
            "。它们是程序而不是内核：内核的分配器没有拒绝任何请求。",
        )
    )


def by_hand(sysrq: bool) -> Said:
    """The killer was called, and no request had failed."""
    if sysrq:
        return Said(
            "The OOM killer was called by hand (SysRq-F, order -1): no request had failed.",
            "OOM 杀手是人工调用的（SysRq-F，-1 阶）：并没有请求失败。",
        )
    return Said(
        "The OOM killer was called from a page fault (mask 0) without a request to the zones: what failed before it is "
        "not in this report.",
        "OOM 杀手是从缺页路径（掩码 0）调用的，并没有向各内存区请求：之前失败的是什么，这份报告没有写。",
    )


def vmalloc() -> Said:
    """vmalloc has limits of its own."""
    return Said(
        "vmalloc failed: it needs single pages and address space of its own, and a size within its limits; the zones "
        "as printed do not explain it.",
        "vmalloc 失败：它需要单页和自己的地址空间，且大小不得超过其限制；打印的内存区状态解释不了。",
    )


def costly(order: int, page_kb: int) -> Said:
    """Above the order for which the kernel tries hard."""
    return (
        Said("This asks for ", "这里请求")
        .then(size(order, page_kb))
        .then(
            Said(
                f", above the costly order {COSTLY_ORDER}: the kernel gives up early, and the caller should have "
                "something to fall back on.",
                f"，高于代价阶 {COSTLY_ORDER}：内核会早早放弃，调用者应有后备办法。",
            )
        )
    )
