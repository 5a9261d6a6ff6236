"""The explorer: knobs, and the recorded run that they lead to. Python records, the browser plays."""

from itertools import takewhile
from typing import Any

import anywidget
import traitlets

from buddylab import screen
from buddylab.commentary.view import text, transcript, view
from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.record import Trace, record
from buddylab.world import pressure
from buddylab.world.hardware import MACHINES
from buddylab.world.reach import REACH, START, own_stages

PRESETS = ("GFP_KERNEL", "GFP_ATOMIC", "GFP_NOIO", "GFP_NOFS", "GFP_USER", "GFP_HIGHUSER", "GFP_DMA", "GFP_THISNODE")
GROUPS = (
    ("Zone", "区域", ("DMA", "HIGHMEM", "DMA32")), ("May", "允许", ("WAIT", "IO", "FS")),
    ("Reserve", "储备", ("HIGH", "NOMEMALLOC")), ("Retry", "重试", ("REPEAT", "NOFAIL", "NORETRY")),
    ("Page", "页面", ("COLD", "COMP", "ZERO", "NO_GROW")), ("Where", "何处", ("HARDWALL", "THISNODE")),
    ("Log", "日志", ("NOWARN",)),
)  # fmt: skip
"""The gfp bits as the kernel groups them."""
FLAGS = ("in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE")
MAX_ROUNDS = 6
"""Rounds after which the explorer shows an endless retry as one."""


class Explorer(anywidget.AnyWidget):
    """The main screen: `__alloc_pages()` on a filled machine, played stage by stage beside its source.

    >>> explorer = Explorer(gfp_mask=0x20, order=3, in_interrupt=True)

    Knobs (keywords, and `set` later): machine, gfp_mask, order, pressure, scatter, mix, in_interrupt, rt_task,
    PF_MEMALLOC, TIF_MEMDIE. `run` is the recorded Trace, `transcript()` its text. `reach(stage)` turns
    the knobs so that a stage is reached. Every change records anew.
    """

    _esm = screen.module()
    _css = screen.style()

    trace = traitlets.Dict().tag(sync=True)
    text = traitlets.Dict().tag(sync=True)
    knobs = traitlets.Dict().tag(sync=True)
    deck = traitlets.Dict().tag(sync=True)
    mask = traitlets.Unicode().tag(sync=True)
    index = traitlets.Int(-1).tag(sync=True)
    lang = traitlets.Enum(["en", "zh"], "en").tag(sync=True)
    theme = traitlets.Enum(["auto", "light", "dark"], "auto").tag(sync=True)
    error: traitlets.List[str] = traitlets.List().tag(sync=True)

    run: Trace

    def __init__(self, *, machine: str = "report", gfp_mask: int | str = "GFP_ATOMIC", order: int = 3,
                 pressure: int | None = None, scatter: int | None = None, mix: str = "desktop",
                 in_interrupt: bool = False, rt_task: bool = False, PF_MEMALLOC: bool = False,
                 TIF_MEMDIE: bool = False, lang: str = "en", theme: str = "auto") -> None:  # fmt: skip
        """Raises ValueError with what is allowed for a knob that cannot stand like that."""
        super().__init__(text=text(), lang=lang, theme=theme)
        knobs = {"machine": machine, "gfp_mask": gfp_mask, "order": order, "pressure": pressure, "scatter": scatter,
                 "mix": mix, "in_interrupt": in_interrupt, "rt_task": rt_task, "PF_MEMALLOC": PF_MEMALLOC,
                 "TIF_MEMDIE": TIF_MEMDIE}  # fmt: skip
        self.observe(self._knobs_turned, "knobs")
        self.observe(self._mask_typed, "mask")
        self._record(_checked(knobs))

    def set(self, **knobs: Any) -> "Explorer":
        """Turn some knobs and record anew; raises ValueError, with nothing changed, for an impossible setting."""
        machine_changes = knobs.get("machine", self.knobs["machine"]) != self.knobs["machine"]
        fresh = {"pressure": None, "scatter": None} if machine_changes else {}
        self._record(_checked({**self.knobs, **fresh, **knobs}))
        return self

    def transcript(self, lang: str | None = None) -> list[str]:
        """The run as text, a line a frame, in the widget's language or the one given."""
        return transcript(self.trace, lang or self.lang)

    def stages(self) -> list[str]:
        """The stages that the request passes, in order, a stage as often as it is entered."""
        return own_stages(self.run.events)

    def reach(self, stage: str) -> "Explorer":
        """Turn the knobs to the simplest setting that reaches this stage, and go to its first frame.

        The settings are those of `buddylab.world.reach.REACH`. Raises ValueError for a name that is no stage's.
        """
        if stage not in REACH:
            raise ValueError(f"no stage {stage!r}: there are {', '.join(REACH)}")
        self._record(_checked({**self.knobs, "scatter": None, **START, **REACH[stage]}), stage)
        return self

    def __repr__(self) -> str:
        return f"<Explorer: order {self.run.order}, {gfp.gfp_str(self.run.gfp_mask)}>"

    def _record(self, knobs: dict[str, Any], stage: str | None = None) -> None:
        """Record anew and show it, from the first frame of this stage, or where the browser sees fit (index -1)."""
        population = pressure.prepare(knobs["machine"], knobs["pressure"], knobs["scatter"], knobs["mix"])
        task = Task(**{flag: knobs[flag] for flag in FLAGS})
        self.run = record(population.machine, knobs["gfp_mask"], knobs["order"], task=task, max_rounds=MAX_ROUNDS)
        hardware = MACHINES[knobs["machine"]]
        shown = view(self.run, name={"en": hardware.name_en, "zh": hardware.name_zh}, kind_of=population.kind_of)
        deck = _deck(knobs, self.run)
        self._stand = deck["knobs"]
        with self.hold_sync():
            self.error = []
            self.deck, self.trace, self.knobs = deck, shown, self._stand
            self.index = -1 if stage is None else first_row(shown["frames"], stage)

    def _knobs_turned(self, change: Any) -> None:
        """The browser turned a knob. What cannot be is told there; the last good run stays."""
        wanted = change["new"]
        if wanted == self._stand:
            return
        if wanted.get("machine") != self._stand["machine"]:
            wanted = {**wanted, "pressure": None, "scatter": None}
        self._try(wanted, "旋钮不能这样设置，仍显示上一次的运行。")

    def _mask_typed(self, change: Any) -> None:
        typed = change["new"]
        if typed:
            self._try({**self._stand, "gfp_mask": typed}, f"{typed!r} 不是可用的 gfp 掩码：可写名称（如 "
                      "GFP_KERNEL|__GFP_ZERO）、十六进制（如 0x80d0）或十进制数，从 0 到 0xffffffff。")  # fmt: skip
            self.mask = ""

    def _try(self, wanted: dict[str, Any], zh: str) -> None:
        try:
            self._record(_checked(wanted))
        except ValueError as error:
            self.knobs, self.error = self._stand, [str(error), zh]


