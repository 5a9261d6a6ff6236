"""Runs that the stage is looked at with."""

from functools import cache

from buddylab.explorer.knobs import checked, start
from buddylab.explorer.recording import Recording, recording

SMALL = {"machine": "small", "gfp_mask": "GFP_KERNEL", "order": 0}
STORIES = {
    "refused": {"order": 3, "in_interrupt": True},
    "refill": SMALL | {"pressure": 0, "scatter": 0, "hand": 3 * [["alloc", 0, 208, ""]]},
    "split": SMALL | {"pressure": 0, "scatter": 0, "order": 2},
    "merge": SMALL | {"pressure": 0, "scatter": 0, "hand": [["alloc", 2, 208, ""], ["free"]]},
    "free": SMALL | {"pressure": 636, "hand": [["alloc", 0, 208, ""], ["free"]]},
    "kswapd": SMALL | {"pressure": 780},
    "reclaim": SMALL | {"pressure": 860},
    "killer": SMALL | {"pressure": 900, "mix": "no_swap"},
    "retry": SMALL | {"pressure": 900, "mix": "no_swap", "gfp_mask": "GFP_NOFS"},
    "huge": {"gfp_mask": "GFP_KERNEL", "order": 10, "pressure": 300},
    "numa": {"machine": "numa", "gfp_mask": "GFP_KERNEL", "order": 0, "pressure": 900},
}
"""Knobs turned away from the start; between them every movement is seen."""


@cache
def played(name: str) -> Recording:
    """The run of one story; where the last thing done by hand is a free, that is shown: of the block just allocated."""
    knobs = {**start(), **STORIES[name]}
    *before, last = knobs["hand"] or [[""]]
    if last != ["free"]:
        return recording(checked(knobs))
    page = recording(checked({**knobs, "hand": before}), by_hand=True).run.page
    return recording(checked({**knobs, "hand": [*before, ["free", page]]}), by_hand=True)
