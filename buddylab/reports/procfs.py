"""/proc/buddyinfo, /proc/zoneinfo and /proc/pagetypeinfo, pasted or read from the running machine.

C: mm/vmstat.c, frag_show_print, zoneinfo_show_print, pagetypeinfo_showfree_print. Units: blocks and pages.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from buddylab.reports.report import Buddy, Figure, Report, ZoneReport
from buddylab.reports.text import Text

FLAGS = re.ASCII | re.MULTILINE
ZONE = r"^Node +([0-9]{1,4}), +zone +(DMA32|DMA|Normal|HighMem|Movable|Device)"
COUNTS = r"((?:[ \n]+[0-9]{1,18}(?![0-9*])){8,21})[ \t]*$"
BUDDYINFO = re.compile(ZONE + r"(?= )" + COUNTS, FLAGS)
PAGETYPEINFO = re.compile(ZONE + r", +type +([A-Za-z]{1,20})(?= )" + COUNTS, FLAGS)
ZONEINFO = re.compile(ZONE + r"[ \t]*\n", FLAGS)
NODE_LINE = re.compile(r"^Nod", FLAGS)
PAGES_FREE = re.compile(r"^pages free", FLAGS)
FIGURE = re.compile(
    r"^(pages free|boost|min|low|high|spanned|present|managed|cma|nr_free_cma|nr_free_highatomic) +"
    r"([0-9]{1,18})[ \t]*$",
    FLAGS,
)
PROTECTION = re.compile(r"^protection: \(([0-9]{1,18}(?:, [0-9]{1,18}){0,7})\)[ \t]*$", FLAGS)
PAGESETS = re.compile(r"^pagesets", FLAGS)
WORDS = {"pages free": "free", "nr_free_cma": "free_cma", "nr_free_highatomic": "free_highatomic"}


@dataclass(slots=True)
class ProcZone:
    """What one of the files says of one zone."""

    file: str
    zone: ZoneReport
    page_type: str = ""
    counts: tuple[int, ...] = ()
    doubtful: set[str] = field(default_factory=set)


def pieces(text: Text) -> Iterator[tuple[int, int, ProcZone]]:
    """(begin, end, zone) of every zone that one of the three files shows."""
    for found in BUDDYINFO.finditer(text.joined):
        zone = _zone(text, found)
        counts = tuple(map(int, found[3].split()))
        zone.buddy = Buddy(counts, ("",) * len(counts), 4, None, zone.line)
        yield found.start(), found.end(), ProcZone("buddyinfo", zone)
    for found in PAGETYPEINFO.finditer(text.joined):
        counts = tuple(map(int, found[4].split()))
        yield found.start(), found.end(), ProcZone("pagetypeinfo", _zone(text, found), found[3], counts)
    limits = [found.start() for found in NODE_LINE.finditer(text.joined)] + [len(text.joined)]
    for found in ZONEINFO.finditer(text.joined):
        limit = limits[bisect_right(limits, found.start())]
        if first := FIGURE.search(text.joined, found.end(), limit):
            again = PAGES_FREE.search(text.joined, first.end(), limit)
            end = again.start() if again else limit
            yield found.start(), end, _zoneinfo(text, found, end)


def _zone(text: Text, found: re.Match[str]) -> ZoneReport:
    return ZoneReport(int(found[1]), found[2], text.line(found.start()))


def _zoneinfo(text: Text, found: re.Match[str], end: int) -> ProcZone:
    """The figures of one zone; one that is there twice with two values is dropped."""
    told = ProcZone("zoneinfo", _zone(text, found))
    figures = told.zone.figures
    pagesets = PAGESETS.search(text.joined, found.end(), end)
    for match in FIGURE.finditer(text.joined, found.end(), pagesets.start() if pagesets else end):
        word = WORDS.get(match[1], match[1])
        figure = Figure(int(match[2]), text.line(match.start()))
        if figures.setdefault(word, figure).value != figure.value:
            told.doubtful.add(word)
    for word in told.doubtful:
        del figures[word]
    if protection := PROTECTION.search(text.joined, found.end(), end):
        told.zone.lowmem_reserve = tuple(int(n) for n in protection[1].split(", "))
        told.zone.reserve_line = text.line(protection.start())
    return told


def again(report: Report, told: ProcZone) -> bool:
    """Does the report have this already, so that a second copy of the file begins?"""
    if told.file == "pagetypeinfo":
        return (told.zone.label, told.page_type) in report.page_types
    zone = report.find(told.zone.node, told.zone.name)
    if zone is None:
        return False
    return zone.buddy is not None if told.file == "buddyinfo" else bool(zone.figures)


def put(report: Report, told: ProcZone) -> None:
    """Add to a report what one file says of one zone."""
    report.features.add(told.file)
    if told.file == "pagetypeinfo":
        report.page_types[told.zone.label, told.page_type] = told.counts
        return
    zone = report.find(told.zone.node, told.zone.name)
    if zone is None:
        report.add(told.zone)
        return
    zone.figures |= told.zone.figures
    zone.buddy = zone.buddy or told.zone.buddy
    if told.zone.lowmem_reserve is not None:
        zone.lowmem_reserve, zone.reserve_line = told.zone.lowmem_reserve, told.zone.reserve_line


def read_proc(folder: str | Path = "/proc") -> str:
    """The text of the running machine's three files and its version, those of them that may be read.

    Raises OSError if neither buddyinfo nor zoneinfo can be read.
    """
    folder, texts = Path(folder), []
    for name in ("version", "buddyinfo", "zoneinfo", "pagetypeinfo"):
        try:
            texts.append((folder / name).read_text(encoding="utf-8", errors="replace"))
        except OSError:
            if name == "zoneinfo" and len(texts) < 2:
                raise
    return "\n".join(texts)
