"""Why a report gets no verdict, and what can be said of it all the same: which blocks are free."""

from buddylab.reports.classzone import asked_zone
from buddylab.reports.explanation import Explanation, Verdict
from buddylab.reports.masks import Reading, Table
from buddylab.reports.release import Release
from buddylab.reports.report import ZONE_NAMES, Report, ZoneReport
from buddylab.reports.requests import UNREAD
from buddylab.reports.rules import rules_for
from buddylab.said import Said

NO_PART = {
    "cgroup": Said(
        "a memory cgroup reached its limit, and for that the kernel prints the group's figures in place of the zones'",
        "达到上限的是内存 cgroup，内核此时打印的是该组的数字，而不是各内存区的",
    ),
    "userspace": Said("a program killed, and no request to the kernel failed", "动手的是程序，内核没有请求失败"),
}
"""Why there is no verdict where the zones have no part in a killing."""
DAMAGED = Said("the line with the request is damaged", "报告请求的那一行已损坏")
NO_REQUEST = Said("no request is in the text, only figures", "文本中只有数字，没有请求")
NO_ORDER, NO_MASK = (
    Said("the report says no order", "报告没有说明阶数"),
    Said("the report says no mask", "报告没有说明掩码"),
)
NO_ZONES = Said("the report has no figures of zones", "报告中没有内存区的数字")
NO_ZONE_TYPES = Said("the reserves do not say which zones this kernel has", "从保留量看不出这个内核有哪些内存区")
DEPENDS = Said(
    "no verdict: it depends on what the report does not say (release, zones compiled in, or the local node)",
    "没有结论：取决于报告没有说明的东西（版本、编译进的内存区或本地节点）",
)


def why_not(report: Report, order: int | None, mode: int | None, first: Release, last: Release) -> Said | None:
    """Why no test can be made; None if one can."""
    if report.killing is not None and report.killing.kind in NO_PART and not report.zones:
        return NO_PART[report.killing.kind]
    if order is None and mode is None and report.request is None:
        return DAMAGED if any(line.why in UNREAD for line in report.unread) else NO_REQUEST
    if order is None or mode is None:
        return NO_ORDER if order is None else NO_MASK
    if not report.zones:
        return NO_ZONES
    if missing := lacking(report):
        listed = ", ".join(missing)
        return Said(f"the lines with {listed} are missing", f"缺少写有 {listed} 的行")
    rules = rules_for(first, last)
    if not rules:
        return Said(
            f"the test of Linux {first} is not built here: figures, no verdict",
            f"这里没有 Linux {first} 的检查规则：只有数字，没有结论",
        )
    if not first >= rules[0].first:
        return Said(
            f"the kernel could be as old as {first}, whose test is not built here: name its release",
            f"内核可能老至 {first}，这里没有它的检查规则：请写明版本",
        )
    return None


def lacking(report: Report) -> list[str]:
    """Figures that a test needs and that no populated zone has, in the kernel's words."""
    zones = [zone for zone in report.zones if zone.populated]
    words = [
        word
        for word in ("free", "min", "low", "high")
        if all(zone.pages(word, report.page_kb) is None for zone in zones)
    ]
    words += ["lowmem_reserve"] * all(zone.lowmem_reserve is None for zone in zones)
    return [] if words == ["free"] and all(zone.blocks for zone in zones) else words


def unanswered(report: Report, why: Said, readings: list[Reading], order: int | None, mode: int | None) -> Explanation:
    """No verdict; where a request is known, the free blocks that it might get are named."""
    table = readings[0].table if readings else None
    told = Explanation(
        report, Verdict(None, None, None, Said("no verdict: ", "没有结论：").then(why)), readings=readings
    )
    told.order, told.mode, told.table = order or 0, mode or 0, table
    if order is None or mode is None or table is None:
        return told
    zones = usable(report, mode, table)
    told.reasons = [_blocks(zone, order) for zone in zones if zone.blocks is not None]
    if zones and order and all(zone.blocks is not None and not any(zone.blocks[order:]) for zone in zones):
        sentence = Said(
            f"refused in any case: no zone that it may use has a free block of order {order} or above",
            f"无论如何都会被拒绝：它可用的内存区都没有 {order} 阶或更高阶的空闲块",
        )
        told.verdict = Verdict(False, None, None, sentence)
    return told


def usable(report: Report, mode: int, table: Table) -> list[ZoneReport]:
    """The zones that a mask may use, the first tried first, as far as their names alone say."""
    named = {zone.name for zone in report.zones} | {"Normal"}
    types = tuple(name for name in ZONE_NAMES if name in named)
    asked = asked_zone(mode, table, types)
    zones = [zone for zone in report.zones if zone.populated and types.index(zone.name) <= asked]
    return sorted(zones, key=lambda zone: -types.index(zone.name))


def _blocks(zone: ZoneReport, order: int) -> Said:
    """How many blocks of a zone are large enough, and the largest that it has."""
    blocks = zone.blocks or ()
    fit = sum(blocks[order:])
    largest = max((o for o, nr in enumerate(blocks) if nr), default=None)
    if not fit:
        most, most_zh = (
            ("it is empty", "它是空的")
            if largest is None
            else (f"its largest is of order {largest}", f"最大的是 {largest} 阶")
        )
        return Said(
            f"{zone.label}: no free block of order {order} or above; {most}",
            f"{zone.label}：没有 {order} 阶或更高阶的空闲块；{most_zh}",
        )
    return Said(
        f"{zone.label}: {fit:,} free blocks of order {order} or above, the largest of order {largest}",
        f"{zone.label}：{order} 阶或更高阶的空闲块有 {fit:,} 个，最大的是 {largest} 阶",
    )
