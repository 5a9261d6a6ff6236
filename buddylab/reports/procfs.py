"""/proc/buddyinfo, /proc/zoneinfo and /proc/pagetypeinfo, pasted or read from the running machine.

C: mm/vmstat.c, frag_show_print, zoneinfo_show_print, pagetypeinfo_showfree_print. Units: blocks and pages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from buddylab.reports.paste import Text
from buddylab.reports.report import Buddy, Figure, Report, Unread, ZoneReport
from buddylab.said import Said

FLAGS = re.ASCII | re.MULTILINE
FEWEST = 8
"""Fewest orders that a row of free blocks has."""
ZONE = r"^Node +([0-9]{1,4}), +zone +(DMA32|DMA|Normal|HighMem|Movable|Device)"
COUNTS = r"((?:[ \n]+[0-9]{1,18}(?![0-9*])){8,21})[ \t]*$"
BUDDYINFO = re.compile(ZONE + r"(?= )" + COUNTS, FLAGS)
CUT_OFF = COUNTS.replace("[0-9]{1,18}", ">?[0-9]{1,18}")
PAGETYPEINFO = re.compile(ZONE + r", +type +([A-Za-z]{1,20})(?= )" + CUT_OFF, FLAGS)
ROW = re.compile(r"^Node +[0-9]{1,4}, +zone +[A-Za-z0-9]{1,20}(?:, +type +[A-Za-z]{1,20})? +(\S[^\n]{0,400})$", FLAGS)
"""A row of blocks, whole or damaged."""
DAMAGED = Said("this looks like a row of free blocks, but it is damaged", "这看似一行空闲块，但已损坏")
CUT = Said("the kernel itself prints no exact number here: more than 100000", "内核自己在此不打印确切的数：多于 100000")
PAGEBLOCKS = "Number of blocks type"
"""What begins pagetypeinfo's second table: it counts pageblocks, not free blocks."""
LETTERS = {
    "Unmovable": "U",
    "Movable": "M",
    "Reclaimable": "E",
    "HighAtomic": "H",
    "Reserve": "R",
    "CMA": "C",
    "Isolate": "I",
}
"""The letters that a failure report has for these types. C: mm/page_alloc.c, show_migration_types."""
ZONEINFO = re.compile(
    ZONE + r"[ \t]*\n"
    r"|^(?P<end>Nod|pagesets)"
    r"|^(?P<word>pages free|boost|min|low|high|spanned|present|managed|cma|nr_free_cma|nr_free_highatomic) +"
    r"(?P<value>[0-9]{1,18})[ \t]*$"
    r"|^protection: \((?P<kept>[0-9]{1,18}(?:, [0-9]{1,18}){0,7})\)[ \t]*$"
    r"|^(?P<free>pages free)",
    FLAGS,
)
"""A zone's first line, one that ends its figures, a figure, its reserves, or a damaged beginning of another zone."""
WORDS = {"pages free": "free", "nr_free_cma": "free_cma", "nr_free_highatomic": "free_highatomic"}


@dataclass(slots=True)
class ProcZone:
    """What one of the files says of one zone.

    doubtful: figures that are there with two values. seen: it has a figure. pagesets: those that follow are not its.
    """

    file: str
    zone: ZoneReport
    page_type: str = ""
    counts: tuple[int | None, ...] = ()
    doubtful: tuple[str, ...] = ()
    seen: bool = False
    pagesets: bool = False


def pieces(text: Text) -> Iterator[tuple[int, int, ProcZone]]:
    """(begin, end, zone) of every zone that one of the three files shows."""
    for found in BUDDYINFO.finditer(text.joined):
        zone = _zone(text, found)
        counts = tuple(map(int, found[3].split()))
        zone.buddy = Buddy(counts, ("",) * len(counts), 4, None, zone.line)
        yield found.start(), found.end(), ProcZone("buddyinfo", zone)
    for found in PAGETYPEINFO.finditer(text.joined):
        by_type = tuple(None if nr.startswith(">") else int(nr) for nr in found[4].split())
        yield found.start(), found.end(), ProcZone("pagetypeinfo", _zone(text, found), found[3], by_type)
    yield from _zoneinfo(text)


def _zone(text: Text, found: re.Match[str]) -> ZoneReport:
    return ZoneReport(int(found[1]), found[2], text.line(found.start()))


