"""Lines that a mail program or a terminal has broken, put together again where the text itself shows it."""

import re
from collections.abc import Sequence
from itertools import pairwise

from buddylab.reports.mend import Line

BEGINS = re.compile(
    r"(?:Node |DMA|Normal|HighMem|Movable|Device|Mem-[iI]nfo|lowmem_reserve|protections|CPU|Pid|Call Trace|active_anon|"
    r"\[<|[0-9]+ (?:total )?pagec?|Free swap|Total swap|Swap cache|Hardware name| ?\? )"
)
"""How lines of a report begin."""
NARROWEST, WIDEST = 40, 260
"""Columns at which lines are broken."""
FEWEST = 4
"""A text broken at a column has at least so many lines of just that length."""


def unwrap(lines: list[Line], patterns: Sequence[re.Pattern[str]]) -> None:
    """Set `glue` of each line that goes on in the next: nothing where a column broke it, a blank where a word did."""
    prefixed = bool(patterns) and sum(bool(line.prefix) for line in lines) * 4 >= len(
        [one for one in lines if one.rest]
    )
    width = _column(lines, prefixed)
    if width:
        _join_at_column(lines, width, prefixed)
    elif prefixed:
        _join_words(lines)


def _goes_on(line: Line, after: Line, prefixed: bool) -> bool:
    """May the second line be the rest of the first?"""
    if prefixed:
        return not after.prefix.strip() and bool(after.rest)
    return not after.prefix.strip() and bool(after.rest) and not BEGINS.match(after.rest)


def _column(lines: list[Line], prefixed: bool) -> int:
    """The column at which the text was broken whatever stood there; 0 if it was not."""
    lengths = [len(line.body) for line in lines]
    width = max(lengths, default=0)
    if not NARROWEST <= width <= WIDEST:
        return 0
    full = [at for at, nr in enumerate(lengths[:-1]) if nr == width]
    near = sum(nr > width - 10 for nr in lengths)
    if len(full) < FEWEST or len(full) < 0.55 * near:
        return 0
    onward = sum(_goes_on(lines[at], lines[at + 1], prefixed) for at in full)
    return width if onward >= 0.7 * len(full) else 0


def _join_at_column(lines: list[Line], width: int, prefixed: bool) -> None:
    for line, after in pairwise(lines):
        if len(line.body) < width - 1 or not _goes_on(line, after, prefixed):
            continue
        if len(line.body) == width:
            line.rest += line.body[len(line.body.rstrip()) :]
            after.rest = after.body if after.body[:1].isspace() else after.rest
            line.glue = ""
        elif prefixed:
            line.glue = " "


def _join_words(lines: list[Line]) -> None:
    """A line without the prefix goes on with the one before, if its first word had no room there."""
    pairs = [(line, after) for line, after in pairwise(lines) if _goes_on(line, after, True)]
    width = max((len(line.body.rstrip()) for line, _ in pairs if line.prefix.strip()), default=0)
    if not NARROWEST <= width <= WIDEST:
        return
    broken = False
    for line, after in pairwise(lines):
        begun = bool(line.prefix.strip()) or broken
        word = len(after.rest.split(None, 1)[0]) if after.rest else 0
        broken = begun and _goes_on(line, after, True) and len(line.body.rstrip()) + 1 + word > width
        if broken:
            line.glue = " "
