"""The case of notebook 05: one report's two zones, its free memory clumped otherwise, and other kernels' rules."""

from dataclasses import replace

from buddylab.core import gfp
from buddylab.core.ladder import alloc_pages
from buddylab.core.zone import MAX_ORDER, Zone
from buddylab.course.field import state
from buddylab.explorer.filling import free_blocks
from buddylab.reports import Explanation, Report, explain, parse, rebuild, release
from buddylab.reports.masks import tables_for
from buddylab.reports.picture import examples
from buddylab.reports.rules import rows

KERNEL, PAGE_KB = "2.6.21", 4


def case_text() -> str:
    """The published lines of the zones DMA and Normal under their one request line."""
    normal, dma = (one["text"].splitlines() for one in examples()[:2])
    return "\n".join([*dma, *normal[1:]]) + "\n"


def case(kernel: str = KERNEL) -> Report:
    """The same, read as printed by this release."""
    return parse(case_text(), kernel)[0]


def clumped(scatter: int) -> Report:
    """The case with as many free pages in Normal, which lie otherwise.

    scatter: 0 = in large blocks, 100 = in single pages (a MODEL's rule, `filling.free_blocks`).
    """
    report = case()
    told = report.zone("Normal")
    present, free = told.pages("present", PAGE_KB), told.pages("free", PAGE_KB)
    if told.buddy and present and free:
        counts = free_blocks(Zone("Normal", 0, 0, present), free, scatter)
        told.buddy = replace(told.buddy, counts=tuple(counts))
    return report


def first_request(report: Report, gfp_mask: int = gfp.GFP_ATOMIC) -> list[int]:
    """By order 0 to 10: does Normal's test let one request through (1) or not (0)?"""
    return [int(bool(explain(report, order, gfp_mask).tests[0].passes)) for order in range(MAX_ORDER)]


def obtainable(report: Report, order: int, gfp_mask: int = gfp.GFP_ATOMIC) -> float:
    """Percent of the case's free pages that requests of this order get, one after the other, until one is refused."""
    machine = rebuild(report)
    free = sum(zone.nr_free_pages for zone in machine.zones)
    got = 0
    while alloc_pages(machine, gfp_mask, order) is not None:
        got += 1
    return 100 * (got << order) / free


def under(kernel: str) -> Explanation:
    """The case put to another release's rule, with that release's own GFP_ATOMIC."""
    known = release(kernel)
    table = tables_for(known, known)[0]
    return explain(case(kernel), mode=table.composed()["GFP_ATOMIC"])


def changed(one: Explanation, how: str) -> bool:
    """Does the zone tried first pass after this change? Held against the rule itself."""
    known, order = state(one.tests[0]), one.order
    counts = list(known.counts or ())
    if how == "pages":
        counts[0] += 1000
        known = replace(known, free=known.free + 1000)
    elif how == "block":
        counts[order] += 1
        known = replace(known, free=known.free + (1 << order))
    else:
        known = replace(known, mark=2 * known.mark)
    if one.rule is None:
        raise ValueError("the report's kernel has no rule here")
    tested = rows(replace(known, counts=tuple(counts)), order, one.rights, one.rule)
    return bool(tested and tested[-1].ok)
