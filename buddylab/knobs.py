"""The explorer's knobs: what each may be, how they stand, and the run that they lead to."""

from dataclasses import dataclass
from typing import Any

from buddylab.commentary.view import view
from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.record import Trace, record
from buddylab.world import pressure
from buddylab.world.hardware import LARGEST, MACHINES, TYPES, find, named

Knobs = dict[str, Any]
"""machine, gfp_mask, order, pressure, scatter, mix, and the FLAGS of who asks."""
PRESETS = ("GFP_KERNEL", "GFP_ATOMIC", "GFP_NOIO", "GFP_NOFS", "GFP_USER", "GFP_HIGHUSER", "GFP_DMA", "GFP_THISNODE")
GROUPS = (
    ("Zone", "区域", ("DMA", "HIGHMEM", "DMA32")), ("May", "允许", ("WAIT", "IO", "FS")),
    ("Reserve", "储备", ("HIGH", "NOMEMALLOC")), ("Retry", "重试", ("REPEAT", "NOFAIL", "NORETRY")),
    ("Page", "页面", ("COLD", "COMP", "ZERO", "NO_GROW")), ("Where", "何处", ("HARDWALL", "THISNODE")),
    ("Log", "日志", ("NOWARN",)),
)  # fmt: skip
"""The gfp bits as the kernel groups them."""
FLAGS = ("in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE")
KNOBS = ("machine", "gfp_mask", "order", "pressure", "scatter", "mix", *FLAGS)
MAX_ROUNDS = 6
"""Rounds after which the explorer shows an endless retry as one."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a setting of the knobs led to: the run, the document that it is drawn from, and the deck beside it."""

    run: Trace
    trace: dict[str, Any]
    deck: dict[str, Any]


def recording(knobs: Knobs) -> Recording:
    """Record the run of these knobs (`checked` ones) on a machine of its own. Raises ValueError for what cannot be."""
    population = pressure.prepare(knobs["machine"], knobs["pressure"], knobs["scatter"], knobs["mix"])
    task = Task(**{flag: knobs[flag] for flag in FLAGS})
    run = record(population.machine, knobs["gfp_mask"], knobs["order"], task=task, max_rounds=MAX_ROUNDS)
    hardware = find(knobs["machine"])
    shown = view(run, name={"en": hardware.name_en, "zh": hardware.name_zh}, kind_of=population.kind_of)
    return Recording(run, shown, deck(knobs, run))


def checked(knobs: Knobs) -> Knobs:
    """The knobs with every value as it must be. Raises ValueError with what is allowed."""
    if set(knobs) != set(KNOBS):
        raise ValueError(f"no such knob: {', '.join(sorted(set(knobs) ^ set(KNOBS)))}; there are {', '.join(KNOBS)}")
    mask, order = knobs["gfp_mask"], knobs["order"]
    if isinstance(order, bool) or not isinstance(order, int) or not 0 <= order <= 10:
        raise ValueError(f"order must be a whole number from 0 (4 kB) to 10 (4 MB), not {order!r}")
    if not isinstance(knobs["mix"], str) or knobs["mix"] not in pressure.MIXES:
        raise ValueError(f"no mix {knobs['mix']!r}: choose one of {', '.join(pressure.MIXES)}")
    machine = named(knobs["machine"])
    scatter = find(machine).scatter if knobs["scatter"] is None else knobs["scatter"]
    for knob, top in (("pressure", pressure.TRACK), ("scatter", 100)):
        value = knobs[knob]
        if value is not None and (type(value) is not int or not 0 <= value <= top):
            raise ValueError(f"{knob} must be a whole number from 0 to {top}, not {value!r}")
    mask = gfp.gfp_parse(mask) if isinstance(mask, str) else gfp.check_mask(mask)
    return {**knobs, "machine": machine, "gfp_mask": mask, "scatter": scatter,
            **{flag: bool(knobs[flag]) for flag in FLAGS}}  # fmt: skip


def request_deck(run: Trace) -> dict[str, Any]:
    """The part of the deck that any run has: its mask, its order, who asks."""
    types = run.machine.zone_types
    compiled = {"DMA": "DMA" in types, "HIGHMEM": "HighMem" in types, "DMA32": "DMA32" in types}
    return {
        "knobs": {"gfp_mask": run.gfp_mask, "order": run.order, **{flag: getattr(run.task, flag) for flag in FLAGS}},
        "presets": [[name, gfp.NAMES[name]] for name in PRESETS],
        "bits": [[en, zh, [[bit, gfp.BITS[bit], not compiled.get(bit, True)] for bit in bits]]
                 for en, zh, bits in GROUPS],
        "mask_text": gfp.gfp_str(run.gfp_mask),
    }  # fmt: skip


def deck(knobs: Knobs, run: Trace) -> dict[str, Any]:
    """What the knobs may be, and how they stand."""
    zone = pressure.shown_zone(run.before)
    value = pressure.default_pressure(knobs["machine"]) if knobs["pressure"] is None else knobs["pressure"]
    return request_deck(run) | {
        "knobs": {**knobs, "pressure": value},
        "machines": [[key, m.name_en, m.name_zh] for key, m in MACHINES.items()],
        "own": [[kind, LARGEST[kind]] for kind in TYPES],
        "mixes": [[key, m.name_en, m.name_zh, m.kernel + m.slab, m.anon, m.clean + m.dirty, m.slab, m.dirty, m.swap]
                  for key, m in pressure.MIXES.items()],
        "pressure": {"zone": zone.label, "free": zone.nr_free_pages, "present": zone.present_pages, "value": value,
                     "cut": pressure.CUT, "ticks": [[mark, pages, pressure.position_of(zone, pages)] for mark, pages in
                     (("min", zone.pages_min), ("low", zone.pages_low), ("high", zone.pages_high))]},
    }  # fmt: skip
