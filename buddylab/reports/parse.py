"""From a paste to reports: the pieces in the order in which they stand, each put where it belongs, the rest listed.

A figure is read only where nothing between it and its zone's name casts doubt on it; a contradiction is dropped."""

import gc
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, NamedTuple

from buddylab.reports import procfs, requests, zones
from buddylab.reports.release import form_fits, release
from buddylab.reports.report import Mems, Report, Request, Unread, ZoneReport, node_list
from buddylab.reports.text import Text, clean

MEM_INFO = re.compile(r"^Mem-[iI]nfo:", re.MULTILINE)
VERSION = re.compile(
    r"(?:Not\s+tainted|Tainted:(?:[ \t]+[A-Z](?![\w.]))+)\s+\(?([2-9]\.[0-9]{1,3}[\w.+-]{0,60})|"
    r"Linux version ([2-9]\.[0-9]{1,3}[\w.+-]{0,60})",
    re.ASCII,
)
CGROUP = re.compile("Memory cgroup out of memory|memory: usage [0-9]+kB, limit|CONSTRAINT_MEMCG|a result of limit of")
MEMS = re.compile(r"(?<![\w])mems_allowed=([0-9]{1,4}(?:-[0-9]{1,4})?(?:,[0-9]{1,4}(?:-[0-9]{1,4})?){0,99})(?![\w,-])")
KINDS = (
    ("header", zones.HEADER, "free:"),
    ("reserve", zones.RESERVE, "[]:"),
    ("buddy", zones.BUDDY, "kB"),
    ("empty", zones.EMPTY, "empty"),
    ("mem_info", MEM_INFO, "Mem-"),
    ("version", VERSION, "ainted", "Linux version"),
    ("cgroup", CGROUP, "emory", "MEMCG", "a result of limit of"),
    ("mems", MEMS, "mems_allowed="),
)
"""(kind of piece, its pattern, words of which it has one): searching for a word is a hundred times quicker."""
KIND_NAMES = {"request", "mask", "loose", "proc", *(kind for kind, *_ in KINDS)}
TAIL_LINES = 12
"""A zone's line is wrapped into at most so many."""


class Piece(NamedTuple):
    """A part of the text that was recognised: what it is, its place in the cleaned text, and what it says."""

    begin: int
    end: int
    kind: str
    what: Any = None


def parse(text: str | bytes, kernel: str | None = None) -> list[Report]:
    """All reports in a text, in their order; an empty list if there is none.

    kernel: the release that printed them, where the text does not say. Raises ValueError if that is not a release.
    """
    known = release(kernel) if kernel else None
    with _nothing_is_garbage():
        cleaned = clean(text)
        builder = Builder(cleaned)
        for piece in _pieces(cleaned):
            builder.take(piece)
        reports = builder.finish()
    for report in reports:
        report.kernel = kernel or report.kernel
        report.release = known or (release(report.kernel) if report.kernel else None)
        if not report.release:
            report.notes.append(form_fits(frozenset(report.features)))
    return reports


@contextmanager
def _nothing_is_garbage() -> Iterator[None]:
    """No search for garbage meanwhile: thousands of zones are made and none is dropped, so each search is for nothing.

    It took a third of the time of a large paste, more the more else the program had in memory.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _pieces(text: Text) -> list[Piece]:
    """Everything recognised, sorted; a loose part of a zone's line counts only outside of the whole ones."""
    found = [Piece(begin, end, "request", what) for begin, end, what in requests.requests(text)]
    if not found:
        found = [Piece(begin, end, "mask", what) for begin, end, what in requests.mentions(text)]
    for kind, pattern, *needed in KINDS:
        if any(word in text.joined for word in needed):
            found += [Piece(m.start(), m.end(), kind, m) for m in pattern.finditer(text.joined)]
    found += _loose(text, [(piece.begin, piece.end) for piece in found if piece.kind == "header"])
    found += [Piece(begin, end, "proc", what) for begin, end, what in procfs.pieces(text)]
    return sorted(found, key=PLACE)


PLACE = attrgetter("begin", "end")


