"""One change away: the smallest single changes of a request or of its machine that turn the verdict, each played."""

from collections.abc import Callable, Iterator
from typing import Any

from buddylab.core import gfp
from buddylab.explorer import filling
from buddylab.explorer.deck import GROUPS
from buddylab.explorer.knobs import KNOBS, PRESETS, Knob, Knobs, checked
from buddylab.explorer.recording import play
from buddylab.machines import hardware

MOST = 5
"""Changes that are shown."""
QUICK = 65536
"""Pages of a machine that is filled anew for every try; a larger one keeps its memory, and only the request changes."""
BIT_NAMES = {bit: name for name, bit in gfp.BITS.items()}
ONCE = ("order", "track", "choice")
"""Controls of whose knob only the nearest change is shown."""
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
    once = {knob.name for knob in KNOBS if knob.control in ONCE}
    granted, kinds, found = _end(knobs) == "page", set[str](), 0
    for _, key, args, change in sorted(_candidates(knobs), key=lambda one: one[0]):
        (kind,) = change
        if kind in kinds & once:
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


Candidate = tuple[float, str, dict[str, Any], Knobs]
"""(how large the change is, key of its sentence, arguments, the knob that it turns)."""


def _candidates(knobs: Knobs) -> Iterator[Candidate]:
    small = sum(pages for _, _, _, pages in hardware.of(knobs["machine"]).zones) <= QUICK
    for control, changes in CHANGES.items():
        for knob in KNOBS:
            if knob.control == control and (small or knob.part != "memory"):
                yield from changes(knob, knobs)


def _orders(knob: Knob, knobs: Knobs) -> Iterator[Candidate]:
    stands = knobs[knob.name]
    for order in range(knob.most + 1):
        if order != stands:
            yield abs(order - stands), "away_order", {"order": order, "pages": 1 << order}, {knob.name: order}


def _masks(knob: Knob, knobs: Knobs) -> Iterator[Candidate]:
    """A bit more or less, or one of the presets."""
    stands = knobs[knob.name]
    bits = [gfp.BITS[bit] for _, group in GROUPS for bit in group]
    masks = {stands ^ bit for bit in bits} | {gfp.NAMES[name] for name in PRESETS}
    for mask in sorted(masks - {stands}):
        differ = (stands ^ mask).bit_count()
        if differ == 1:
            key = "away_with" if mask & ~stands else "away_without"
            yield 1.1, key, {"what": f"__GFP_{BIT_NAMES[stands ^ mask]}"}, {knob.name: mask}
        else:
            yield 1.2 + differ / 4, "away_mask", {"what": gfp.gfp_str(mask)}, {knob.name: mask}


def _switched(knob: Knob, knobs: Knobs) -> Iterator[Candidate]:
    on = knobs[knob.name]
    yield 1.5, "away_without" if on else "away_with", {"what": knob.name}, {knob.name: not on}


def _chosen(knob: Knob, knobs: Knobs) -> Iterator[Candidate]:
    """Another use of the memory."""
    for name, said in knob.choices:
        if name != knobs[knob.name]:
            yield 2.5, "away_mix", {"what": said}, {knob.name: name}


def _along_track(knob: Knob, knobs: Knobs) -> Iterator[Candidate]:
    """More or less memory free, in steps of the track; not on a report's machine, whose free memory is as printed."""
    stands = knobs[knob.name]
    if stands is None:
        return
    zone = filling.main_zone(hardware.of(knobs["machine"]).machine())
    for step in (25, 50, 100, 200, 400, 800):
        for pressure in (stands - step, stands + step):
            if 0 <= pressure <= knob.most:
                pages = {"pages": filling.pages_at(zone, pressure), "zone": zone.label}
                yield 2 + step / 400, "away_free", pages, {knob.name: pressure}


CHANGES: dict[str, Callable[[Knob, Knobs], Iterator[Candidate]]] = {
    "order": _orders,
    "mask": _masks,
    "switch": _switched,
    "choice": _chosen,
    "track": _along_track,
}
"""The small changes of a knob by its control; of two that are as small, what stands here first."""