def _zoneinfo(text: Text) -> Iterator[tuple[int, int, ProcZone]]:
    """(begin, end, zone) of every zone of /proc/zoneinfo: one pass over the lines, `told` is the zone that is open."""
    begin, told = 0, None
    for found in ZONEINFO.finditer(text.joined):
        word = found["word"] or found["free"]
        if told and (found[2] or found["end"] == "Nod" or word == "pages free" and told.seen):
            if told.seen:
                yield begin, found.start(), told
            told = None
        if found[2]:
            begin, told = found.start(), ProcZone("zoneinfo", _zone(text, found))
        elif told:
            _put_line(text, told, found)
    if told and told.seen:
        yield begin, len(text.joined), told


def _put_line(text: Text, told: ProcZone, found: re.Match[str]) -> None:
    """A figure, unless it stands under `pagesets`, or the reserves. One that is there with two values is dropped."""
    zone, word = told.zone, found["word"]
    if found["end"]:
        told.pagesets = True
    elif word:
        told.seen = True
        word = WORDS.get(word, word)
        figure = Figure(int(found["value"]), text.line(found.start()))
        if told.pagesets or word in told.doubtful:
            return
        if zone.figures.setdefault(word, figure).value != figure.value:
            told.doubtful += (word,)
            del zone.figures[word]
    elif found["kept"] and zone.lowmem_reserve is None:
        zone.lowmem_reserve = tuple(map(int, found["kept"].split(", ")))
        zone.reserve_line = text.line(found.start())


def put(report: Report, told: ProcZone) -> bool:
    """Add to a report what one file says of one zone; False if it has that already, so that a second copy begins."""
    zone = report.find(told.zone.node, told.zone.name)
    if told.file == "pagetypeinfo":
        if report.page_types.setdefault((told.zone.label, told.page_type), told.counts) is not told.counts:
            return False
    elif zone and (zone.buddy is not None if told.file == "buddyinfo" else zone.figures):
        return False
    report.features.add(told.file)
    if zone is None:
        report.add(told.zone)
        return True
    zone.figures |= told.zone.figures
    zone.buddy = zone.buddy or told.zone.buddy
    if told.zone.lowmem_reserve is not None:
        zone.lowmem_reserve, zone.reserve_line = told.zone.lowmem_reserve, told.zone.reserve_line
    return True


def take_types(report: Report) -> None:
    """Give the zones the migrate types of pagetypeinfo, and blocks from there where buddyinfo has none of a zone."""
    kinds = {kind for _, kind in report.page_types}
    if not kinds:
        return
    whole = kinds >= {"Unmovable", "Movable", "Reclaimable"} and all(one.why != DAMAGED for one in report.unread)
    for zone in report.zones:
        rows = {kind: counts for (label, kind), counts in report.page_types.items() if label == zone.label}
        if not rows or len({len(counts) for counts in rows.values()}) > 1:
            continue
        columns = list(zip(*rows.values(), strict=True))
        types = tuple(
            "".join(LETTERS.get(kind, "") for kind, nr in zip(rows, column, strict=True) if nr != 0)
            for column in columns
        )
        if zone.buddy is None and whole and rows.keys() == kinds:
            sums = tuple(sum(nr for nr in column if nr is not None) for column in columns)
            exact = all(None not in column for column in columns)
            zone.buddy = Buddy(sums, types, 4, None, zone.line) if exact else None
        elif zone.buddy and len(zone.buddy.counts) == len(types) and not _moved_on(zone.buddy, types):
            zone.buddy = replace(zone.buddy, types=types)


def _moved_on(buddy: Buddy, types: tuple[str, ...]) -> bool:
    """Are there blocks now of an order that had none when their types were read? The files are read one by one."""
    return any(nr and not letters for nr, letters in zip(buddy.counts, types, strict=True))


def unread_rows(text: Text, read: set[int]) -> Iterator[Unread]:
    """Rows of blocks that were not read, and counts that the kernel itself cuts off."""
    if "zone" not in text.joined:
        return
    second = text.joined.find(PAGEBLOCKS)
    for found in ROW.finditer(text.joined):
        line, rest = text.line(found.start()), found[1].split()
        if 0 <= second < found.start() and all(map(str.isdigit, rest)) and len(rest) < FEWEST:
            continue
        if line not in read:
            yield Unread(line, text.shown(line), DAMAGED)
        elif ">" in found[1]:
            yield Unread(line, text.shown(line), CUT)


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
