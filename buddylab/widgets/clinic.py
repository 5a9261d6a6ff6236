"""The clinic in a notebook: a box for failure reports, what they say as pictures, and a way into the explorer."""

from typing import Any

import anywidget
import traitlets

from buddylab.core.zone import MAX_ORDER
from buddylab.machines.hardware import sizes
from buddylab.machines.reported import MOST_KERNEL
from buddylab.reports import Explanation, Report, core_mask, explain, rebuild
from buddylab.reports.phrases import both
from buddylab.reports.picture import Json, examples, picture, told_of
from buddylab.said import SaidError
from buddylab.screen import module, style
from buddylab.widgets.explorer import Explorer

LARGEST = 8_000_000
"""Characters of a paste that are read."""


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
        told = _read(text, kernel)
        with self.hold_sync():
            self._show(text, told)
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

    def _show(self, text: str, told: list[Explanation]) -> None:
        self.told, self.explorer = told, ""
        shown = picture(text, told)
        for one, drawn in zip(told, shown["reports"], strict=False):
            drawn["play_note"], drawn["cannot_play"] = PLAY_NOTE, cannot_play(one)
        with self.hold_sync():
            self.error = [] if told or not text.strip() else [*NOTHING]
            self.shown = shown

    def _asked(self, change: Any) -> None:
        """The browser sent a text. What cannot be read is told there; the text stays in its box."""
        text, kernel = str(change["new"].get("text", "")), str(change["new"].get("kernel", ""))
        if change["new"].get("done"):
            return
        try:
            self._show(text, _read(text, kernel))
        except ValueError as error:
            self.error = [*both(str(error))]

    def _wanted(self, change: Any) -> None:
        try:
            self.error = []
            self.step_through(int(change["new"].get("report", 0)))
        except (ValueError, IndexError) as error:
            self.error = [str(error), getattr(error, "said", both(str(error)))[1]]


NOTHING = (
    "There is no report in this text: it needs a line such as 'page allocation failure. order:3, mode:0x20' or "
    "'oom-killer:', or zones with their figures.",
    "文本中没有报告：需要有“page allocation failure. order:3, mode:0x20”或“oom-killer:”之类的行，或各区的数字。",
)
PLAY_NOTE = (
    "The report's zones as a machine, one shape of many; its request, on the ladder of Linux 2.6.21.",
    "按报告的各区搭建的机器（多种可能之一），在 Linux 2.6.21 的阶梯上播放它的请求。",
)


def _read(text: str, kernel: str) -> list[Explanation]:
    if len(text) > LARGEST:
        raise SaidError(
            f"this text has {len(text):,} characters; the clinic reads {LARGEST:,}: cut out the report",
            f"文本有 {len(text):,} 个字符，诊所最多读 {LARGEST:,} 个：请截取报告部分。",
        )
    return told_of(text, kernel or None)


def cannot_play(told: Explanation) -> tuple[str, str] | None:
    """Why a report cannot be opened in the explorer, in both languages; None if it can."""
    try:
        setting(told)
    except ValueError as error:
        return str(error), getattr(error, "said", both(str(error)))[1]
    return None


def setting(told: Explanation) -> dict[str, Any]:
    """The explorer's knobs for a report: its machine as plain data, its mask in the bits of 2.6.21, its order.

    Raises ValueError, saying what is missing or too large, for a report that makes no machine or no request of 2.6.21.
    """
    request = told.report.request
    if request is None or request.mode is None or not told.readings:
        raise SaidError(
            "the report says no mask, so there is no request to play", "报告没有说明掩码，没有可播放的请求。"
        )
    if not 0 <= told.order < MAX_ORDER:
        raise SaidError(
            f"2.6.21 has orders 0 to {MAX_ORDER - 1}; this request is of order {told.order}",
            f"2.6.21 只有 0 至 {MAX_ORDER - 1} 阶，此请求为 {told.order} 阶。",
        )
    if told.order == 0 and request.order is None and told.report.kind != "oom":
        raise SaidError(
            "the report says no order, so there is no request to play", "报告没有说明阶，没有可播放的请求。"
        )
    machine = rebuild(told.report, told.zone_types or None)
    zones = [
        {
            "name": zone.name,
            "node": zone.node,
            "start": zone.start_pfn,
            "pages": zone.spanned_pages,
            "free": zone.nr_free_pages,
            "marks": [zone.pages_min, zone.pages_low, zone.pages_high],
            "reserve": list(zone.lowmem_reserve),
            "blocks": [zone.nr_free(order) for order in range(MAX_ORDER)],
        }
        for zone in machine.zones
    ]
    table = told.table or told.readings[0].table
    reported = {
        "reported": zones,
        "types": list(machine.zone_types),
        "kernel": (told.report.kernel or "")[:MOST_KERNEL],
    }
    sizes(reported)
    return {"machine": reported, "gfp_mask": core_mask(request.mode, table), "order": told.order}


def open_in_explorer(report: Report | Explanation, *, lang: str = "en", theme: str = "auto") -> Explorer:
    """A report as a scenario to be played: its zones as a machine, its own request, the ladder of Linux 2.6.21.

    Marks, reserves and blocks per order are the report's; where the blocks lie and who uses the rest is one possibility
    of many, and the screen says so. Raises ValueError for a report without the figures or the request for it.
    """
    told = explain(report) if isinstance(report, Report) else report
    return Explorer(lang=lang, theme=theme, **setting(told))
