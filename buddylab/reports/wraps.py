"""Lines that a mail program or a terminal has broken, put together again where the text itself shows it.

A column that broke lines whatever stood there leaves them all of one length. Both ways to read such a text are tried:
the one in which more of the kernel's lines are whole is right.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from buddylab.reports.forms import whole_lines
from buddylab.reports.mend import Found, Line
from buddylab.said import Said

BEGINS = re.compile(
    r"(?:Node |DMA|Normal|HighMem|Movable|Device|Mem-[iI]nfo|lowmem_reserve|protections|CPU|Pid|Call Trace|active_anon|"
    r"\[<|[0-9]+ (?:total )?pagec?|Free swap|Total swap|Swap cache|Hardware name| ?\? )"
)
"""How lines of a report begin."""
NARROWEST, WIDEST = 40, 260
"""Columns at which lines are broken."""
FULL = 0.75
Ways = list[tuple[str, str]]
"""(rest, glue) of every line."""


def unwrap(lines: list[Line], patterns: Sequence[re.Pattern[str]], found: Found) -> None:
    """Set `glue` of each line that goes on in the next: nothing where a column broke it, a blank where a word did."""
    filled = sum(bool(line.rest) for line in lines)
    prefixed = bool(patterns) and sum(bool(line.prefix) for line in lines) * 4 >= filled
    if prefixed:
        _join_words(lines)
    for line, after in pairwise(lines):
        if not line.rest and line.prefix.strip() and not after.prefix.strip():
            line.glue = ""  # the prefix alone fitted on its line
    width = max((len(line.body) for line in lines), default=0)
    if not NARROWEST <= width <= WIDEST or not any(map(_near_report, lines)):
        return
    as_words: Ways = [(line.rest, line.glue) for line in lines]
    broken = [line for line, after in pairwise(lines) if prefixed and _goes_on(line, after, True)]
    if not _join_at_column(lines, width, prefixed):
        return
    as_column: Ways = [(line.rest, line.glue) for line in lines]
    old, new = _score(as_words), _score(as_column)
    if new < old or new == old and not _all_full(broken, width):
        for line, (rest, glue) in zip(lines, as_words, strict=True):
            line.rest, line.glue = rest, glue
        return
    first = next(line.number for line, (_, glue) in zip(lines, as_words, strict=True) if line.glue != glue)
    said = f"lines that were broken at column {width} were put together"
    found.append((first, Said(said, f"已接上在第 {width} 列断开的各行")))


def _all_full(broken: list[Line], width: int) -> bool:
    """Are the broken lines nearly all of just this length? Words leave many lengths behind."""
    full = sum(len(line.body) >= width - 1 for line in broken)
    return len(broken) > 1 and full >= FULL * len(broken)


def _near_report(line: Line) -> bool:
    return "order" in line.rest or "kB" in line.rest or "free" in line.rest


def _score(ways: Ways) -> tuple[int, int]:
    return whole_lines("".join(rest + glue for rest, glue in ways))


def _goes_on(line: Line, after: Line, prefixed: bool) -> bool:
    """May the second line be the rest of the first?"""
    return not after.prefix.strip() and bool(after.rest) and (prefixed or not BEGINS.match(after.rest))


def _join_at_column(lines: list[Line], width: int, prefixed: bool) -> bool:
    """Join each line of just this length with the next; True if any was."""
    joined = False
    for line, after in pairwise(lines):
        if len(line.body) < width - 1 or not _goes_on(line, after, prefixed):
            continue
        if len(line.body) == width:
            line.rest += line.body[len(line.body.rstrip()) :]
            after.rest = after.body if after.body[:1].isspace() else after.rest
            line.glue, joined = "", True
        elif prefixed:
            line.glue = " " if line.rest else ""
    return joined


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
            line.glue = " " if line.rest else ""
