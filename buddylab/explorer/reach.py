"""The simplest setting of the explorer's knobs that reaches each stage of the ladder, found by search.

`REACH` is what `search` finds; a test holds it so. Settings are knobs turned away from `AT_EASE`.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from typing import Any

from buddylab.core.events import Event
from buddylab.core.ladder import STAGES
from buddylab.explorer.knobs import KNOBS, checked, start
from buddylab.explorer.recording import play

Setting = dict[str, Any]

AT_EASE: Setting = {"machine": "small", "gfp_mask": "GFP_KERNEL", "order": 0}
"""Where the search starts: an ordinary request on a small machine with room; all else as the explorer starts."""
MOST = 3
"""Knobs turned at once."""
PARTS = ("memory", "request", "who")
"""What a reader would turn first."""

_LOW = {"pressure": 900}
_KILL = {"pressure": 900, "mix": "no_swap"}
REACH: dict[str, Setting] = {
    "might_sleep": {},
    "fault_injection": {},
    "restart": {},
    "thisnode": _LOW,
    "wake_kswapd": _LOW,
    "alloc_flags": _LOW,
    "min_attempt": _LOW,
    "rebalance": _LOW,
    "nofail_alloc": _LOW | {"PF_MEMALLOC": True},
    "direct_reclaim": _LOW,
    "retry_after_reclaim": _LOW,
    "high_attempt": _KILL,
    "out_of_memory": _KILL,
    "should_retry": _LOW,
    "nopage": {"order": 10},
    "got_pg": {},
}
"""Stage -> what to turn."""


def stages(setting: Setting) -> list[str]:
    """The stages that this setting (knobs turned away from AT_EASE) passes, in order."""
    _, run = play(checked(start() | AT_EASE | setting))
    return own_stages(run.events)


def own_stages(events: Iterable[Event]) -> list[str]:
    """The stages that the request itself passes, without those of requests that reclaim makes meanwhile."""
    found, depth = [], 0
    for event in events:
        depth += (event[0] == "nested_alloc") - (event[0] == "nested_alloc_result")
        if event[0] == "stage" and not depth:
            found.append(event[1])
    return found


def settings() -> Iterator[Setting]:
    """All settings of the control space, fewest knobs first."""
    tried = sorted((knob for knob in KNOBS if knob.tries), key=lambda knob: PARTS.index(knob.part))
    for turned in range(MOST + 1):
        for knobs in combinations(tried, turned):
            for values in product(*(knob.tries for knob in knobs)):
                yield {knob.name: value for knob, value in zip(knobs, values, strict=True)}


def search() -> dict[str, Setting]:
    """For every stage of the ladder the first setting that reaches it."""
    found: dict[str, Setting] = {}
    for setting in settings():
        for stage in stages(setting):
            found.setdefault(stage, setting)
        if len(found) == len(STAGES):
            break
    return found
