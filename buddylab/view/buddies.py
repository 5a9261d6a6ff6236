"""Which buddy a block misses where a test refuses: the one on the address strip that could have made it larger."""

from collections.abc import Iterator, Sequence
from typing import Any

from buddylab.core.record import REMOVE


class _Strip:
    """The pages of one strip while the changes of the frames are applied: blocks of the free lists, per-cpu pages."""

    def __init__(self, strip: dict[str, Any]) -> None:
        self.zone, self.start, self.end = strip["zone"], strip["start"], strip["start"] + strip["pages"]
        self.free = {pfn: int(key) for pfn, key in strip["free"]}
        self.percpu = {self.start + place for place, letter in enumerate(strip["used"]) if letter == "P"}

    def apply(self, change: Sequence[Any]) -> None:
        """Follow one change of the document."""
        zone, part, key, *rest = change
        if zone != self.zone or part not in ("lists", "pcp"):
            return
        operation, pfn = rest
        if part == "pcp":
            (self.percpu.discard if operation == REMOVE else self.percpu.add)(pfn)
        elif operation == REMOVE:
            self.free.pop(pfn, None)
        else:
            self.free[pfn] = int(key)

    def missing(self, order: int) -> dict[str, Any] | None:
        """The highest free block of this order whose buddy lies on the strip too: {pfn, buddy, order, why}."""
        size = 1 << order
        for pfn in sorted((pfn for pfn, own in self.free.items() if own == order), reverse=True):
            buddy = pfn ^ size
            if all(self.start <= head and head + size <= self.end for head in (pfn, buddy)):
                return {"pfn": pfn, "buddy": buddy, "order": order, "why": self._why(buddy, size)}
        return None

    def _why(self, buddy: int, size: int) -> str:
        if all(page in self.percpu for page in range(buddy, buddy + size)):
            return "pcp"
        split = any(pfn < buddy + size and buddy < pfn + (1 << order) for pfn, order in self.free.items())
        return "split" if split else "used"


def missing_buddies(strips: Sequence[dict[str, Any]], frames: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The frames again; a test that refuses for want of larger blocks says which buddy is missing, and why.

    why: "used", "pcp" (on a per-cpu list) or "split" (a part of it is free).
    """
    seen = [_Strip(strip) for strip in strips]
    for frame in frames:
        for strip in seen:
            for change in frame.get("changes", ()):
                strip.apply(change)
        row = frame["test"]["rows"][-1] if "test" in frame else {"ok": True}
        found = None
        if not row["ok"] and row["o"]:
            found = next((strip.missing(row["o"] - 1) for strip in seen if strip.zone == frame["test"]["zone"]), None)
        yield frame if found is None else {**frame, "test": {**frame["test"], "missing": found}}
