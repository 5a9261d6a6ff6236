"""The story of a run: a line for every stage that its request went through."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from buddylab.core.record import Run
from buddylab.said import Said, as_is, join
from buddylab.view.frames import Frame, frames
from buddylab.view.sentences import language, sentence

WIDTH = 20
"""Columns for a stage's name; the longest has 19."""
FIRST, LAST = 40, 8
"""Of a longer story the first and the last lines; a request that never ends would fill pages."""
VERDICTS = {True: Said("yes", "是"), False: Said("no", "否")}
LEFT_OUT = Said("({count:,} more stages)", "（另有 {count:,} 个阶段）")


def story(run: Run, lang: str = "en") -> list[str]:
    """A line for every stage, in the order in which they ran: its name, what it does, its watermark tests' last rows.

    What others do meanwhile (a request inside reclaim) is left out. lang: "en" or "zh". Raises ValueError for another.
    """
    told = language(lang)
    *own, verdict = [frame for frame in frames(run) if not frame.get("depth")]
    lines = [_line(stage, list(group)) for stage, group in groupby(own, key=lambda frame: str(frame["stage"]))]
    lines.append(_line(verdict["stage"], [verdict]))
    return [line.in_lang(told) for line in shortened(lines)]


def shortened(lines: list[Said]) -> list[Said]:
    """The lines, or of very many the first and the last, with the number of those between."""
    if len(lines) <= FIRST + LAST:
        return lines
    return [*lines[:FIRST], LEFT_OUT.fill(count=len(lines) - FIRST - LAST), *lines[-LAST:]]


def _line(stage: str, of_stage: Sequence[Frame]) -> Said:
    """A stage's first sentence that is no test's, then each zone's test by the row at which it ended."""
    said = [sentence(frame) for frame in of_stage if "test" not in frame][:1]
    tests = list(_tests(of_stage))
    joined = [Said(", ".join(test.en for test in tests), "，".join(test.zh for test in tests))] if tests else []
    return as_is(f"{stage:{WIDTH}}").then(join([*said, *joined], " "))


def _tests(of_stage: Sequence[Frame]) -> Iterator[Said]:
    for frame in of_stage:
        if "test" in frame:
            row: dict[str, Any] = frame["test"]["rows"][-1]
            compared = as_is(f"{frame['args']['zone']}: {row['f']:,} > {row['m']:,} ")
            yield compared.then(VERDICTS[row["ok"]])
