"""The explorer's knobs: what each may be, how they stand, and the run that they lead to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.record import Run, record
from buddylab.explorer import filling, hand
from buddylab.explorer.still import World
from buddylab.machines import hardware
from buddylab.machines.hardware import MACHINES, OwnSizes
from buddylab.said import Said, SaidError
from buddylab.view.document import view

Knobs = dict[str, Any]
"""A value for each of KNOBS."""
PRESETS = ("GFP_KERNEL", "GFP_ATOMIC", "GFP_NOIO", "GFP_NOFS", "GFP_USER", "GFP_HIGHUSER", "GFP_DMA", "GFP_THISNODE")
GROUPS = (
    ("Zone", "区域", ("DMA", "HIGHMEM", "DMA32")),
    ("May", "允许", ("WAIT", "IO", "FS")),
    ("Reserve", "储备", ("HIGH", "NOMEMALLOC")),
    ("Retry", "重试", ("REPEAT", "NOFAIL", "NORETRY")),
    ("Page", "页面", ("COLD", "COMP", "ZERO", "NO_GROW")),
    ("Where", "何处", ("HARDWALL", "THISNODE")),
    ("Log", "日志", ("NOWARN",)),
)
"""The gfp bits as the kernel groups them."""
FLAGS = ("in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE")
MAX_ROUNDS = 6
"""Rounds after which the explorer shows an endless retry as one."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What a setting of the knobs led to: the run, the document that it is drawn from, and the deck beside it."""

    run: Run
    document: dict[str, Any]
    deck: dict[str, Any]


def recording(knobs: Knobs, by_hand: bool = False) -> Recording:
    """Record the run of these knobs (`checked` ones) on a machine of its own; by_hand: the last thing done by hand.

    Raises ValueError for what cannot be.
    """
    world, run = play(knobs, by_hand)
    machine = hardware.of(knobs["machine"])
    shown = view(run, name=Said(machine.name_en, machine.name_zh), kind_of=world.kind_of)
    return Recording(run, shown, deck(knobs, run))


def play(knobs: Knobs, by_hand: bool = False) -> tuple[World, Run]:
    """Make these knobs' machine, do what was done by hand, and record the request, or with by_hand its last operation.

    Raises SaidError for an operation that cannot be.
    """

    def prepare(pinned: Sequence[int]) -> World:
        return filling.prepare(knobs["machine"], knobs["pressure"], knobs["scatter"], knobs["mix"], pinned=pinned)

    world, last = hand.play(prepare, knobs["hand"], MAX_ROUNDS)
    if by_hand and last is not None:
        return world, last
    task = Task(**{flag: knobs[flag] for flag in FLAGS})
    return world, record(world.machine, knobs["gfp_mask"], knobs["order"], task=task, max_rounds=MAX_ROUNDS)


# -- what each knob may be


def _machine(value: Any) -> str | OwnSizes:
    """A name from MACHINES, or sizes in MB by zone type (and `nodes`)."""
    if isinstance(value, str) and value in MACHINES:
        return value
    if isinstance(value, Mapping):
        return hardware.sizes(value)
    names = ", ".join(MACHINES)
    raise SaidError(
        f'no machine {value!r}: choose one of {names}, or give MB such as {{"DMA": 16, "Normal": 48}}',
        f'没有机器 {value!r}：可选 {names}，或以 MB 给出大小，如 {{"DMA": 16, "Normal": 48}}',
    )


def _gfp_mask(value: Any) -> int:
    try:
        return gfp.gfp_parse(value) if isinstance(value, str) else gfp.check_mask(value)
    except ValueError as error:
        raise SaidError(
            str(error),
            f"{value!r} 不是可用的 gfp 掩码：可写名称（如 GFP_KERNEL|__GFP_ZERO）、"
            "十六进制（如 0x80d0）或十进制数，从 0 到 0xffffffff。",
        ) from error