def first_row(frames: list[dict[str, Any]], stage: str) -> int:
    """The cursor's place at a stage's first frame: a frame counts as many steps as its test has rows, else one."""
    before = takewhile(lambda frame: frame["stage"] != stage or "depth" in frame, frames)
    return sum(len(frame["test"]["rows"]) if "test" in frame else 1 for frame in before)


def _checked(knobs: dict[str, Any]) -> dict[str, Any]:
    """The knobs with every value as it must be. Raises ValueError with what is allowed."""
    known = {"machine", "gfp_mask", "order", "pressure", "scatter", "mix", *FLAGS}
    if set(knobs) != known:
        raise ValueError(f"no such knob: {', '.join(sorted(set(knobs) ^ known))}; there are {', '.join(sorted(known))}")
    mask, order = knobs["gfp_mask"], knobs["order"]
    if isinstance(order, bool) or not isinstance(order, int) or not 0 <= order <= 10:
        raise ValueError(f"order must be a whole number from 0 (4 kB) to 10 (4 MB), not {order!r}")
    for knob, table in (("machine", MACHINES), ("mix", pressure.MIXES)):
        if not isinstance(knobs[knob], str) or knobs[knob] not in table:
            raise ValueError(f"no {knob} {knobs[knob]!r}: choose one of {', '.join(table)}")
    own = MACHINES[knobs["machine"]].scatter
    scatter = own if knobs["scatter"] is None else knobs["scatter"]
    return {**knobs, "gfp_mask": gfp.gfp_parse(mask) if isinstance(mask, str) else gfp.check_mask(mask),
            "scatter": scatter, **{flag: bool(knobs[flag]) for flag in FLAGS}}  # fmt: skip


def _deck(knobs: dict[str, Any], run: Trace) -> dict[str, Any]:
    """What the knobs may be, and how they stand."""
    types = run.machine.zone_types
    compiled = {"DMA": "DMA" in types, "HIGHMEM": "HighMem" in types, "DMA32": "DMA32" in types}
    zone = next(zone for zone in run.before if zone.name == "Normal")
    value = pressure.default_pressure(knobs["machine"]) if knobs["pressure"] is None else knobs["pressure"]
    return {
        "knobs": {**knobs, "pressure": value},
        "presets": [[name, gfp.NAMES[name]] for name in PRESETS],
        "bits": [[en, zh, [[bit, gfp.BITS[bit], not compiled.get(bit, True)] for bit in bits]]
                 for en, zh, bits in GROUPS],
        "machines": [[key, m.name_en, m.name_zh] for key, m in MACHINES.items()],
        "mixes": [[key, m.name_en, m.name_zh, m.kernel + m.slab, m.anon, m.clean + m.dirty, m.slab, m.dirty, m.swap]
                  for key, m in pressure.MIXES.items()],
        "pressure": {"zone": zone.label, "free": zone.nr_free_pages, "present": zone.present_pages, "value": value,
                     "cut": pressure.CUT, "ticks": [[mark, pages, pressure.position_of(zone, pages)] for mark, pages in
                     (("min", zone.pages_min), ("low", zone.pages_low), ("high", zone.pages_high))]},
        "mask_text": gfp.gfp_str(run.gfp_mask),
    }  # fmt: skip
