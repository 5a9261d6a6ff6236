"""A question of the course in a notebook: Python asks and judges, the browser shows; the answer never goes there."""

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from buddylab.core import gfp
from buddylab.course.question import NOT_ANSWERED, STAGE_NAMES, judge
from buddylab.course.questions import find
from buddylab.course.session import Attempt, session
from buddylab.said import SaidError
from buddylab.screen import module, style

LARGEST_SEED = 2**31 - 1
SEEDS_TRIED = 64
"""How many seeds are looked through for a question that was not shown yet."""


class AskedQuestion(anywidget.AnyWidget):
    """One question. `attempts` of this draw are kept in the kernel's session; `verdict` is what the screen says.

    >>> AskedQuestion("01.merge56")
    <Question 01.merge56: not answered yet · 尚未作答>
    """

    _esm = module("question_widget")
    _css = style()

    asked = traitlets.Dict().tag(sync=True)
    given = traitlets.Dict().tag(sync=True)
    verdict = traitlets.Dict().tag(sync=True)
    tries = traitlets.Int(0).tag(sync=True)
    seed = traitlets.Int(0, min=0, max=LARGEST_SEED).tag(sync=True)
    again = traitlets.Int(0).tag(sync=True)
    lang = traitlets.Enum(["en", "zh"], "en").tag(sync=True)
    theme = traitlets.Enum(["auto", "light", "dark"], "auto").tag(sync=True)

    def __init__(self, name: str, *, seed: int = 0, lang: str = "en", theme: str = "auto") -> None:
        """name: the question's id, such as "01.merge56". Raises ValueError for an unknown one."""
        self.name = name
        super().__init__(seed=seed, lang=lang, theme=theme, asked=_public(name, seed))
        self._show_attempts()
        self._texts = {self.asked["text"]}
        self.observe(self._redrawn, "seed")
        self.observe(lambda _: self.another(), "again")
        self.observe(self._answered, "given")

    def answer(self, value: Any, confidence: int = 0) -> "AskedQuestion":
        """Answer from Python as the form does. Raises SaidError, with nothing counted, for what is no answer."""
        self._judge(value, confidence)
        return self

    def another(self) -> "AskedQuestion":
        """Draw a question that was not shown here yet; once all were, one that is not the present one."""
        seeds = [1 + (self.seed + ahead) % LARGEST_SEED for ahead in range(SEEDS_TRIED)]  # behind the largest comes 1
        drawn = {seed: find(self.name, seed).text for seed in seeds}
        fresh = [seed for seed, text in drawn.items() if text not in self._texts]
        other = [seed for seed, text in drawn.items() if text != self.asked["text"]]
        self.seed = next(iter(fresh or other), self.seed)
        return self

    @property
    def answered(self) -> bool:
        """Has this draw been answered, right or wrong?"""
        return bool(session.of(self.name, self.seed))

    def then(self, show: Callable[[], Any]) -> Any:
        """What `show` gives once the question is answered; before that the line that says it is not."""
        return show() if self.answered else NotYet()

    def __repr__(self) -> str:
        tries = session.of(self.name, self.seed)
        return f"<Question {self.name}: {('right' if tries[-1].right else 'wrong') if tries else NOT_ANSWERED}>"

    def _judge(self, value: Any, confidence: int) -> None:
        verdict = judge(find(self.name, self.seed), value)
        session.attempts.append(Attempt(self.name, self.seed, value, verdict.right, verdict.misconception, confidence))
        self.tries = len(session.of(self.name, self.seed))
        self.verdict = {"state": "right" if verdict.right else "wrong", "say": verdict.say, "step": verdict.step}

    def _answered(self, change: Any) -> None:
        sure = change.new.get("confidence", 0)
        try:
            self._judge(change.new.get("value"), sure if sure in (1, 2, 3) else 0)
        except SaidError as error:
            self.verdict = {"state": "unreadable", "say": error.said, "step": ("", "")}

    def _redrawn(self, _: Any) -> None:
        self.verdict = {}
        self.asked = _public(self.name, self.seed)
        self._texts.add(self.asked["text"])
        self._show_attempts()

    def _show_attempts(self) -> None:
        """A cell that is run again shows what was said about the last answer."""
        tries = session.of(self.name, self.seed)
        self.tries = len(tries)
        if tries:
            verdict = judge(find(self.name, self.seed), tries[-1].given)
            self.verdict = {"state": "right" if verdict.right else "wrong", "say": verdict.say, "step": verdict.step}


class NotYet:
    """Stands for what is shown after an answer."""

    def __repr__(self) -> str:
        return NOT_ANSWERED


def ask(name: str, seed: int = 0, *, lang: str = "en") -> AskedQuestion:
    """Show the question of this id; seed 0 has the notebook's own figures, every other seed draws others."""
    return AskedQuestion(name, seed=seed, lang=lang)


def _public(name: str, seed: int) -> dict[str, Any]:
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
