"""The lines that say how the zones stood: marks, reserves and buddy lists, as show_free_areas() prints them."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from buddylab.reports.forms import FLAGS, HEADER_WORDS, TAIL, TYPES, numbers, sizes_complaint
from buddylab.reports.paste import Text
from buddylab.reports.report import Buddy, Figure, ZoneReport
from buddylab.said import Said

LOOSE = re.compile(r"(?<![\w])(?:free|min|low|high):[0-9][0-9.,]{0,30}kB", FLAGS)
"""A piece of a zone's line. One outside of the lines that were read closes the zone before it."""
LOOKS_LIKE = re.compile(
    r"(?<![\w])(?:free|min|low|high):[0-9][0-9.,]{0,30}kB|lowmem_reserve\[|protections\[|[0-9][*_][0-9]+kB", FLAGS
)

TOO_LARGE = re.compile(r"[0-9]{19}", FLAGS)
SIGNED = re.compile(r"(?:[:*\s][0-9]{1,20}[.,'\u00a0\u202f][0-9]|:-[0-9])[0-9.,]*\s?(?:kB|\*)", FLAGS)


def damage(line: str) -> Said:
    """What is wrong with a line of figures that could not be read, as far as it shows."""
    line = line.split("\n", 1)[0]
    if TOO_LARGE.search(line):
        return Said(
            "a number in this line is larger than any that a kernel prints", "该行有一个数大于内核会打印的任何数"
        )
    if SIGNED.search(line):
        return Said(
            "a number in this line has a decimal sign, a separator or a minus, which a kernel does not print",
            "该行有一个数带小数点、分隔符或负号，内核不会这样打印",
        )
    return Said("this looks like a part of a zone's figures, but it is damaged", "这看似某区数字的一部分，但已损坏")


def zone_of(text: Text, found: re.Match[str]) -> ZoneReport:
    """A zone with what its first line says: free pages and marks, in kB."""
    first, last = text.lines(found.start(), found.end())
    zone = ZoneReport(None if found[1] is None else int(found[1]), found[2], first)
    for group, word in enumerate(HEADER_WORDS, 3):
        if found[group] is not None:
            line = first if first == last else text.line(found.start(group))
            zone.figures[word] = Figure(int(found[group]), line)
    return zone


def read_tail(text: Text, zone: ZoneReport, begin: int, end: int) -> None:
    """Add what the rest of the zone's line says: present, managed, per-cpu and CMA pages, reserved blocks."""
    for found in TAIL.finditer(text.joined, begin, end):
        zone.figures.setdefault(f"{found[1]}_kb", Figure(int(found[2]), text.line(found.start())))


def buddy_of(text: Text, found: re.Match[str]) -> Buddy | Said:
    """The buddy line that a match of BUDDY holds, or why it cannot be right."""
    counts, sizes = numbers(found[3])
    if complaint := sizes_complaint(sizes):
        return complaint
    types = tuple(TYPES.findall(found[3])) if "(" in found[3] else ("",) * len(counts)
    return Buddy(counts, types, sizes[0], int(found[4]), text.line(found.start()))


def sum_complaint(buddy: Buddy) -> Said:
    """What is wrong with a buddy line whose blocks do not add up to the sum that is printed behind them."""
    told = Said(
        f"the blocks add up to {buddy.sum_kb} kB, the kernel printed {buddy.printed_kb} kB",
        f"各块合计 {buddy.sum_kb} kB，内核打印的是 {buddy.printed_kb} kB",
    )
    if any(count >= 1 << 31 for count in buddy.counts):
        return told.then(
            Said(
                "; a counter fell below zero and shows as an unsigned number", "；有计数器跌到零以下，显示成了无符号数"
            )
        )
    return told


OTHER_ORDERS = Said("this buddy line has other orders than those of the other zones", "此伙伴行的阶与其他区不同")
LOST_ORDER = Said(
    "the only buddy line begins with 8 kB blocks: its first order may be lost",
    "唯一的伙伴行从 8 kB 的块开始：可能丢失了第一阶",
)
OTHER_WIDTH = Said("this line has another number of entries than those of the other zones", "此行的项数与其他区不同")


def shape_complaints(zones: list[ZoneReport]) -> Iterator[tuple[ZoneReport, str, Said]]:
    """(zone, `buddy` or `reserve`, why) for figures whose form differs from that of most zones of the report.

    All buddy lines of a kernel have the same orders and page size, all reserves the same number of entries.
    """
    if len(zones) == 1 and zones[0].buddy is None:
        return  # alone it can differ from none
    shapes = Counter([(z.buddy.page_kb, len(z.buddy.counts)) for z in zones if z.buddy])
    widths = Counter([len(z.lowmem_reserve) for z in zones if z.lowmem_reserve is not None])
    for zone in zones:
        if zone.buddy and not _usual((zone.buddy.page_kb, len(zone.buddy.counts)), shapes):
            yield zone, "buddy", OTHER_ORDERS
        elif zone.buddy and len(shapes) == 1 and shapes.total() == 1 and zone.buddy.page_kb == 8:
            yield zone, "buddy", LOST_ORDER
        if zone.lowmem_reserve is not None and not _usual(len(zone.lowmem_reserve), widths):
            yield zone, "reserve", OTHER_WIDTH


def _usual(shape: object, shapes: Counter[Any]) -> bool:
    """Is this the form that most have, with no other as frequent?"""
    seen = shapes.most_common(2)
    return seen[0][0] == shape and (len(seen) == 1 or seen[0][1] > seen[1][1])
