"""The explorer without a screen: a message of the screen in, a message for it out. A widget is a shell around this.

A message holds traits of the screen by name. In come knobs, a mask that was typed, a text that was pasted, what is to
be compared (other), and away_wanted; out goes all that changes on the screen.
"""

from collections.abc import Callable, Mapping
from itertools import takewhile
from typing import Any

from buddylab.core.record import Run
from buddylab.explorer.knobs import checked, placed, start, turned
from buddylab.explorer.neighbours import search
from buddylab.explorer.reach import AT_EASE, REACH
from buddylab.explorer.recording import recording
from buddylab.explorer.share import Setting, compared, forms, parse
from buddylab.said import SaidError
from buddylab.view.compare import difference

Message = dict[str, Any]
"""Traits of the screen, with their values."""
TYPED = ("mask", "paste")
"""What is emptied once it was read."""


class Session:
    """One explorer: how its knobs stand, the run that they led to, and the search for what would turn its verdict.

    `setting` and `run` are the present ones, `shown` is all that the screen shows. What raises SaidError changes
    nothing.
    """

    setting: Setting
    run: Run

    def __init__(self, knobs: Mapping[str, Any], name: Callable[[Run], str] = lambda run: f"{id(run):x}") -> None:
        """knobs: those that do not stand as at the start. name: of a run, which no other has while it lives."""
        self._name = name
        self.shown: Message = {}
        self._record(Setting(checked({**start(), **placed(knobs, start()["machine"])})))

    def receive(self, message: Mapping[str, Any]) -> Message:
        """What the screen has to show after this message; what cannot be is told in it as `error`."""
        try:
            answer = self._answer(message)
        except SaidError as error:
            told = self.compare({}) if "other" in message else dict(self.setting.knobs)
            answer = {**told, "error": [*error.said]}
        return {**answer, **{name: "" for name in TYPED if name in message}}

    def _answer(self, message: Mapping[str, Any]) -> Message:
        if "paste" in message:
            return self.take(parse(str(message["paste"])))
        if "mask" in message:
            return self.turn({"gfp_mask": message["mask"]})
        if "other" in message:
            return self.compare(message["other"])
        if "away_wanted" in message:
            return self._away_wanted(str(message["away_wanted"]))
        return self.turn(message)

    def turn(self, given: Mapping[str, Any]) -> Message:
        """Turn some knobs and record anew. A new operation by hand is shown in place of the request."""
        knobs = turned(self.setting.knobs, given)
        by_hand = knobs["hand"] not in ([], self.setting.knobs["hand"])
        return self._record(Setting(knobs, {} if by_hand else self.setting.other, by_hand))

    def take(self, setting: Setting) -> Message:
        """Show what was shared: its knobs, and what it is compared with."""
        return self._record(setting)

    def reach(self, stage: str) -> Message:
        """Turn the knobs to the simplest setting that reaches this stage, and go to its first frame."""
        if stage not in REACH:
            raise SaidError(
                f"no stage {stage!r}: there are {', '.join(REACH)}", f"没有阶段 {stage!r}：可选 {', '.join(REACH)}"
            )
        shown = self._record(Setting(checked({**start(), **AT_EASE, **REACH[stage]}), self.setting.other))
        self.shown["index"] = first_row(shown["document"]["frames"], stage)
        return {**shown, "index": self.shown["index"]}

    def compare(self, other: Mapping[str, Any]) -> Message:
        """Record another request beside this one, that turns these knobs; without any, end comparing."""
        knobs, by_hand = self.setting.knobs, self.setting.by_hand
        setting = Setting(knobs, placed(compared(other), knobs["machine"]), by_hand)
        beside = _beside(setting, self.shown["document"])
        self.setting = setting
        return self._show({"error": [], **beside, "forms": forms(setting)})

    def search_on(self) -> Message:
        """One more try of the search for what would turn the verdict."""
        away = self.shown["away"]
        if away.get("done"):
            return {}
        found = next(self._search, [])
        listed = [*away.get("list", []), *([found] if found else [])]
        tries = away.get("tries", 0) + 1
        return self._show({"away": {"run": self.shown["run_id"], "done": found == [], "tries": tries, "list": listed}})

    def _away_wanted(self, wanted: str) -> Message:
        """The screen shows the verdict: two tries at a time, so that a knob turned meanwhile is not kept waiting."""
        if not wanted.startswith(f"{self.shown['run_id']}:"):
            return {}
        return self.search_on() | self.search_on()

    def _record(self, setting: Setting) -> Message:
        """Record this setting and show it, from where the screen sees fit (index -1)."""
        recorded = recording(setting.knobs, setting.by_hand)
        beside = _beside(setting, recorded.document)
        self.setting, self.run, self._search = setting, recorded.run, search(setting.knobs)
        return self._show(
            {
                "error": [],
                "deck": recorded.deck,
                "document": recorded.document,
                "run_id": self._name(recorded.run),
                "away": {},  # what was found out about the last run
                "predictions": [],
                **beside,
                "forms": forms(setting),
                "index": -1,
                **setting.knobs,
            }
        )

    def _show(self, message: Message) -> Message:
        self.shown |= message
        return message


def _beside(setting: Setting, document: dict[str, Any]) -> Message:
    """The other request of Compare on the same machine, and where the two part; nothing where there is none."""
    if not setting.other:
        return {"other": {}, "other_document": {}, "difference": {}}
    other = recording(checked({**setting.knobs, **setting.other})).document
    return {"other": setting.other, "other_document": other, "difference": difference(document, other)}


def first_row(frames: list[dict[str, Any]], stage: str) -> int:
    """The cursor's place at a stage's first frame: a frame counts as many steps as its test has rows, else one."""
    before = takewhile(lambda frame: frame["stage"] != stage or "depth" in frame, frames)
    return sum(len(frame["test"]["rows"]) if "test" in frame else 1 for frame in before)
