"""The story of a run: a line for every stage that its request went through."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from buddylab.core.record import Run
from buddylab.view.frames import Frame, frames
from buddylab.view.sentences import say

WIDTH = 20
"""Columns for a stage's name; the longest has 19."""
FIRST, LAST = 40, 8
"""Of a longer story the first and the last lines; a request that never ends would fill pages."""
VERDICTS = {"en": ("no", "yes"), "zh": ("否", "是")}
LEFT_OUT = {"en": "({count:,} more stages)", "zh": "（另有 {count:,} 个阶段）"}


def story(run: Run, lang: str = "en") -> list[str]:
    """A line for every stage, in the order in which they ran: its name, what it does, its watermark tests' last rows.

    What others do meanwhile (a request inside reclaim) is left out. lang: "en" or "zh". Raises ValueError for another.
    """
    if lang not in VERDICTS:
        raise ValueError(f"the story comes in 'en' or 'zh', not {lang!r}")
    *own, verdict = [frame for frame in frames(run) if not frame.get("depth")]
    lines = [_line(stage, list(group), lang) for stage, group in groupby(own, key=lambda frame: str(frame["stage"]))]
    lines.append(_line(verdict["stage"], [verdict], lang))
    if len(lines) <= FIRST + LAST:
        return lines
    return [*lines[:FIRST], LEFT_OUT[lang].format(count=len(lines) - FIRST - LAST), *lines[-LAST:]]


def _line(stage: str, of_stage: Sequence[Frame], lang: str) -> str:
    """A stage's first sentence that is no test's, then each zone's test by the row at which it ended."""
    said = [say(frame["say"], frame.get("args", {}), lang) for frame in of_stage if "test" not in frame][:1]
    tests = {"en": ", ", "zh": "，"}[lang].join(_tests(of_stage, lang))
    return f"{stage:{WIDTH}}{' '.join([*said, tests]).rstrip()}"


def _tests(of_stage: Sequence[Frame], lang: str) -> Iterator[str]:
    for frame in of_stage:
        if "test" in frame:
            row: dict[str, Any] = frame["test"]["rows"][-1]
            yield f"{frame['args']['zone']}: {row['f']:,} > {row['m']:,} {VERDICTS[lang][row['ok']]}"
