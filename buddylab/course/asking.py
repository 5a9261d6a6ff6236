"""A question without a screen: a message of the screen in, a message for it out. A widget is a shell around this.

A message holds traits of the screen by name. In come an answer (given), a wish for another draw (again), a seed; out
goes what is asked and what is said about the answer. The right answer is in none of them before one was given.
"""

from collections.abc import Mapping
from typing import Any

from buddylab.core import gfp
from buddylab.course.question import STAGE_NAMES, Verdict, judge
from buddylab.course.questions import find
from buddylab.course.session import Attempt, Session, session
from buddylab.said import NOTHING, Said, SaidError

LARGEST_SEED = 2**31 - 1
SEEDS_TRIED = 64
"""How many seeds are looked through for a question that was not shown yet."""
Message = dict[str, Any]
"""Traits of the screen, with their values."""


class Asking:
    """One question as it is drawn, and what was answered. `shown` is all that the screen shows."""

    def __init__(self, name: str, seed: int = 0, work: Session = session) -> None:
        """work: where attempts are kept. Raises ValueError for an unknown question."""
        self.name, self.work, self._texts = name, work, set[Said]()
        self.shown: Message = {}
        self.draw(seed)

    @property
    def tries(self) -> list[Attempt]:
        """The attempts at this draw, oldest first."""
        return self.work.of(self.name, self.shown["seed"])

    def receive(self, message: Mapping[str, Any]) -> Message:
        """What the screen has to show after this message; what is no answer is told, and not counted."""
        if "seed" in message:
            return self.draw(message["seed"])
        if "again" in message:
            return self.another()
        given = message["given"]
        sure = given.get("confidence", 0)
        try:
            return self.answer(given.get("value"), sure if sure in (1, 2, 3) else 0)
        except SaidError as error:
            return self._show({"verdict": {"state": "unreadable", "say": error.said, "step": NOTHING}})

    def answer(self, value: Any, confidence: int = 0) -> Message:
        """Judge an answer and keep it. Raises SaidError, with nothing counted, for what is no answer."""
        seed = self.shown["seed"]
        verdict = judge(find(self.name, seed), value)
        self.work.attempts.append(Attempt(self.name, seed, value, verdict.right, verdict.misconception, confidence))
        return self._show({"tries": len(self.tries), "verdict": _told(verdict)})

    def another(self) -> Message:
        """Draw a question that was not shown here yet; once all were, one that is not the present one."""
        stands = self.shown["seed"]
        seeds = [1 + (stands + ahead) % LARGEST_SEED for ahead in range(SEEDS_TRIED)]  # behind the largest comes 1
        drawn = {seed: find(self.name, seed).text for seed in seeds}
        fresh = [seed for seed, text in drawn.items() if text not in self._texts]
        other = [seed for seed, text in drawn.items() if text != self.shown["asked"]["text"]]
        return self.draw(next(iter(fresh or other), stands))

    def draw(self, seed: int) -> Message:
        """Ask with the figures of this seed; a cell that is run again shows what was said about the last answer."""
        self.shown = {"seed": seed, "asked": _public(self.name, seed)}
        self._texts.add(self.shown["asked"]["text"])
        tries = self.tries
        last = _told(judge(find(self.name, seed), tries[-1].given)) if tries else {}
        return self._show({**self.shown, "tries": len(tries), "verdict": last})

    def _show(self, message: Message) -> Message:
        self.shown |= message
        return message


def _told(verdict: Verdict) -> Message:
    return {"state": "right" if verdict.right else "wrong", "say": verdict.say, "step": verdict.step}


def _public(name: str, seed: int) -> Message:
    """What the browser may know of a question: not its answer, and not what is said about it."""
    question = find(name, seed)
    return {
        "id": name,
        "kind": question.kind,
        "text": question.text,
        "choices": question.choices,
        "unit": question.unit,
        "orders": [str(order) for order in question.orders],
        "bits": [[bit, gfp.BITS[bit]] for bit in question.bits],
        "stages": STAGE_NAMES,
        "step": question.step is not None,
        "redraws": any(find(name, s).text != question.text for s in range(1, 6)),
    }
