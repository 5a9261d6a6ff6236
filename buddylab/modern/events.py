"""How a trace is read: one tuple where a function is entered, one, headed "=", where it returns.

Where nothing lies between both are one tuple. Names, arguments and values are those of the recordings
(kernel-6.12/FORMAT.md).
"""

from collections.abc import Iterable
from typing import Any

from buddylab.core.events import OURS, Event

MARKS = {
    *("warn_alloc", "printk_suppressed", "printk", "dump_stack", "show_mem"),
    *("script_free", "nested_alloc", "nested_alloc_result", "drain_local_pages"),
}
"""What opens no depth: the report's parts, and what a script says of itself."""


def kernel_events(trace: Iterable[Event]) -> list[list[Any]]:
    """What the kernel did, as recorded: [depth, name, arguments..., "=", values...] in the order of entry.

    A function that never returned (a watchdog broke the run off) has no "=".
    """
    rows: list[list[Any]] = []
    entered: list[list[Any]] = []
    for event in trace:
        if event[0] == "=":
            row = entered.pop()
            row += event if len(event) > 1 else ()
        elif event[0] not in OURS:
            row = [len(entered), *event]
            rows.append(row)
            if "=" not in event and event[0] not in MARKS:
                entered.append(row)
    return rows
