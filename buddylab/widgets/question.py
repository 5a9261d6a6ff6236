"""A question of the course in a notebook: Python asks and judges, the browser shows; the answer never goes there."""

from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from buddylab.course.asking import LARGEST_SEED, Asking, Message
from buddylab.course.question import NOT_ANSWERED
from buddylab.said import LANGS, Lang
from buddylab.screen import module, style


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
    lang = traitlets.Enum(LANGS, "en").tag(sync=True)
    theme = traitlets.Enum(["auto", "light", "dark"], "auto").tag(sync=True)

    def __init__(self, name: str, *, seed: int = 0, lang: Lang = "en", theme: str = "auto") -> None:
        """name: the question's id, such as "01.merge56". Raises ValueError for an unknown one."""
        self.name, self.asking = name, Asking(name, seed)
        super().__init__(lang=lang, theme=theme, **self.asking.shown)
        self.observe(self._asked, ["seed", "again", "given"])

    def answer(self, value: Any, confidence: int = 0) -> "AskedQuestion":
        """Answer from Python as the form does. Raises SaidError, with nothing counted, for what is no answer."""
        return self._show(self.asking.answer(value, confidence))

    def another(self) -> "AskedQuestion":
        """Draw a question that was not shown here yet; once all were, one that is not the present one."""
        return self._show(self.asking.another())

    @property
    def answered(self) -> bool:
        """Has this draw been answered, right or wrong?"""
        return bool(self.asking.tries)

    def then(self, show: Callable[[], Any]) -> Any:
        """What `show` gives once the question is answered; before that the line that says it is not."""
        return show() if self.answered else NotYet()

    def __repr__(self) -> str:
        tries = self.asking.tries
        return f"<Question {self.name}: {('right' if tries[-1].right else 'wrong') if tries else NOT_ANSWERED}>"

    def _show(self, message: Message) -> "AskedQuestion":
        with self.hold_sync(), self.hold_trait_notifications():
            for name, value in message.items():
                setattr(self, name, value)
        return self

    def _asked(self, change: Any) -> None:
        if change["new"] != self.asking.shown.get(change["name"]):
            self._show(self.asking.receive({change["name"]: change["new"]}))


class NotYet:
    """Stands for what is shown after an answer."""

    def __repr__(self) -> str:
        return NOT_ANSWERED


def ask(name: str, seed: int = 0, *, lang: Lang = "en") -> AskedQuestion:
    """Show the question of this id; seed 0 has the notebook's own figures, every other seed draws others."""
    return AskedQuestion(name, seed=seed, lang=lang)
