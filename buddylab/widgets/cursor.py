"""One cursor for all widgets that show the same run."""

from typing import Any
from uuid import uuid4
from weakref import WeakSet

from buddylab.core.record import Run

LIVING: WeakSet[Any] = WeakSet()
"""The widgets that have a `run_id` and an `index`."""
_KERNEL = uuid4().hex[:8]


def run_id(run: Run) -> str:
    """A name for a run while it lives that no run of another kernel has: one page may show notebooks of several."""
    return f"{_KERNEL}-{id(run):x}"


def showing(run: str) -> list[Any]:
    """The widgets that show this run."""
    return [widget for widget in LIVING if widget.run_id == run and widget.comm is not None]


def tie(widget: Any) -> None:
    """From now on this widget and all others of its run go where one of them goes."""
    LIVING.add(widget)
    widget.observe(_moved, "index")


def _moved(change: Any) -> None:
    for widget in showing(change["owner"].run_id):
        widget.index = change["owner"].index  # not the news of it: a new run may have begun meanwhile
