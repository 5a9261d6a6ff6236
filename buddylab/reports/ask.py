"""A request that nobody has made, put to figures without one: buddyinfo, zoneinfo, pagetypeinfo, SysRq-m, a dump."""

from buddylab.reports.explain import explain
from buddylab.reports.explanation import Explanation
from buddylab.reports.masks import mask_of, table_of
from buddylab.reports.period import period
from buddylab.reports.release import release
from buddylab.reports.report import Report
from buddylab.said import Said, SaidError

DEFAULT_MASK = "GFP_KERNEL"


def ask(report: Report, order: int | None, mask: str | None) -> Explanation:
    """Put an order and a mask (names, hex or decimal) to a report; None is the report's own, else 0 and GFP_KERNEL.

    Where the text names no release, the newest whose test is built stands for it, and a note says so. Raises ValueError
    for a mask or an order that is none.
    """
    own = report.request
    if mask is None and own is not None and own.mode is not None:
        return explain(report, order)
    most = max((len(zone.buddy.counts) for zone in report.zones if zone.buddy), default=11) - 1
    order = (own.order if own and own.order is not None else 0) if order is None else order
    if not 0 <= order <= most:
        raise SaidError(
            f"these zones' orders are 0 to {most}, not {order}", f"这些内存区的阶是 0 到 {most}，不是 {order}"
        )
    if report.release is not None:
        return explain(report, order, mask_of(mask or DEFAULT_MASK, table_of(report.release)))
    return _as_the_likeliest(report, order, mask or DEFAULT_MASK)


def _as_the_likeliest(report: Report, order: int, mask: str) -> Explanation:
    """As the newest release that fits the form of the text and its zones."""
    first, last = period(report)
    fit = [known for known in LIKELY if first <= known <= last] or [min(last, LIKELY[0])]
    for known in (*fit, fit[0]):  # the newest again, if none of them has a test
        report.release = known
        told = explain(report, order, mask_of(mask, table_of(known)))
        if told.tests:
            break
    said = Said(
        f"read as Linux {report.release}: give the release with --kernel to be sure",
        f"按 Linux {report.release} 来读：请用 --kernel 写明版本",
    )
    report.notes = [said]
    return told


LIKELY = tuple(map(release, ("6.18", "6.12", "5.10", "4.9", "3.10", "2.6.32", "2.6.21")))
"""Releases that a text without one is tried as, the newest first."""
