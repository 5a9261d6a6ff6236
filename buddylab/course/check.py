"""Hold a student's function against the recorded kernel, up to the first difference."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from buddylab.course.exercises import EXERCISES, Case, cases
from buddylab.course.session import Attempt, Session, session
from buddylab.said import Said

NOT_WRITTEN = Said("not written yet", "还没有写").both()


@dataclass(frozen=True)
class Report:
    """How a check ended. same: how many cases agree, up to the first that does not (None: all do); got: its answer."""

    name: str
    written: bool
    same: int
    of: int
    first: Case | None = None
    got: Any = None

    @property
    def right(self) -> bool:
        """Does it do in every case what the kernel did?"""
        return self.written and self.first is None

    def __str__(self) -> str:
        if not self.written:
            return f"{self.name}: {NOT_WRITTEN}"
        if self.first is None:
            alike = Said(f"as the kernel in all {self.of} cases", f"全部 {self.of} 例与内核一致")
            return f"{self.name}: {alike.both()}"
        given, case = spoken(self.first.given), self.same + 1
        differs = Said(f"first difference in case {case} of {self.of}", f"第 {case} 例不同")
        return (
            f"{self.name}: {differs.both()}\n"
            f"  recording  {self.first.where}\n  called     {self.name.partition('.')[2]}({given})\n"
            f"  the kernel {self.said(self.first.wanted)}\n  yours      {self.said(self.got)}"
        )

    __repr__ = __str__

    def said(self, answer: Any) -> Any:
        """An answer as the exercise asks for it."""
        return EXERCISES[self.name].say(answer)


def spoken(given: Mapping[str, Any]) -> str:
    """Arguments as the kernel's programmers write them: masks in hexadecimal."""
    masks = ("gfp_mask", "alloc_flags")
    return ", ".join(f"{name}={value:#x}" if name in masks else f"{name}={value!r}" for name, value in given.items())


def check(name: str, function: Callable[..., Any], work: Session = session) -> Report:
    """Call `function` with the arguments of every recorded case of this exercise, up to the first difference.

    An error that it raises goes on, with the arguments noted. Raises ValueError for an unknown exercise.
    """
    recorded = cases(name)
    for number, case in enumerate(recorded):
        try:
            got = function(**case.arguments())
        except Exception as error:
            error.add_note(f"buddylab called {name.partition('.')[2]} with {case.given}")
            raise
        if got is None:
            return Report(name, False, 0, len(recorded))
        tidied = _tidied(name, got)
        if tidied != case.wanted:
            return _noted(Report(name, True, number, len(recorded), case, tidied), work)
    return _noted(Report(name, True, len(recorded), len(recorded)), work)


def _tidied(name: str, got: Any) -> Any:
    """The answer in the cases' form, or as it is where it is of another kind: then it differs."""
    try:
        return EXERCISES[name].tidy(got)
    except (TypeError, ValueError):
        return f"{got!r} instead of {EXERCISES[name].wants[0]}"


def _noted(report: Report, work: Session) -> Report:
    work.attempts.append(Attempt(report.name, 0, f"{report.same} of {report.of}", report.right))
    return report
