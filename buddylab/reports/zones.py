"""The lines that say how the zones stood: marks, reserves and buddy lists, as show_free_areas() prints them."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

from buddylab.reports.report import Buddy, Figure, ZoneReport
from buddylab.reports.text import Text

NUMBER = r"([0-9]{1,18})"
ZONE = r"^(?:Node[ \t]+([0-9]{1,4})\s+)?(DMA32|DMA|Normal|HighMem|Movable|Device)"
FLAGS = re.ASCII | re.MULTILINE

HEADER = re.compile(
    rf"{ZONE}\s+free:{NUMBER}kB\s+(?:boost:{NUMBER}kB\s+)?min:{NUMBER}kB\s+low:{NUMBER}kB\s+high:{NUMBER}kB(?=\s)",
    FLAGS,
)
HEADER_WORDS = ("free_kb", "boost_kb", "min_kb", "low_kb", "high_kb")
RESERVE = re.compile(r"^(lowmem_reserve|protections)\[\]:((?:[ \t]+[0-9]{1,18}){1,8})[ \t]*$", FLAGS)
BUDDY = re.compile(
    rf"{ZONE}:\s+((?:[0-9]{{1,18}}\*[0-9]{{1,12}}kB\s+(?:\([A-Z]{{1,8}}\)\s+)?){{1,30}})=\s+{NUMBER}kB(?=\s)", FLAGS
)
EMPTY = re.compile(rf"{ZONE}:[ \t]+empty[ \t]*$", FLAGS)
LOOSE = re.compile(r"(?<![\w])(?:free|min|low|high):[0-9][0-9.,]{0,30}kB", FLAGS)
"""A piece of a zone's line. One outside of the lines that were read closes the zone before it."""
TAIL = re.compile(
    r"(?<![\w])(present|managed|free_pcp|local_pcp|free_cma|reserved_highatomic|free_highatomic):([0-9]{1,18})[kK]B(?![\w])",
    FLAGS,
)
LETTERS = re.compile(r"\([A-Z]{1,8}\)", FLAGS)
TYPES = re.compile(r"kB(?:\s+\(([A-Z]{1,8})\))?", FLAGS)
LOOKS_LIKE = re.compile(
    r"(?<![\w])(?:free|min|low|high):[0-9][0-9.,]{0,30}kB|lowmem_reserve\[|protections\[|[0-9]\*[0-9]+kB", FLAGS
)

PAGE_SIZES_KB = (4, 8, 16, 64)
FEWEST_ORDERS, MOST_ORDERS = 8, 21


TOO_LARGE = re.compile(r"[0-9]{19}", FLAGS)
SIGNED = re.compile(r"(?:[:*\s][0-9]{1,20}[.,'\u00a0\u202f][0-9]|:-[0-9])[0-9.,]*\s?(?:kB|\*)", FLAGS)


def damage(line: str) -> str:
    """What is wrong with a line of figures that could not be read, as far as it shows."""
    line = line.split("\n", 1)[0]
    if TOO_LARGE.search(line):
        return "a number in this line is larger than any that a kernel prints"
    if SIGNED.search(line):
        return "a number in this line has a decimal sign, a separator or a minus, which a kernel does not print"
    return "this looks like a part of a zone's figures, but it is damaged"


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


def buddy_of(text: Text, found: re.Match[str]) -> Buddy | str:
    """The buddy line that a match of BUDDY holds, or why it cannot be right."""
    tokens = found[3].replace("kB", " ").replace("*", " ")
    numbers = tuple(map(int, (LETTERS.sub("", tokens) if "(" in tokens else tokens).split()))
    counts, sizes = numbers[::2], numbers[1::2]
    if complaint := sizes_complaint(sizes):
        return complaint
    types = tuple(TYPES.findall(found[3])) if "(" in tokens else ("",) * len(counts)
    return Buddy(counts, types, sizes[0], int(found[4]), text.line(found.start()))


@lru_cache(maxsize=64)
def sizes_complaint(sizes: tuple[int, ...]) -> str:
    """What is wrong with a buddy line of these block sizes in kB, empty if nothing is."""
    if any(big != 2 * small for small, big in pairwise(sizes)):
        return "an order is missing or damaged in this buddy line"
    if sizes[0] not in PAGE_SIZES_KB:
        return f"the buddy line begins with blocks of {sizes[0]} kB, which is no page size"
    if not FEWEST_ORDERS <= len(sizes) <= MOST_ORDERS:
        return f"a buddy line of {len(sizes)} orders cannot be whole"
    return ""


def sum_complaint(buddy: Buddy) -> str:
    """What is wrong with a buddy line whose blocks do not add up to the sum that is printed behind them."""
    told = f"the blocks add up to {buddy.sum_kb} kB, the kernel printed {buddy.printed_kb} kB"
    counter = any(count >= 1 << 31 for count in buddy.counts)
    return told + ("; a counter fell below zero and shows as an unsigned number" if counter else "")


def shape_complaints(zones: list[ZoneReport]) -> Iterator[tuple[ZoneReport, str, str]]:
    """(zone, `buddy` or `reserve`, why) for figures whose form differs from that of most zones of the report.

    All buddy lines of a kernel have the same orders and page size, all reserves the same number of entries.
    """
    if len(zones) == 1 and zones[0].buddy is None:
        return  # alone it can differ from none
    shapes = Counter([(z.buddy.page_kb, len(z.buddy.counts)) for z in zones if z.buddy])
    widths = Counter([len(z.lowmem_reserve) for z in zones if z.lowmem_reserve is not None])
    for zone in zones:
        if zone.buddy and not _usual((zone.buddy.page_kb, len(zone.buddy.counts)), shapes):
            yield zone, "buddy", "this buddy line has other orders than those of the other zones"
        elif zone.buddy and len(shapes) == 1 and shapes.total() == 1 and zone.buddy.page_kb == 8:
            yield zone, "buddy", "the only buddy line begins with 8 kB blocks: its first order may be lost"
        if zone.lowmem_reserve is not None and not _usual(len(zone.lowmem_reserve), widths):
            yield zone, "reserve", "this line has another number of entries than those of the other zones"


def _usual(shape: object, shapes: Counter[Any]) -> bool:
    """Is this the form that most have, with no other as frequent?"""
    seen = shapes.most_common(2)
    return seen[0][0] == shape and (len(seen) == 1 or seen[0][1] > seen[1][1])
