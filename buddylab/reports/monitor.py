"""A machine at a glance: the answer to one request, and each zone's largest free block and distance to its marks."""

from collections.abc import Iterator
from unicodedata import east_asian_width

from buddylab.reports.caller import size
from buddylab.reports.explanation import Explanation
from buddylab.reports.report import ZoneReport
from buddylab.said import Said, as_is

HEADS = (
    Said("zone", "内存区"),
    Said("free", "空闲页"),
    Said("largest", "最大阶"),
    as_is("min"),
    as_is("low"),
    as_is("high"),
)
WIDTH, LABEL = 11, 16


def monitor(told: Explanation) -> Iterator[Said]:
    """One line for the request, one for the heads, one for each populated zone. Distances are pages above a mark."""
    asked = size(told.order, told.report.page_kb)
    words = str(told.readings[0]) if told.readings else "?"
    yield asked.then(as_is(f", {words}: "), told.verdict.sentence)
    label, *others = HEADS
    yield Said(*(_line(label.in_lang(lang), [head.in_lang(lang) for head in others]) for lang in ("en", "zh")))
    for zone in told.report.zones:
        if zone.populated:
            yield as_is(_line(zone.label, [*_cells(zone, told.report.page_kb)]))


def _cells(zone: ZoneReport, page_kb: int) -> Iterator[str]:
    """Free pages, the order of the largest free block, and how far each mark is below the free pages."""
    free = zone.pages("free", page_kb)
    if free is None and zone.blocks is not None:
        free = sum(nr << order for order, nr in enumerate(zone.blocks))
    yield "?" if free is None else f"{free:,}"
    largest = max((order for order, nr in enumerate(zone.blocks or ()) if nr), default=None)
    yield "?" if zone.blocks is None else "-" if largest is None else str(largest)
    for word in ("min", "low", "high"):
        mark = zone.pages(word, page_kb)
        yield "?" if mark is None or free is None else f"{free - mark:+,}"


def _line(label: str, cells: list[str]) -> str:
    """Columns on a screen where a Chinese character takes two."""
    return label + " " * (LABEL - _wide(label)) + "".join(" " * max(1, WIDTH - _wide(cell)) + cell for cell in cells)


def _wide(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
