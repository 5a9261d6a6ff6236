"""The simplest setting of the explorer's knobs that reaches each stage of the ladder, found by search.

`REACH` is what `search` finds; a test holds it so. Settings are knobs turned away from `START`.
"""

from collections.abc import Iterable, Iterator
from itertools import combinations, product
from typing import Any

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.events import Event
from buddylab.core.ladder import STAGES
from buddylab.core.record import record
from buddylab.explorer.filling import MIXES, prepare

Setting = dict[str, Any]

START: Setting = {
    "machine": "small",
    "gfp_mask": "GFP_KERNEL",
    "order": 0,
    "pressure": None,
    "scatter": None,
    "mix": "desktop",
    "PF_MEMALLOC": False,
    "TIF_MEMDIE": False,
    "in_interrupt": False,
    "rt_task": False,
}
"""Where the search starts: an ordinary request on a small machine with room."""
KNOBS: dict[str, tuple[Any, ...]] = {
    "pressure": (900, 1000),
    "mix": tuple(name for name in MIXES if name != "desktop"),
    "gfp_mask": ("GFP_ATOMIC", "GFP_NOFS", "GFP_HIGHUSER"),
    "order": (3, 10),
    "PF_MEMALLOC": (True,),
    "TIF_MEMDIE": (True,),
    "in_interrupt": (True,),
    "rt_task": (True,),
}
"""What each knob may be turned to, in the order in which a reader would try."""
MOST = 3
"""Knobs turned at once."""

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


def stages(setting: Setting, max_rounds: int = 6) -> list[str]:
    """The stages that this setting (knobs turned away from START) passes, in order."""
    knobs = START | setting
    world = prepare(knobs["machine"], knobs["pressure"], None, knobs["mix"])
    task = Task(**{flag: knobs[flag] for flag in ("PF_MEMALLOC", "TIF_MEMDIE", "in_interrupt", "rt_task")})
    run = record(world.machine, gfp.gfp_parse(knobs["gfp_mask"]), knobs["order"], task=task, max_rounds=max_rounds)
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
    for turned in range(MOST + 1):
        for names in combinations(KNOBS, turned):
            for values in product(*(KNOBS[name] for name in names)):
                yield dict(zip(names, values, strict=True))


def search() -> dict[str, Setting]:
    """For every stage of the ladder the first setting that reaches it."""
    found: dict[str, Setting] = {}
    for setting in settings():
        for stage in stages(setting):
            found.setdefault(stage, setting)
        if len(found) == len(STAGES):
            break
    return found
