"""The deck beside a run: which knobs there are for it, how they are shown and how they stand."""

from collections.abc import Sequence
from typing import Any

from buddylab.core import gfp
from buddylab.core.record import Run
from buddylab.explorer import filling
from buddylab.explorer.knobs import KNOBS, PRESETS, Knobs, flags, names
from buddylab.machines import hardware
from buddylab.machines.hardware import MACHINES
from buddylab.said import Said

GROUPS = (
    (Said("Zone", "区域"), ("DMA", "HIGHMEM", "DMA32")),
    (Said("May", "允许"), ("WAIT", "IO", "FS")),
    (Said("Reserve", "储备"), ("HIGH", "NOMEMALLOC")),
    (Said("Retry", "重试"), ("REPEAT", "NOFAIL", "NORETRY")),
    (Said("Page", "页面"), ("COLD", "COMP", "ZERO", "NO_GROW")),
    (Said("Where", "何处"), ("HARDWALL", "THISNODE")),
    (Said("Log", "日志"), ("NOWARN",)),
)
"""The gfp bits as the kernel groups them."""


def request_deck(run: Run) -> dict[str, Any]:
    """The part of the deck that any run has: its mask, its order, who asks."""
    types = run.machine.zone_types
    compiled = {"DMA": "DMA" in types, "HIGHMEM": "HighMem" in types, "DMA32": "DMA32" in types}
    return {
        "knobs": {"gfp_mask": run.gfp_mask, "order": run.order, **{flag: getattr(run.task, flag) for flag in flags()}},
        "controls": _controls(names("request", "who")),
        "presets": [[name, gfp.NAMES[name]] for name in PRESETS],
        "bits": [[said, [[bit, gfp.BITS[bit], not compiled.get(bit, True)] for bit in bits]] for said, bits in GROUPS],
        "mask_text": gfp.gfp_str(run.gfp_mask),
    }


def deck(knobs: Knobs, run: Run) -> dict[str, Any]:
    """What the knobs may be, and how they stand; on a report's machine without those that it has fixed."""
    reported = hardware.of(knobs["machine"]).reported
    fixed = {knob.name for knob in KNOBS if knob.standing and reported}
    shown = request_deck(run) | {
        "knobs": knobs,
        "controls": _controls([knob.name for knob in KNOBS if knob.name not in fixed]),
        "mask_text": gfp.gfp_str(knobs["gfp_mask"]),
        "machines": [[key, machine.name] for key, machine in MACHINES.items()],
        "own": hardware.LIMITS,
        "mixes": [
            [key, m.kernel + m.slab, m.anon, m.clean + m.dirty, m.slab, m.dirty, m.swap]
            for key, m in filling.MIXES.items()
        ],
    }
    if reported:
        return shown | {"note": _reported_note(reported.kernel)}
    return shown | {"pressure": _track(knobs["pressure"], run)}


def _controls(wanted: Sequence[str]) -> list[dict[str, Any]]:
    """How the screen shows these knobs, in their order; what is done by hand has no control."""
    return [
        {
            "name": knob.name,
            "part": knob.part,
            "control": knob.control,
            "label": knob.label,
            "title": knob.title or knob.label,
            "most": knob.most,
            "choices": knob.choices,
        }
        for knob in KNOBS
        if knob.name in wanted and knob.control != "none"
    ]


def _track(pressure: int, run: Run) -> dict[str, Any]:
    """The torn track of the memory pressure, with the marks of the zone that it speaks of."""
    main = filling.main_zone(run.machine).label
    zone = next(zone for zone in run.before if zone.label == main)
    return {
        "zone": zone.label,
        "free": zone.nr_free_pages,
        "present": zone.present_pages,
        "value": pressure,
        "cut": filling.CUT,
        "ticks": [
            [mark, pages, filling.position_of(zone, pages)]
            for mark, pages in (("min", zone.pages_min), ("low", zone.pages_low), ("high", zone.pages_high))
        ],
    }


def _reported_note(kernel: str) -> Said:
    """What of a report's machine is the report's, and what is not."""
    other = (
        Said(f"the report is of {kernel}", f"报告来自 {kernel}")
        if kernel
        else Said("the report names no kernel", "报告未写明内核")
    )
    return Said(
        "Marks, reserves and free blocks per order are the report's. Where the blocks lie, who uses the rest and "
        "who asks is one possibility of many (model). Played by the ladder of Linux 2.6.21; {other}.",
        "水位、保留和各阶空闲块来自报告；块的位置、其余内存的用途以及谁在请求，只是许多可能之一（模型）。"
        "按 Linux 2.6.21 的阶梯播放；{other}。",
    ).fill(other=other)
