"""Notebook 00: what four reports from the field come to, and their free memory beside the request."""

import re

from buddylab.course.field import state, text, told
from buddylab.reports import Explanation

FOUR = {"normal": "2.6.21, 280 MB free", "dma": "2.6.21, DMA", "small": "5.8, kswapd0", "passes": "4.8, in:imklog"}
"""A report for each verdict: its name in `course.field`, and what it is called in the notebook."""
ON_TOP = re.compile(r"<IRQ>|\b(?:irq_exit|__do_softirq|do_softirq|do_IRQ)\b")
"""What a call trace shows when the request came from an interrupt and not from the task."""

FRAME = re.compile(r"<[0-9a-f]{8,16}>\]?\s*(?:\?\s*)?\{?([A-Za-z_][\w.]*)\+|(<IRQ>)")
"""A line of a call trace: the function's name, in the forms that 2.6 to 5.x print."""


def verdict(one: Explanation) -> str:
    """`passes`, `few` (pages at all), `kept` (there would be enough, but for the reserve), or `pieces` (too small)."""
    if one.verdict.passes:
        return "passes"
    row, known = one.tests[0].last_row, state(one.tests[0])
    if row.order:
        return "pieces"
    return "kept" if row.free > row.needed - known.reserve else "few"


def from_interrupt(name: str) -> bool:
    """Does the call trace of this report show an interrupt? Raises ValueError for an unknown name."""
    return bool(ON_TOP.search(text(name)))


def trace(name: str) -> str:
    """The functions of a report's call trace, the innermost first. Raises ValueError for an unknown name."""
    return " < ".join(found[1] or found[2] for found in FRAME.finditer(text(name)))


def by_order(name: str) -> dict[str, dict[str, int | None]]:
    """kB in the free blocks of each order of the zone tried first: too small for the request, or large enough."""
    one = told(name)
    kb = one.report.page_kb
    return {
        f"{kb << order} kB": {
            "too small": nr * (kb << order) if order < one.order else None,
            "large enough": nr * (kb << order) if order >= one.order else None,
        }
        for order, nr in enumerate(state(one.tests[0]).counts or ())
    }


def beside() -> dict[str, dict[str, int]]:
    """For each of the four: kB free in the zone tried first, of that in blocks large enough, and asked for."""
    found = {}
    for name, label in FOUR.items():
        one = told(name)
        known, kb = state(one.tests[0]), one.report.page_kb
        large = sum(nr << order for order, nr in enumerate(known.counts or ()) if order >= one.order)
        found[label] = {"free": known.free * kb, "in blocks large enough": large * kb, "asked for": kb << one.order}
    return found
