"""Puts the pieces of a text into reports, in their order, and says at the end what could not be read.

A zone that comes a second time begins a second dump; two dumps that say the same count once.
"""

from bisect import bisect_right
from collections.abc import Iterator
from typing import Any, NamedTuple

from buddylab.reports import killed, procfs, requests, zones
from buddylab.reports.killed import Killing
from buddylab.reports.paste import Text
from buddylab.reports.report import Mems, Report, Request, Unread, ZoneReport, node_list
from buddylab.reports.settle import once, settle
from buddylab.said import Said

KIND_NAMES = (
    *("request", "damaged", "mask", "loose", "proc", "killed"),
    *("header", "reserve", "buddy", "empty", "mem_info", "version", "mems"),
)
TAIL_LINES = 12
"""A zone's line is wrapped into at most so many."""
FARTHEST = 150
"""Lines between a report with zones and what is said of the process that it killed."""


class Piece(NamedTuple):
    """A part of the text that was recognised: what it is, its place in the cleaned text, and what it says."""

    begin: int
    end: int
    kind: str
    what: Any = None


class Builder:
    """Puts pieces into reports, in their order.

    open: the zone whose reserve may still come. booted: a release named before all. named: one for the next dump.
    """

    def __init__(self, text: Text) -> None:
        self.text = text
        self.reports: list[Report] = []
        self.open: ZoneReport | None = None
        self.tail_from = 0
        self.read: set[int] = set()
        self.booted: str | None = None
        self.named: str | None = None
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
        """A new report. A release named since the last dump is that of this one, if no request comes before it."""
        self.open = None
        before = self.reports[-1] if self.reports else None
        report = Report(kind, self.text.line(piece.begin), request)
        if request is None:
            report.kernel = self.named
        elif before and before.kernel is None:
            before.kernel = self.named
        self.named = None
        self.reports.append(report)
        return report

    def _next_dump(self, piece: Piece) -> Report:
        """A zone is here a second time: another dump, of the same kernel if none is named."""
        kernel = self.reports[-1].kernel
        report = self._begin(piece, "memory")
        report.kernel = report.kernel or kernel
        return report

    def _take_damaged(self, piece: Piece) -> None:
        self._begin(piece, "memory")

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
            self.booted = self.named = said
        elif self.reports[-1].kernel is None and not self.reports[-1].zones:
            self.reports[-1].kernel = said
        else:
            self.named = said

    def _take_killed(self, piece: Piece) -> None:
        found: killed.Found = piece.what
        line = self.text.line(piece.begin)
        self._mark(piece)
        last = self.reports[-1] if self.reports else None
        if not last or not _belongs(last, found, line) or not _put(last, found, line):
            kind = found.kind if found.kind != "kernel" else "oom"
            _put(self._begin(piece, kind), found, line)

    def _take_mems(self, piece: Piece) -> None:
        if self.reports and self.reports[-1].mems is None:
            self.reports[-1].mems = Mems(node_list(piece.what[1]), piece.what[1], self.text.line(piece.begin))

    def _take_header(self, piece: Piece) -> None:
        report = self._report(piece)
        zone = zones.zone_of(self.text, piece.what)
        self._mark(piece)
        if report.find(zone.node, zone.name):
            report = self._next_dump(piece)
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
        if isinstance(buddy, Said):
            report.unread.append(Unread(line, self.text.shown(line), buddy))
            return
        zone = self._zone_named(piece)
        if zone.buddy is not None:
            report = self._next_dump(piece)
            zone = self._zone_named(piece)
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
        self.read.update(self.text.read(piece.begin, piece.end))

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
        if self.reports and self.reports[-1].kernel is None:
            self.reports[-1].kernel = self.named
        self._settle()
        return self.reports

    def _settle(self) -> None:
        """Releases, repairs and contradictions of each report; equal dumps become one."""
        self.reports = once(self.reports)
        limit = killed.pod_limit(self.text)
        for report in self.reports:
            report.kernel = report.kernel or self.booted
            settle(report, self.text)
            if limit and report.killing and report.killing.kind == "cgroup" and report.killing.limit_kb is None:
                report.killing.limit_kb = limit[0]
        for repair in self.text.repairs if self.reports else ():
            self._report_at(repair.line).repairs.append(repair)

    def _unread_zones(self) -> Iterator[Unread]:
        joined, starts, at = self.text.joined, self.text.starts, 0
        while found := zones.LOOKS_LIKE.search(joined, at):
            place = bisect_right(starts, found.start())
            line = self.text.line(found.start())
            if line not in self.read:
                yield Unread(line, self.text.shown(line), zones.damage(joined[starts[place - 1] : found.end() + 200]))
            if place == len(starts):
                return
            at = max(starts[place], found.end())  # one find in a line is enough

    def _report_at(self, line: int) -> Report:
        """The report that a line lies in: the last that begins at or before it."""
        place = bisect_right(self.reports, line, key=lambda report: report.line)
        return self.reports[max(place - 1, 0)]


def _belongs(report: Report, found: killed.Found, line: int) -> bool:
    """Does what is said of a killing belong to this report?"""
    if found.kind == "userspace":
        return report.kind == "userspace"
    if report.killing is None and report.zones and line - max(zone.line for zone in report.zones) > FARTHEST:
        return False
    return report.kind == "oom" or report.kind == found.kind


def _put(report: Report, found: killed.Found, line: int) -> bool:
    """Add what is said of a killing; False if it tells of another."""
    if report.killing is None:
        report.killing = Killing(found.kind, line)
    elif found.kind == "cgroup" and report.killing.kind == "kernel":
        return False
    return killed.put(report.killing, found, line)