def _order(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 10:
        raise SaidError(
            f"order must be a whole number from 0 (4 kB) to 10 (4 MB), not {value!r}",
            f"order 须为 0（4 kB）到 10（4 MB）的整数，不能是 {value!r}。",
        )
    return value


def _share(name: str, top: int, value: Any) -> int | None:
    """A place on a track; None = as the machine stands."""
    if value is not None and (type(value) is not int or not 0 <= value <= top):
        raise SaidError(
            f"{name} must be a whole number from 0 to {top}, not {value!r}",
            f"{name} 须为 0 到 {top} 的整数，不能是 {value!r}。",
        )
    return value


def _mix(value: Any) -> str:
    if not isinstance(value, str) or value not in filling.MIXES:
        names = ", ".join(filling.MIXES)
        raise SaidError(f"no mix {value!r}: choose one of {names}", f"没有用途 {value!r}：可选 {names}。")
    return value


def _hand(value: Any) -> list[hand.Operation]:
    return hand.checked_hand(value, FLAGS)


def _flag(name: str, value: Any) -> bool:
    if value not in (False, True):
        raise SaidError(
            f"{name} must be True or False, not {value!r}", f"{name} 须为 True 或 False，不能是 {value!r}。"
        )
    return bool(value)


KNOBS: dict[str, Callable[[Any], Any]] = {
    "machine": _machine,
    "gfp_mask": _gfp_mask,
    "order": _order,
    "pressure": partial(_share, "pressure", filling.TRACK),
    "scatter": partial(_share, "scatter", 100),
    "mix": _mix,
    **{flag: partial(_flag, flag) for flag in FLAGS},
    "hand": _hand,
}
"""Every knob and its check: the value as it must be, or SaidError with what is allowed."""
START: Knobs = {
    "machine": "report",
    "gfp_mask": "GFP_ATOMIC",
    "order": 3,
    "pressure": None,
    "scatter": None,
    "mix": "desktop",
    **dict.fromkeys(FLAGS, False),
    "hand": [],
}
"""How the explorer stands if nobody says otherwise."""


def checked(knobs: Mapping[str, Any]) -> Knobs:
    """The knobs with every value as it must be, None as what the machine has. Raises SaidError with what is allowed."""
    if set(knobs) != set(KNOBS):
        wrong, known = ", ".join(sorted(set(knobs) ^ set(KNOBS))), ", ".join(KNOBS)
        raise SaidError(f"no such knob: {wrong}; there are {known}", f"没有这个旋钮：{wrong}；可用：{known}")
    good = {name: check(knobs[name]) for name, check in KNOBS.items()}
    if hardware.of(good["machine"]).reported:
        return _checked_reported(good)
    if good["pressure"] is None:
        good["pressure"] = filling.default_pressure(good["machine"])
    if good["scatter"] is None:
        good["scatter"] = hardware.of(good["machine"]).scatter
    return good


def placed(turned: Mapping[str, Any], machine: str | OwnSizes) -> Knobs:
    """What was turned, `free` (pages of the main zone) as the memory pressure that leaves so many free.

    That is as near as a step of the pressure's track comes. machine: which it is where none was turned. Raises
    SaidError for free together with pressure, and for more pages than there are.
    """
    rest = {name: value for name, value in turned.items() if name != "free"}
    if len(rest) == len(turned):
        return rest
    if rest.get("pressure") is not None:
        raise SaidError(
            "give pressure or free, not both: each says how full the memory is",
            "pressure 与 free 只能给一个：两者都表示内存有多满。",
        )
    chosen = hardware.of(_machine(rest.get("machine", machine)))
    zone, free = filling.main_zone(chosen.machine()), turned["free"]
    if type(free) is not int or not 0 <= free <= zone.present_pages:
        raise SaidError(
            f"free must be a whole number of pages from 0 to {zone.present_pages}, all of {zone.label}, not {free!r}",
            f"free 须为 0 到 {zone.present_pages}（{zone.label} 的全部）的整数页数，不能是 {free!r}。",
        )
    return rest | {"pressure": filling.position_of(zone, free)}


def _checked_reported(knobs: Knobs) -> Knobs:
    """The knobs on a report's machine: how much is free there, and how it lies, is not to be turned."""
    if (knobs["pressure"], knobs["scatter"]) != (None, None):
        raise SaidError(
            "the free memory of a report's machine is as the report says: leave out pressure, free and scatter, "
            "or choose another machine",
            "报告机器的空闲内存以报告为准：不要给出 pressure、free 和 scatter，或另选机器。",
        )
    return knobs


def request_deck(run: Run) -> dict[str, Any]:
    """The part of the deck that any run has: its mask, its order, who asks."""
    types = run.machine.zone_types
    compiled = {"DMA": "DMA" in types, "HIGHMEM": "HighMem" in types, "DMA32": "DMA32" in types}
    return {
        "knobs": {"gfp_mask": run.gfp_mask, "order": run.order, **{flag: getattr(run.task, flag) for flag in FLAGS}},
        "presets": [[name, gfp.NAMES[name]] for name in PRESETS],
        "bits": [
            [en, zh, [[bit, gfp.BITS[bit], not compiled.get(bit, True)] for bit in bits]] for en, zh, bits in GROUPS
        ],
        "mask_text": gfp.gfp_str(run.gfp_mask),
    }


def deck(knobs: Knobs, run: Run) -> dict[str, Any]:
    """What the knobs may be, and how they stand; on a report's machine without the knobs that it has not."""
    shown = _full_deck(knobs, run)
    if reported := hardware.of(knobs["machine"]).reported:
        del shown["pressure"]
        shown["note"] = _reported_note(reported.kernel)
    return shown


def _reported_note(kernel: str) -> list[str]:
    """What of a report's machine is the report's, and what is not."""
    other = (
        (f"the report is of {kernel}", f"报告来自 {kernel}")
        if kernel
        else ("the report names no kernel", "报告未写明内核")
    )
    return [
        "Marks, reserves and free blocks per order are the report's. Where the blocks lie, who uses the rest and "
        f"who asks is one possibility of many (model). Played by the ladder of Linux 2.6.21; {other[0]}.",
        "水位、保留和各阶空闲块来自报告；块的位置、其余内存的用途以及谁在请求，只是许多可能之一（模型）。"
        f"按 Linux 2.6.21 的阶梯播放；{other[1]}。",
    ]


def _full_deck(knobs: Knobs, run: Run) -> dict[str, Any]:
    main = filling.main_zone(run.machine).label
    zone = next(zone for zone in run.before if zone.label == main)
    return request_deck(run) | {
        "knobs": knobs,
        "mask_text": gfp.gfp_str(knobs["gfp_mask"]),
        "machines": [[key, m.name_en, m.name_zh] for key, m in MACHINES.items()],
        "mixes": [
            [key, m.name_en, m.name_zh, m.kernel + m.slab, m.anon, m.clean + m.dirty, m.slab, m.dirty, m.swap]
            for key, m in filling.MIXES.items()
        ],
        "pressure": {
            "zone": zone.label,
            "free": zone.nr_free_pages,
            "present": zone.present_pages,
            "value": knobs["pressure"],
            "cut": filling.CUT,
            "ticks": [
                [mark, pages, filling.position_of(zone, pages)]
                for mark, pages in (("min", zone.pages_min), ("low", zone.pages_low), ("high", zone.pages_high))
            ],
        },
        "own": hardware.LIMITS,
    }
