"""From a paste to reports: the pieces in the order in which they stand, each put where it belongs, the rest listed.

A figure is read only where nothing between it and its zone's name casts doubt on it; a contradiction is dropped."""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter

from buddylab.reports import forms, killed, procfs, requests, zones
from buddylab.reports.builder import Builder, Piece
from buddylab.reports.paste import Text, clean
from buddylab.reports.period import period
from buddylab.reports.release import form_fits, release
from buddylab.reports.report import Report

MEM_INFO = re.compile(r"^Mem-[iI]nfo:", re.MULTILINE)
MEMS = re.compile(r"(?<![\w])mems_allowed=([0-9]{1,4}(?:-[0-9]{1,4})?(?:,[0-9]{1,4}(?:-[0-9]{1,4})?){0,99})(?![\w,-])")
KINDS = (
    ("header", forms.HEADER, "free:"),
    ("reserve", forms.RESERVE, "[]:"),
    ("buddy", forms.BUDDY, "kB"),
    ("empty", forms.EMPTY, "empty"),
    ("mem_info", MEM_INFO, "Mem-"),
    ("version", forms.VERSION, "ainted", "Linux version"),
    ("mems", MEMS, "mems_allowed="),
)
"""(kind of piece, its pattern, words of which it has one): searching for a word is a hundred times quicker."""


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
        if not report.release and (report.zones or report.request):
            report.notes.append(form_fits(*period(report)))
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
    found = [Piece(begin, end, "request" if what else "damaged", what) for begin, end, what in requests.requests(text)]
    if not found:
        found = [Piece(begin, end, "mask", what) for begin, end, what in requests.mentions(text)]
    for kind, pattern, *needed in KINDS:
        if any(word in text.joined for word in needed):
            found += [Piece(m.start(), m.end(), kind, m) for m in pattern.finditer(text.joined)]
    found += _loose(text, [(piece.begin, piece.end) for piece in found if piece.kind == "header"])
    found += [Piece(begin, end, "proc", what) for begin, end, what in procfs.pieces(text)]
    found += [Piece(begin, end, "killed", what) for begin, end, what in killed.places(text)]
    return sorted(found, key=PLACE)


PLACE = attrgetter("begin", "end")


def _loose(text: Text, headers: list[tuple[int, int]]) -> Iterator[Piece]:
    """Parts of a zone's first line that stand outside of the whole ones."""
    at = 0
    for begin, end in (*headers, (len(text.joined), 0)):
        for found in zones.LOOSE.finditer(text.joined, at, begin):
            yield Piece(found.start(), found.end(), "loose")
        at = end
