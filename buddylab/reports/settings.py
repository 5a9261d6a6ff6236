"""What can be set, what each change costs, and how an administrator makes it."""

from dataclasses import dataclass

from buddylab.reports.classzone import grown
from buddylab.reports.explanation import Explanation
from buddylab.reports.setup import LARGEST_SCALE, OWN_RULE, Setup
from buddylab.said import Said

LEAST_MIN_FREE = 128
"""kB below which the kernel itself never sets min_free_kbytes. C: mm/page_alloc.c, init_per_zone_pages_min."""
USUAL_BOOST = 15000

PIECES = Said("the caller must do with smaller pieces", "调用者必须能用较小的块")
MTU = Said(
    "for a network driver: a smaller MTU (1500 instead of 9000) needs smaller blocks, and more of them",
    "如果是网卡驱动：更小的 MTU（1500 而不是 9000）只需要更小的块，但要更多",
)
KVMALLOC = Said(
    "not for memory that a device reads in one piece; a little slower", "不适用于设备要求物理连续的内存；稍慢"
)
FALLBACK = Said(
    "the caller needs a second way; nothing is reclaimed for the large block",
    "调用者要有第二条路；内核不会为大块去回收",
)
LOWERED = Said(
    "lowering it takes from what interrupts and reclaim live on; raising it, the usual advice, lifts every "
    "mark at once and refuses this request all the more until reclaim has caught up",
    "调低会占用中断和回收赖以运行的内存；而通常建议的调高会立刻抬高所有水位线，在回收赶上之前这个请求更会被拒绝",
)
SCALED_DOWN = Said("kswapd begins later and stops earlier", "kswapd 开始得更晚，停得更早")
COMPACTED = Said(
    "takes time and moves movable pages only: it may make fewer blocks than this",
    "需要时间，而且只能移动可移动的页：凑成的块可能更少",
)
UNBOOSTED = Said(
    "the boost decays by itself when kswapd has run; without it large blocks break up sooner",
    "kswapd 运行之后提升会自行消退；没有它，大块更早破碎",
)
CMA = Said("drivers that need memory in one piece then have less of it", "需要连续内存的驱动能用的就更少")
RATIO = Said(
    "the ratio holds for all zones of a type; a lower zone so opened fills with pages that could be higher",
    "这个比率对同一类型的所有内存区生效；这样开放的低端内存区会被本可放在高端的页占满",
)
MEMORY = Said("more memory, or less use of it", "更多内存，或少用一些")
URGENT = Said("an urgent mask eats into the reserve of interrupts", "紧急的掩码会占用留给中断的储备")
OTHER = Said("another mask changes which zones and means the caller may use", "换掩码会改变调用者可用的内存区和手段")
HONEST = Said(
    "this very request is refused all the same: kswapd begins earlier, so that the next one finds more",
    "这一次请求照样被拒绝：只是 kswapd 更早开始，让下一次请求有更多可用",
)
HONEST_MIN = Said(
    "it refuses this very request at once, since every mark rises; kswapd begins earlier, so that the next one finds "
    "more",
    "它会立刻拒绝这一次请求，因为所有水位线都抬高了；kswapd 更早开始，让下一次请求有更多可用",
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A knob, its values and what is said of it."""

    knob: str
    from_: int | None
    to: int
    said: Said
    price: Said
    margin: int = 0
    command: str | None = None
    pages_min: int | None = None
    scale: int | None = None


def whole(told: Explanation) -> bool:
    """Has the report all zones, so that their marks add up to min_free_kbytes?"""
    report = told.report
    nodes = {zone.node for zone in report.zones}
    if any(node and node - 1 not in nodes for node in nodes):
        return False
    if not told.zone_types:
        return False
    named = {zone.name for zone in report.zones}
    needed = {told.zone_types[at] for zone in report.zones for at in grown(zone.lowmem_reserve)}
    return needed - {*OWN_RULE} <= named


def limit(told: Explanation) -> Setting | None:
    """A higher limit for the cgroup that reached its own; None where none was reached."""
    killing = told.report.killing
    if killing is None or killing.kind != "cgroup" or killing.limit_kb is None:
        return None
    used = max(killing.usage_kb or 0, killing.limit_kb)
    to = -(-used * 5 // 4 // 1024) * 1024
    pages = (to - used) // told.report.page_kb - (1 << told.order)
    group = killing.group or ""
    if killing.pods == "one":
        said = Said(
            f"a higher limit for the container: resources.limits.memory of {to // 1024} Mi instead of "
            f"{killing.limit_kb // 1024} Mi",
            f"提高容器的上限：resources.limits.memory 为 {to // 1024} Mi 而不是 {killing.limit_kb // 1024} Mi",
        )
        knob, command = "resources.limits.memory", None
    else:
        said = Said(
            f"a higher limit for the group: {to:,} kB instead of {killing.limit_kb:,} kB",
            f"提高该组的上限：{to:,} kB 而不是 {killing.limit_kb:,} kB",
        )
        unit = group.rpartition("/")[2]
        systemd = unit.endswith((".service", ".slice", ".scope")) and _plain(unit)
        knob = "MemoryMax" if systemd else "memory.max"
        command = f"systemctl set-property {unit} MemoryMax={to}K" if systemd else None
        if not systemd and group and _plain(group):
            command = f"echo {to}K > /sys/fs/cgroup{group}/memory.max"
    price = Said(
        "the machine must have as much for it; a leak only takes longer", "机器必须有这么多内存；如果是泄漏，只是推迟"
    )
    return Setting(knob, killing.limit_kb, to, said, price, pages, command)


def outside(told: Explanation) -> bool:
    """Did something else than the zones refuse, so that nothing in them would help?"""
    killing = told.report.killing
    return killing is not None and killing.kind != "kernel"


def _plain(name: str) -> bool:
    """Nothing in it that a shell would understand: only then is it put into a command."""
    return all(letter.isascii() and (letter.isalnum() or letter in "/._-@:") for letter in name)


def earlier(setup: Setup, label: str, complete: bool) -> Setting | None:
    """A setting with which kswapd begins earlier: the scale factor where there is one, else min_free_kbytes."""
    zone = setup.zones[label]
    now = setup.marks(label)
    if zone.scale is not None:
        to = min(LARGEST_SCALE, max(2 * zone.scale, -(-2 * (now.low - now.min) * 10_000 // zone.size)))
        then = setup.marks(label, scale=to)
        said = _earlier_said("watermark_scale_factor", to, zone.scale, then.low - now.low, label)
        ready = Setting("vm.watermark_scale_factor", zone.scale, to, said, HONEST, scale=to)
        return ready if then.low > now.low else None
    if not complete or zone.own:
        return None
    pages = 2 * setup.pages_min
    then = setup.marks(label, pages_min=pages)
    kb = pages * setup.page_kb
    said = _earlier_said("min_free_kbytes", kb, setup.min_free_kbytes, then.low - now.low, label)
    ready = Setting("vm.min_free_kbytes", setup.min_free_kbytes, kb, said, HONEST_MIN, pages_min=pages)
    return ready if then.low > now.low else None


def _earlier_said(knob: str, to: int, now: int, pages: int, label: str) -> Said:
    return Said(
        f"{knob} {to} instead of {now}: kswapd begins {pages:,} pages earlier in {label}",
        f"{knob} 为 {to} 而不是 {now}：{label} 的 kswapd 提早 {pages:,} 页开始",
    )
