"""The explorer: knobs, and the recorded run that they lead to. Python records, the browser plays."""

from itertools import takewhile
from os import PathLike
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from buddylab import export, screen
from buddylab.core import gfp
from buddylab.core.record import Run
from buddylab.explorer import reach
from buddylab.explorer.knobs import FLAGS, KNOBS, START, Knobs, checked, placed, recording
from buddylab.explorer.neighbours import search
from buddylab.explorer.reach import REACH, own_stages
from buddylab.explorer.share import Setting, forms, parse, share
from buddylab.said import Said, SaidError, as_is
from buddylab.view.compare import difference
from buddylab.view.document import text, transcript
from buddylab.view.predictions import summary as predict_summary
from buddylab.widgets.cursor import run_id, tie
from buddylab.widgets.knob import Knob, Refused


class Explorer(anywidget.AnyWidget):
    """The main screen: `__alloc_pages()` on a filled machine, played stage by stage beside its source.

    >>> explorer = Explorer(gfp_mask=0x20, order=3, in_interrupt=True)
    >>> explorer.order = 2

    Every knob of `buddylab.explorer.knobs.KNOBS` is a keyword and a trait: assign, `observe` and `link` them as with
    any widget. Each change records anew, several in one `set(...)` or one `hold_trait_notifications()` once. What
    cannot be raises ValueError, and nothing changes. `pressure` goes from 0, all free, to 1000, none free; in its place
    `free=` takes pages of the zone that it speaks of. Another machine comes with its own pressure and scatter.
    `run` is the recorded Run, `transcript()` its text. `reach(stage)` turns the knobs so that a stage is reached.
    """

    _esm = screen.module()
    _css = screen.style()

    machine, gfp_mask, order = Knob().tag(sync=True), Knob().tag(sync=True), Knob().tag(sync=True)
    pressure, scatter, mix = Knob().tag(sync=True), Knob().tag(sync=True), Knob().tag(sync=True)
    in_interrupt, rt_task = Knob().tag(sync=True), Knob().tag(sync=True)
    PF_MEMALLOC, TIF_MEMDIE, hand = Knob().tag(sync=True), Knob().tag(sync=True), Knob().tag(sync=True)

    document = traitlets.Dict().tag(sync=True)
    text = traitlets.Dict().tag(sync=True)
    deck = traitlets.Dict().tag(sync=True)
    mask = traitlets.Unicode().tag(sync=True)
    forms = traitlets.Dict().tag(sync=True)
    paste = traitlets.Unicode().tag(sync=True)
    index = traitlets.Int(-1).tag(sync=True)
    lang = traitlets.Enum(["en", "zh"], "en").tag(sync=True)
    theme = traitlets.Enum(["auto", "light", "dark"], "auto").tag(sync=True)
    error: traitlets.List[str] = traitlets.List().tag(sync=True)
    other = traitlets.Dict().tag(sync=True)
    other_document = traitlets.Dict().tag(sync=True)
    difference = traitlets.Dict().tag(sync=True)
    source_view = traitlets.Enum(["original", "translated", "corrected"], "original").tag(sync=True)
    run_id = traitlets.Unicode().tag(sync=True)
    away = traitlets.Dict().tag(sync=True)
    away_wanted = traitlets.Unicode().tag(sync=True)
    predict = traitlets.Bool(False).tag(sync=True)
    predictions: traitlets.List[dict[str, Any]] = traitlets.List().tag(sync=True)

    run: Run

    def __init__(self, *, lang: str = "en", theme: str = "auto", predict: bool = False, **knobs: Any) -> None:
        """Raises ValueError with what is allowed for a knob that cannot stand like that."""
        stand = checked({**START, **placed(knobs, START["machine"])})
        recorded = recording(stand)
        self.run, self._stand = recorded.run, stand
        self._search, self._by_hand = search(stand), False
        super().__init__(
            text=text(),
            lang=lang,
            theme=theme,
            predict=predict,
            document=recorded.document,
            deck=recorded.deck,
            run_id=run_id(self.run),
            forms=forms(Setting(stand)),
            **stand,
        )
        tie(self)
        self.observe(self._turned, list(KNOBS))
        self.observe(self._mask_typed, "mask")
        self.observe(self._pasted, "paste")
        self.observe(self._other_wished, "other")
        self.observe(self._away_asked, "away_wanted")

    @classmethod
    def from_text(cls, text: str, *, lang: str = "en", theme: str = "auto") -> "Explorer":
        """The explorer that a shared text or its JSON stands for: the same run.

        >>> Explorer.from_text("buddylab:2 machine=small gfp_mask=0xd0 order=0")

        Raises ValueError, saying what is wrong with it, for a text that is no setting.
        """
        setting = parse(text)
        return cls(lang=lang, theme=theme, **setting.knobs)._take(setting)

    @property
    def share(self) -> str:
        """All that makes this run as one line of text, for `from_text` or the Share box of another explorer."""
        return share(self._setting())

    @property
    def knobs(self) -> Knobs:
        """How all the knobs stand."""
        return dict(self._stand)

    def set(self, **knobs: Any) -> "Explorer":
        """Turn some knobs and record anew; raises ValueError, with nothing changed, for an impossible setting."""
        knobs = placed(knobs, self.machine)
        self._record(checked({**self._stand, **self._fresh(knobs), **knobs}))
        return self

    def free(self, pfn: int) -> "Explorer":
        """Free by hand the block that holds this page, and show it. Raises ValueError for a page that is not in use."""
        return self.set(hand=[*self._stand["hand"], ["free", pfn]])

    def alloc(self, order: int) -> "Explorer":
        """Allocate by hand a block of this order, with the mask and by the task that the knobs say, and show it."""
        who = ",".join(flag for flag in FLAGS if self._stand[flag])
        return self.set(hand=[*self._stand["hand"], ["alloc", order, self._stand["gfp_mask"], who]])

    def undo(self) -> "Explorer":
        """Take back the last thing done by hand; with nothing left the request is shown again."""
        return self.set(hand=self._stand["hand"][:-1])

    def compare(self, **knobs: Any) -> "Explorer":
        """Record another request beside this one, that turns these knobs; without any, end comparing.

        >>> explorer.compare(order=2)

        `difference` says where the two part. Raises ValueError, with nothing changed, for an impossible setting.
        """
        knobs = placed(knobs, self.machine)
        if knobs:
            checked({**self.knobs, **knobs})
        self.other = knobs
        return self

    def one_away(self) -> list[list[Any]]:
        """The smallest changes of one knob that turn the verdict, each played: [sentence key, args, knobs, end].

        The screen asks for them when it shows the verdict.
        """
        while not self.away.get("done"):
            self._search_on()
        return list(self.away["list"])

    def prediction_summary(self, lang: str | None = None) -> str:
        """The answers given in Predict against what happened, as text: the score, how well the confidence fits, then a
        line each; under a wrong one stands what the run itself said there.
        """
        return "\n".join(predict_summary(self.predictions, self.document["frames"], lang or self.lang))

    def transcript(self, lang: str | None = None) -> list[str]:
        """The run as text, a line a frame, in the widget's language or the one given."""
        return transcript(self.document, lang or self.lang)

    def to_html(self, path: str | PathLike[str], *, title: str | None = None, overwrite: bool = False) -> Path:
        """Write this run as one HTML file that works from disk with the network off, and return its path.

        It opens at the step that the screen stands on. Raises ExportError, an OSError, for a target that exists
        (unless overwrite) or cannot be written.
        """
        return export.to_html(
            self, path, title=title, lang=self.lang, theme=self.theme, index=self.index, overwrite=overwrite
        )

    def stages(self) -> list[str]:
        """The stages that the request passes, in order, a stage as often as it is entered."""
        return own_stages(self.run.events)

    def reach(self, stage: str) -> "Explorer":
        """Turn the knobs to the simplest setting that reaches this stage, and go to its first frame.

        The settings are those of `buddylab.explorer.reach.REACH`. Raises ValueError for a name that is no stage's.
        """
        if stage not in REACH:
            raise ValueError(f"no stage {stage!r}: there are {', '.join(REACH)}")
        self._record(checked({**self._stand, "scatter": None, **reach.START, **REACH[stage]}), stage)
        return self

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser sends. What cannot be is told there, and the last good run stays."""
        try:
            super().set_state(sync_data)
        except traitlets.TraitError as error:
            self._tell(error.said if isinstance(error, SaidError) else as_is(str(error)))
            self.send_state([name for name in sync_data if name in self.keys])

    def __repr__(self) -> str:
        return f"<Explorer: order {self.run.order}, {gfp.gfp_str(self.run.gfp_mask)}>"

    def _fresh(self, knobs: Knobs) -> Knobs:
        """What goes back when these knobs are turned: a machine has its own pressure, other memory no hand in it."""
        changed = {name for name, value in knobs.items() if value != self._stand.get(name)}
        fresh: Knobs = {"hand": []} if changed & {"machine", "pressure", "scatter", "mix"} else {}
        return fresh | ({"pressure": None, "scatter": None} if "machine" in changed else {})

    def _record(self, knobs: Knobs, stage: str | None = None, by_hand: bool | None = None) -> None:
        """Record anew and show it, from the first frame of this stage, or where the browser sees fit (index -1).

        by_hand: show the last operation by hand, not the request; None = if there is a new one.
        """
        by_hand = (knobs["hand"] != self._stand["hand"] if by_hand is None else by_hand) and knobs["hand"] != []
        recorded = recording(knobs, by_hand)
        self.run, self._stand, self._by_hand = recorded.run, knobs, by_hand
        with self.hold_sync(), self.hold_trait_notifications():
            self.error = []
            self.deck, self.document = recorded.deck, recorded.document
            self.run_id, self.away, self.predictions = run_id(self.run), {}, []  # what was found out about the last run
            self._search = search(knobs)
            self._record_other(by_hand)
            self.forms = forms(self._setting())
            self.index = -1 if stage is None else first_row(recorded.document["frames"], stage)
            self._show(knobs)

    def _setting(self) -> Setting:
        return Setting(self._stand, self.other, self._by_hand)

    def _take(self, setting: Setting) -> "Explorer":
        """Show what was shared: its knobs, and what it is compared with."""
        with self.hold_sync():
            self.other = {}
            self._record(setting.knobs, by_hand=setting.by_hand)
            self.other = setting.other
        return self

    def _pasted(self, change: Any) -> None:
        if not change["new"]:
            return
        try:
            self._take(parse(change["new"]))
        except SaidError as error:
            self._tell(error.said)
        self.paste = ""

    def _show(self, knobs: Knobs) -> None:
        for name, value in knobs.items():
            setattr(self, name, value)

    def _turned(self, _: Any) -> None:
        """A knob was assigned, here or in the browser; of several at once, the first call records for all."""
        wanted = {name: getattr(self, name) for name in KNOBS}
        if wanted == self._stand:
            return
        turned = {name: value for name, value in wanted.items() if value != self._stand[name]}
        try:
            self._record(checked({**self._stand, **self._fresh(turned), **turned}))
        except SaidError as error:
            self._show(self._stand)
            raise Refused(*error.said) from error

    def _record_other(self, by_hand: bool = False) -> None:
        """Record the other request of Compare on the same machine, or clear it; what is done by hand has no other."""
        if by_hand:
            self.other = {}
        self.other_document = recording(checked({**self._stand, **self.other})).document if self.other else {}
        self.difference = difference(self.document, self.other_document) if self.other else {}

    def _other_wished(self, change: Any) -> None:
        try:
            with self.hold_sync():
                self.error = []
                self._record_other()
                self.forms = forms(self._setting())
        except SaidError as error:
            self.other = {}
            self._tell(error.said)

    def _away_asked(self, _: Any) -> None:
        """The screen shows the verdict: two tries at a time, so that a knob turned meanwhile is not kept waiting."""
        if self.away_wanted.startswith(f"{self.run_id}:"):
            self._search_on()
            self._search_on()

    def _search_on(self) -> None:
        """One more try of the search for `one_away`."""
        if not self.away.get("done"):
            found = next(self._search, [])
            self.away = {
                "run": self.run_id,
                "done": found == [],
                "tries": self.away.get("tries", 0) + 1,
                "list": [*self.away.get("list", []), *([found] if found else [])],
            }

    def _mask_typed(self, change: Any) -> None:
        if not change["new"]:
            return
        try:
            self.set(gfp_mask=change["new"])
        except SaidError as error:
            self._tell(error.said)
        self.mask = ""

    def _tell(self, said: Said) -> None:
        """Show what was wrong in the widget; the same thing said again is news too."""
        self.error = []
        self.error = [*said]


def first_row(frames: list[dict[str, Any]], stage: str) -> int:
    """The cursor's place at a stage's first frame: a frame counts as many steps as its test has rows, else one."""
    before = takewhile(lambda frame: frame["stage"] != stage or "depth" in frame, frames)
    return sum(len(frame["test"]["rows"]) if "test" in frame else 1 for frame in before)
