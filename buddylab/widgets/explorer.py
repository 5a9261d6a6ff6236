"""The explorer: knobs, and the recorded run that they lead to. Python records, the browser plays."""

from os import PathLike
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from buddylab import export, screen
from buddylab.core import gfp
from buddylab.core.record import Run
from buddylab.explorer.knobs import KNOBS, Knobs, who
from buddylab.explorer.reach import own_stages
from buddylab.explorer.session import Message, Session
from buddylab.explorer.share import parse, share
from buddylab.said import LANGS, Lang, SaidError, as_is
from buddylab.view.document import text, transcript
from buddylab.view.predictions import summary as predict_summary
from buddylab.widgets.cursor import run_id, tie
from buddylab.widgets.knob import KnobTrait, Refused


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

    locals().update({knob.name: KnobTrait(knob).tag(sync=True) for knob in KNOBS})

    document = traitlets.Dict().tag(sync=True)
    text = traitlets.Dict().tag(sync=True)
    deck = traitlets.Dict().tag(sync=True)
    mask = traitlets.Unicode().tag(sync=True)
    forms = traitlets.Dict().tag(sync=True)
    paste = traitlets.Unicode().tag(sync=True)
    index = traitlets.Int(-1).tag(sync=True)
    lang = traitlets.Enum(LANGS, "en").tag(sync=True)
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

    def __init__(self, *, lang: str = "en", theme: str = "auto", predict: bool = False, **knobs: Any) -> None:
        """Raises ValueError with what is allowed for a knob that cannot stand like that."""
        self.session = Session(knobs, run_id)
        super().__init__(text=text(), lang=lang, theme=theme, predict=predict, **self.session.shown)
        tie(self)
        self.observe(self._turned, [*self.knobs])
        self.observe(self._asked, ["mask", "paste", "other", "away_wanted"])

    @classmethod
    def from_text(cls, text: str, *, lang: str = "en", theme: str = "auto") -> "Explorer":
        """The explorer that a shared text or its JSON stands for: the same run.

        >>> Explorer.from_text("buddylab:2 machine=small gfp_mask=0xd0 order=0")

        Raises ValueError, saying what is wrong with it, for a text that is no setting.
        """
        setting = parse(text)
        explorer = cls(lang=lang, theme=theme, **setting.knobs)
        return explorer._show(explorer.session.take(setting))

    @property
    def run(self) -> Run:
        """The recorded run that is shown."""
        return self.session.run

    @property
    def share(self) -> str:
        """All that makes this run as one line of text, for `from_text` or the Share box of another explorer."""
        return share(self.session.setting)

    @property
    def knobs(self) -> Knobs:
        """How all the knobs stand."""
        return dict(self.session.setting.knobs)

    def set(self, **knobs: Any) -> "Explorer":
        """Turn some knobs and record anew; raises ValueError, with nothing changed, for an impossible setting."""
        return self._show(self.session.turn(knobs))

    def free(self, pfn: int) -> "Explorer":
        """Free by hand the block that holds this page, and show it. Raises ValueError for a page that is not in use."""
        return self.set(hand=[*self.knobs["hand"], ["free", pfn]])

    def alloc(self, order: int) -> "Explorer":
        """Allocate by hand a block of this order, with the mask and by the task that the knobs say, and show it."""
        stand = self.knobs
        return self.set(hand=[*stand["hand"], ["alloc", order, stand["gfp_mask"], who(stand)]])

    def undo(self) -> "Explorer":
        """Take back the last thing done by hand; with nothing left the request is shown again."""
        return self.set(hand=self.knobs["hand"][:-1])

    def compare(self, **knobs: Any) -> "Explorer":
        """Record another request beside this one, that turns these knobs; without any, end comparing.

        >>> explorer.compare(order=2)

        `difference` says where the two part. Raises ValueError, with nothing changed, for an impossible setting.
        """
        return self._show(self.session.compare(knobs))

    def one_away(self) -> list[list[Any]]:
        """The smallest changes of one knob that turn the verdict, each played: [sentence key, args, knobs, end].

        The screen asks for them when it shows the verdict.
        """
        while not self.away.get("done"):
            self._show(self.session.search_on())
        return list(self.away["list"])

    def prediction_summary(self, lang: Lang | None = None) -> str:
        """The answers given in Predict against what happened, as text: the score, how well the confidence fits, then a
        line each; under a wrong one stands what the run itself said there.
        """
        return "\n".join(predict_summary(self.predictions, self.document["frames"], lang or self.lang))

    def transcript(self, lang: Lang | None = None) -> list[str]:
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
        return self._show(self.session.reach(stage))

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser sends. What cannot be is told there, and the last good run stays."""
        try:
            super().set_state(sync_data)
        except traitlets.TraitError as error:
            self._show({"error": [*(error.said if isinstance(error, SaidError) else as_is(str(error)))]})
            self.send_state([name for name in sync_data if name in self.keys])

    def __repr__(self) -> str:
        return f"<Explorer: order {self.run.order}, {gfp.gfp_str(self.run.gfp_mask)}>"

    def _show(self, message: Message) -> "Explorer":
        """Show what the session answers, all at once; the same error said again is news too."""
        if message.get("error"):
            self.error = []
        with self.hold_sync(), self.hold_trait_notifications():
            for name, value in message.items():
                setattr(self, name, value)
        return self

    def _turned(self, _: Any) -> None:
        """A knob was assigned, here or in the browser; of several at once, the first call records for all."""
        given = {name: getattr(self, name) for name, value in self.knobs.items() if getattr(self, name) != value}
        if not given:
            return
        try:
            self._show(self.session.turn(given))
        except SaidError as error:
            self._show(self.knobs)
            raise Refused(*error.said) from error

    def _asked(self, change: Any) -> None:
        """The screen asks for something else, with what it typed, pasted or chose."""
        if change["new"] != self.session.shown.get(change["name"], ""):
            self._show(self.session.receive({change["name"]: change["new"]}))
