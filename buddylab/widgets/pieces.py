"""One panel of the explorer in a cell by itself; all that show the same run move together."""

from typing import Any, ClassVar

import anywidget
import traitlets

from buddylab import screen
from buddylab.core.record import Run
from buddylab.said import LANGS, Lang, Said, SaidError
from buddylab.view.document import text, view
from buddylab.widgets.cursor import run_id, showing, tie
from buddylab.widgets.explorer import Explorer

SHOWS = Said(
    "{name} shows a Run of Linux 2.6.21 (of record(...) or explorer.run) or an Explorer, not {given}",
    "{name} 显示 Linux 2.6.21 的 Run（来自 record(...) 或 explorer.run）或 Explorer，不能是 {given}",
)


class Piece(anywidget.AnyWidget):
    """A panel of a recorded run. All pieces of one run, and the explorer whose run it is, share one cursor, `index`.

    >>> run = record(machine, gfp.GFP_ATOMIC, 3)
    >>> Ladder(run), Why(run)
    """

    _esm = screen.module()
    _css = screen.style()
    _panel: ClassVar[str]

    panel = traitlets.Unicode().tag(sync=True)
    document = traitlets.Dict().tag(sync=True)
    text = traitlets.Dict().tag(sync=True)
    run_id = traitlets.Unicode().tag(sync=True)
    index = traitlets.Int(-1).tag(sync=True)
    lang = traitlets.Enum(LANGS, "en").tag(sync=True)
    theme = traitlets.Enum(["auto", "light", "dark"], "auto").tag(sync=True)
    source_view = traitlets.Enum(["original", "translated", "corrected"], "original").tag(sync=True)

    run: Run

    def __init__(self, source: Run | Explorer, *, lang: Lang | None = None, theme: str | None = None) -> None:
        """source: a recorded run, or an explorer: then the piece follows its knobs, its language and its theme."""
        if not isinstance(source, Run | Explorer):
            raise SaidError(*SHOWS.fill(name=type(self).__name__, given=f"{source!r:.60}"))
        explorer = source if isinstance(source, Explorer) else None
        self.run = source.run if isinstance(source, Explorer) else source
        tied = next(iter(showing(run_id(self.run))), None)
        super().__init__(
            panel=self._panel,
            text=text(),
            run_id=run_id(self.run),
            index=tied.index if tied else -1,
            document=tied.document if tied else view(self.run),
            lang=lang or (explorer.lang if explorer else "en"),
            theme=theme or (explorer.theme if explorer else "auto"),
        )
        tie(self)
        if explorer:
            explorer.observe(self._follow, ["run_id", "lang", "theme"])

    def _follow(self, change: Any) -> None:
        if change["name"] != "run_id":
            setattr(self, change["name"], change["new"])
            return
        explorer: Explorer = change["owner"]
        self.run = explorer.run
        with self.hold_sync():
            self.run_id, self.index, self.document = explorer.run_id, explorer.index, explorer.document

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: order {self.run.order}, {len(self.document['frames'])} frames>"


class FreeLists(Piece):
    """The free lists of the zone in question, in their true order, and the per-cpu lists."""

    _panel = "lists"


class Memory(Piece):
    """The zones as tanks, the free lists, and the address strip."""

    _panel = "memory"


class Ladder(Piece):
    """The sixteen stages and the way taken."""

    _panel = "ladder"


class Source(Piece):
    """The annotated source, the current lines lit, and the note beside it."""

    _panel = "source"


class Why(Piece):
    """The watermark test of the frame, written out with its numbers."""

    _panel = "why"