def _loose(text: Text, headers: list[tuple[int, int]]) -> Iterator[Piece]:
    """Parts of a zone's first line that stand outside of the whole ones."""
    at = 0
    for begin, end in (*headers, (len(text.joined), 0)):
        for found in zones.LOOSE.finditer(text.joined, at, begin):
            yield Piece(found.start(), found.end(), "loose")
        at = end


class Builder:
    """Puts pieces into reports, in their order. `open` is the zone whose reserve may still come."""

    def __init__(self, text: Text) -> None:
        self.text = text
        self.reports: list[Report] = []
        self.open: ZoneReport | None = None
        self.tail_from = 0
        self.read: set[int] = set()
        self.booted: str | None = None
        self.takers = {kind: getattr(self, f"_take_{kind}") for kind in KIND_NAMES}

    def take(self, piece: Piece) -> None:
        """Put one piece where it belongs."""
        if self.open and self.tail_from:
            self._close_tail(piece.begin)
        self.takers[piece.kind](piece)

    def _close_tail(self, end: int) -> None:
        """Read the rest of the open zone's line, up to the next piece or a few lines."""
        at = self.tail_from
        for _ in range(TAIL_LINES):
            at = self.text.joined.find("\n", at, end) + 1
            if not at:
                break
        if self.open:
            zones.read_tail(self.text, self.open, self.tail_from, at or end)
        self.tail_from = 0

    def _report(self, piece: Piece, kind: str = "memory") -> Report:
        """The report that a piece belongs to; a new one if there is none."""
        if not self.reports:
            self._begin(piece, kind)
        return self.reports[-1]

    def _begin(self, piece: Piece, kind: str, request: Request | None = None) -> Report:
        self.open = None
        self.reports.append(Report(kind, self.text.line(piece.begin), request))
        return self.reports[-1]

    def _take_request(self, piece: Piece) -> None:
        request: Request = piece.what
        report = self._begin(piece, request.kind, request)
        self._mark(piece)
        said = self.text.joined[piece.begin : piece.end + 40]
        if "allocation failure" in said and request.kind == "alloc-failure":
            report.features.add("dot" if "failure." in said else "colon")
        if request.names is not None:
            report.features.add("names")
        if "nodemask=" in said:
            report.features.add("nodemask")

    def _take_mask(self, piece: Piece) -> None:
        self._take_request(piece)

    def _take_mem_info(self, piece: Piece) -> None:
        if self.reports and self.reports[-1].zones:
            self._begin(piece, "memory")
        self.open = None

    def _take_version(self, piece: Piece) -> None:
        said = piece.what[1] or piece.what[2]
        if not self.reports:
            self.booted = said
        elif self.reports[-1].kernel is None:
            self.reports[-1].kernel = said

    def _take_cgroup(self, piece: Piece) -> None:
        if self.reports:
            self.reports[-1].cgroup_line = self.text.line(piece.begin)

    def _take_mems(self, piece: Piece) -> None:
        if self.reports and self.reports[-1].mems is None:
            self.reports[-1].mems = Mems(node_list(piece.what[1]), piece.what[1], self.text.line(piece.begin))

    def _take_header(self, piece: Piece) -> None:
        report = self._report(piece)
        zone = zones.zone_of(self.text, piece.what)
        self._mark(piece)
        report.add(zone)
        self.open, self.tail_from = zone, piece.end

    def _take_loose(self, piece: Piece) -> None:
        self.open = None

    def _take_reserve(self, piece: Piece) -> None:
        if self.open is None or self.open.lowmem_reserve is not None:
            return
        self._mark(piece)
        self.open.lowmem_reserve = tuple(map(int, piece.what[2].split()))
        self.open.reserve_line = self.text.line(piece.begin)
        self.reports[-1].features.add(piece.what[1])
        self.open = None

    def _take_empty(self, piece: Piece) -> None:
        self.open = None
        self._mark(piece)
        self._zone_named(piece).empty = True

    def _take_buddy(self, piece: Piece) -> None:
        self.open = None
        self._mark(piece)
        report, buddy = self._report(piece), zones.buddy_of(self.text, piece.what)
        line = self.text.line(piece.begin)
        if isinstance(buddy, str):
            report.unread.append(Unread(line, self.text.shown(line), buddy))
            return
        zone = self._zone_named(piece)
        if zone.buddy is not None:
            zone = report.add(ZoneReport(zone.node, zone.name, line))
        zone.buddy = buddy
        if not buddy.sum_ok:
            report.unread.append(Unread(buddy.line, self.text.shown(buddy.line), zones.sum_complaint(buddy)))

    def _zone_named(self, piece: Piece) -> ZoneReport:
        """The zone that a buddy line names; a new one if the report has none of this name."""
        report, found = self._report(piece), piece.what
        node = None if found[1] is None else int(found[1])
        there = report.find(node, found[2])
        return there or report.add(ZoneReport(node, found[2], self.text.line(piece.begin)))

    def _take_proc(self, piece: Piece) -> None:
        self._mark(piece)
        there = self.reports and self.reports[-1].kind == "proc" and procfs.put(self.reports[-1], piece.what)
        if not there:
            procfs.put(self._begin(piece, "proc"), piece.what)

    def _mark(self, piece: Piece) -> None:
        """These lines were read."""
        first, last = self.text.lines(piece.begin, piece.end)
        self.read.update(range(first, last + 1))

    def finish(self) -> list[Report]:
        """The reports, with what contradicts itself taken out and what could not be read listed."""
        if self.open and self.tail_from:
            self._close_tail(len(self.text.joined))
        leftover = [
            *requests.unread_requests(self.text, self.read),
            *self._unread_zones(),
            *procfs.unread_rows(self.text, self.read),
        ]
        if leftover and not self.reports:
            self.reports.append(Report("memory", leftover[0].line))
        for unread in leftover:
            self._report_at(unread.line).unread.append(unread)
        for report in self.reports:
            report.kernel = report.kernel or self.booted
            _settle(report, self.text)
        return self.reports

    def _unread_zones(self) -> Iterator[Unread]:
        joined, starts, at = self.text.joined, self.text.starts, 0
        while found := zones.LOOKS_LIKE.search(joined, at):
            line = self.text.line(found.start())
            if line not in self.read:
                yield Unread(line, self.text.shown(line), zones.damage(joined[starts[line - 1] : found.end() + 200]))
            if line == len(starts):
                return
            at = max(starts[line], found.end())  # one find in a line is enough

    def _report_at(self, line: int) -> Report:
        """The report that a line lies in: the last that begins at or before it."""
        place = bisect_right(self.reports, line, key=lambda report: report.line)
        return self.reports[max(place - 1, 0)]


