"""What the screen takes from the core, so that no figure of the allocator is written down twice.

`tools/javascript.py` writes it into `buddylab/screen/kernel.js`.
"""

from typing import Any

from buddylab.core import zone
from buddylab.core.events import FIELDS
from buddylab.core.record import HEAD, REMOVE
from buddylab.core.zone import MAX_ORDER
from buddylab.view.document import LETTERS

FLAGS = ("in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE")
"""What may be true of the task that asks, in the order in which the screen names it."""
TAKES = ("__rmqueue", "buffered_rmqueue")
"""Events that hand out a block; its first pfn is the last argument, -1 where there was none."""
RETURNS = {
    "cpuset_zone_allowed_hardwall": "result",
    "cpuset_zone_allowed_softwall": "result",
    "printk_ratelimit": "result",
    "should_fail": "result",
    "try_to_free_pages": "progress",
    "zone_reclaim": "value",
    "zone_watermark_ok": "result",
    **dict.fromkeys(TAKES, "pfn"),
}
"""Which argument of an event is what the kernel's function returned."""
SPELT = {"memalloc": "PF_MEMALLOC", "memdie": "TIF_MEMDIE"}
"""Arguments that Linux writes otherwise."""
USED = {"K": "kernel", "A": "anon", "C": "cache", "P": "percpu", "H": "hole", "?": "unknown"}
"""Letters of the address strip, and the word for each."""


def constants() -> dict[str, Any]:
    """Everything by the name that JavaScript knows it by; JSON-able."""
    flags = {value: name for name, value in vars(zone).items() if name.startswith("ALLOC_")}
    return {
        "ORDERS": MAX_ORDER,
        "PAGES_OF": [1 << order for order in range(MAX_ORDER)],
        "REMOVE": REMOVE,
        "ADD_HEAD": HEAD,
        "ALLOC_FLAGS": [[name, bit] for bit, name in sorted(flags.items())],
        "EVENT_ARGS": {name: [SPELT.get(one, one) for one in arguments] for name, arguments in FIELDS.items()},
        "RETURNS": dict(RETURNS),
        "TAKES": list(TAKES),
        "TAKEN_PFN": FIELDS[TAKES[0]].index("pfn") + 1,
        "CONTEXT": list(FLAGS),
        "USED": {letter: word for letter, word in USED.items() if letter in {*LETTERS.values(), "P", "H"}},
    }
