"""The clinic in a notebook: a box for failure reports, what they say as pictures, and a way into the explorer."""

from typing import Any

import anywidget
import traitlets

from buddylab.reports import Explanation, Report, explain
from buddylab.reports.drawing import Json, examples
from buddylab.reports.session import answer, cannot_play, setting
from buddylab.said import SaidError
from buddylab.screen import module, style
from buddylab.widgets.explorer import Explorer


class Clinic(anywidget.AnyWidget):
    """A paste box: which watermark test refused the request of a failure report, and what would have helped.

    >>> Clinic()
    <Clinic: no report>

    text, kernel: a report to begin with, and the release that printed it where it does not say. `told` has the
    Explanation of every report. Everything stays on this machine.
    """

    _esm = module("clinic_widget")
    _css = style()

    examples: traitlets.List[Json] = traitlets.List().tag(sync=True)
    asked = traitlets.Dict().tag(sync=True)
    shown = traitlets.Dict().tag(sync=True)
    wanted = traitlets.Dict().tag(sync=True)
    error: traitlets.List[str] = traitlets.List().tag(sync=True)
    explorer = traitlets.Unicode().tag(sync=True)
    lang = traitlets.Enum(["en", "zh"], "en").tag(sync=True)
    theme = traitlets.Enum(["auto", "light", "dark"], "auto").tag(sync=True)

    told: list[Explanation]

    def __init__(self, text: str = "", kernel: str = "", *, lang: str = "en", theme: str = "auto") -> None:
        """Raises ValueError for a kernel that is no release."""
        self.told = []
        super().__init__(examples=examples(), lang=lang, theme=theme)
        self.observe(self._asked, "asked")
        self.observe(self._wanted, "wanted")
        if text:
            self.explain(text, kernel)

    def explain(self, text: str, kernel: str = "") -> "Clinic":
        """Read a text as if it had been pasted. Raises ValueError for a kernel that is no release."""
        with self.hold_sync():
            self._show(text, kernel)
            if self.asked.get("text") != text or self.asked.get("kernel") != kernel:
                self.set_trait("asked", {"text": text, "kernel": kernel, "n": self.asked.get("n", 0), "done": True})
        return self

    def step_through(self, report: int = 0) -> Explorer:
        """Show one of the reports in an explorer below, and return that. Raises ValueError if it makes no machine."""
        explorer = open_in_explorer(self.told[report], lang=self.lang, theme=self.theme)
        self.explorer = explorer.model_id
        return explorer

    def __repr__(self) -> str:
        if not self.told:
            return "<Clinic: no report>"
        more = f" (and {len(self.told) - 1} more)" if len(self.told) > 1 else ""
        return f"<Clinic: {self.told[0].verdict.sentence}{more}>"

    def _show(self, text: str, kernel: str) -> None:
        """Read a text and show what it came to. Raises ValueError, before anything is changed."""
        told, shown, error = answer(text, kernel)
        self.told, self.explorer = told, ""
        with self.hold_sync():
            self.error = [*error] if error else []
            self.shown = shown

    def _asked(self, change: Any) -> None:
        """The browser sent a text. What cannot be read is told there; the text stays in its box."""
        if change["new"].get("done"):
            return
        try:
            self._show(str(change["new"].get("text", "")), str(change["new"].get("kernel", "")))
        except SaidError as error:
            self.error = [*error.said]

    def _wanted(self, change: Any) -> None:
        report = change["new"].get("report", 0)
        try:
            self.error = []
            if report not in range(len(self.told)):
                raise SaidError("there is no such report in this text", "文本中没有这份报告")
            self.step_through(report)
        except SaidError as error:
            self.error = [*error.said]


def open_in_explorer(report: Report | Explanation, *, lang: str = "en", theme: str = "auto") -> Explorer:
    """A report as a scenario to be played: its zones as a machine, its own request, the ladder of Linux 2.6.21.

    Marks, reserves and blocks per order are the report's; where the blocks lie and who uses the rest is one possibility
    of many, and the screen says so. Raises ValueError for a report without the figures or the request for it.
    """
    told = explain(report) if isinstance(report, Report) else report
    return Explorer(lang=lang, theme=theme, **setting(told))


__all__ = ["Clinic", "cannot_play", "open_in_explorer", "setting"]