LATER_FIGURES = {f"{word}_kb": word for word in ("managed", "boost", "reserved_highatomic", "free_highatomic")}
"""Figures that only later kernels print, and the feature that each shows."""


def _settle(report: Report, text: Text) -> None:
    """Drop figures that contradict each other or differ in form from the others, and say so."""
    procfs.take_types(report)
    if len(report.zones) > 1:
        _drop_doubles(report, text)
    for zone, what, why in list(zones.shape_complaints(report.zones)):
        line = zone.buddy.line if what == "buddy" and zone.buddy else zone.reserve_line or zone.line
        report.unread.append(Unread(line, text.shown(line), why))
        if what == "buddy":
            zone.buddy = None
        else:
            zone.lowmem_reserve = zone.reserve_line = None
    for zone in report.zones:
        if not LATER_FIGURES.keys().isdisjoint(zone.figures):
            report.features.update(word for key, word in LATER_FIGURES.items() if key in zone.figures)
    report.unread.sort(key=lambda unread: unread.line)


def _drop_doubles(report: Report, text: Text) -> None:
    """Two lines for one zone: nobody can say which is right, so neither counts."""
    labels = [zone.label for zone in report.zones]
    doubles = {label for label, times in Counter(labels).items() if times > 1}
    for zone in report.zones:
        if zone.label in doubles:
            why = f"{zone.label} has more than one line of this kind; none of them is used"
            report.unread.append(Unread(zone.line, text.shown(zone.line), why))
    report.zones = [zone for zone in report.zones if zone.label not in doubles]
