"""Functions that a student writes, and what the recorded kernel did with the same arguments.

The cases lie in `data/exercises.json`; tests build them again from the recordings. No solution is in the package.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from buddylab.said import Said, unknown


@dataclass(frozen=True)
class Case:
    """One recorded call. where: recording and operation; given: arguments by name; wanted: what the kernel did."""

    where: str
    given: dict[str, Any]
    wanted: Any

    def arguments(self) -> dict[str, Any]:
        """A copy of the arguments, which a student's function may change as it likes."""
        return deepcopy(self.given)


@dataclass(frozen=True)
class Exercise:
    """tidy: brings an answer into the form in which cases hold it; raises TypeError or ValueError for another kind.
    wants: what to return, in English and Chinese. say: an answer in that form as a reader would write it.
    """

    tidy: Callable[[Any], Any]
    wants: Said
    say: Callable[[Any], Any] = lambda answer: answer


def _truth(value: Any) -> int:
    if value not in (0, 1):
        raise ValueError("neither true nor false")
    return int(value)


def _true_or_false(value: Any) -> Any:
    return bool(value) if value in (0, 1) else value


def _pfns(value: Any) -> list[int]:
    return [int(pfn) for pfn in value]


def _blocks(value: Any) -> list[list[int]]:
    return sorted([int(order), int(pfn)] for order, pfn in value)


EXERCISES = {
    "01.expand": Exercise(
        _blocks,
        Said(
            "a list of (order, pfn), a pair for every block that becomes free",
            "由 (阶, pfn) 组成的列表，每个变为空闲的块一对",
        ),
    ),
    "03.zone_watermark_ok": Exercise(_truth, Said("True or False", "True 或 False"), _true_or_false),
    "06.rmqueue_bulk": Exercise(
        _pfns, Said("a list of pfns, in the order in which they are taken", "按取出次序排列的 pfn 列表")
    ),
    "09.do_retry": Exercise(_truth, Said("True or False", "True 或 False"), _true_or_false),
}


@cache
def cases(name: str) -> tuple[Case, ...]:
    """The recorded cases of an exercise, the plainest first. Raises SaidError for an unknown one."""
    if name not in EXERCISES:
        raise unknown(Said("exercise", "练习"), name, EXERCISES)
    text = resources.files("buddylab.course").joinpath("data/exercises.json").read_text(encoding="utf-8")
    return tuple(Case(**row) for row in json.loads(text)[name])
