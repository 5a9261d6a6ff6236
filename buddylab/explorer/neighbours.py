"""One change away: the smallest single changes of a request or of its machine that turn the verdict, each played."""

from collections.abc import Iterator
from typing import Any

from buddylab.core import gfp
from buddylab.explorer import filling
from buddylab.explorer.knobs import FLAGS, GROUPS, PRESETS, Knobs, checked, play
from buddylab.machines import hardware
from buddylab.said import Said

MOST = 5
"""Changes that are shown."""
QUICK = 65536
"""Pages of a machine that is filled anew for every try; a larger one keeps its memory, and only the request changes."""
BIT_NAMES = {bit: name for name, bit in gfp.BITS.items()}
ONCE = ("order", "pressure", "mix")
"""Knobs of which only the nearest change is shown."""
Change = list[Any]
"""[key of its sentence, arguments, the knobs that it turns, the end that it leads to]."""


def neighbours(knobs: Knobs) -> list[Change]:
    """The changes of one knob that turn this setting's verdict, the smallest first, `MOST` at most.

    Every one was played on the exact core. What counts as small: an order by how far it is, a mask by its bits, then
    who asks, then what the memory is used for and how much of it is free.
    """
    return [found for found in search(knobs) if found]


def search(knobs: Knobs) -> Iterator[Change | None]:
    """The same one try at a time, so that others get their turn: None for a try that turned nothing."""
    knobs = checked(knobs)
    granted, kinds, found = _end(knobs) == "page", set[str](), 0
    for _, key, args, change in sorted(_candidates(knobs), key=lambda one: one[0]):
        (kind,) = change
        if kind in kinds and kind in ONCE:
            continue
        end = _end({**knobs, **change})
        if (end == "page") == granted:
            yield None
            continue
        kinds.add(kind)
        found += 1
        yield [key, args, change, end]
        if found == MOST:
            return


def _end(knobs: Knobs) -> str:
    """How the run of these knobs ends: page, no_page or livelock."""
    return play(knobs)[1].end


def _candidates(knobs: Knobs) -> Iterator[tuple[float, str, dict[str, Any], Knobs]]:
    """(how large the change is, key, arguments, knobs turned)."""
    for order in range(11):
        if order != knobs["order"]:
            yield abs(order - knobs["order"]), "away_order", {"order": order, "pages": 1 << order}, {"order": order}
    bits = [gfp.BITS[bit] for _, _, group in GROUPS for bit in group]
    masks = {knobs["gfp_mask"] ^ bit for bit in bits} | {gfp.NAMES[name] for name in PRESETS}
    for mask in sorted(masks - {knobs["gfp_mask"]}):
        yield _mask_change(knobs["gfp_mask"], mask)
    for flag in FLAGS:
        key = "away_without" if knobs[flag] else "away_with"
        yield 1.5, key, {"what": flag}, {flag: not knobs[flag]}
    if sum(pages for _, _, _, pages in hardware.of(knobs["machine"]).zones) <= QUICK:
        yield from _machine_changes(knobs)


def _mask_change(old: int, new: int) -> tuple[float, str, dict[str, Any], Knobs]:
    bits = (old ^ new).bit_count()
    if bits == 1:
        key = "away_with" if new & ~old else "away_without"
        return 1.1, key, {"what": f"__GFP_{BIT_NAMES[old ^ new]}"}, {"gfp_mask": new}
    return 1.2 + bits / 4, "away_mask", {"what": gfp.gfp_str(new)}, {"gfp_mask": new}


def _machine_changes(knobs: Knobs) -> Iterator[tuple[float, str, dict[str, Any], Knobs]]:
    """Another use of the memory, or more or less of it free, in steps of the track."""
    for name, mix in filling.MIXES.items():
        if name != knobs["mix"]:
            yield 2.5, "away_mix", {"what": Said(mix.name_en, mix.name_zh)}, {"mix": name}
    stands = knobs["pressure"]
    if stands is None:  # a report's machine: its free memory stands as printed
        return
    zone = filling.main_zone(hardware.of(knobs["machine"]).machine())
    for step in (25, 50, 100, 200, 400, 800):
        for pressure in (stands - step, stands + step):
            if 0 <= pressure <= filling.TRACK:
                pages = {"pages": filling.pages_at(zone, pressure), "zone": zone.label}
                yield 2 + step / 400, "away_free", pages, {"pressure": pressure}
