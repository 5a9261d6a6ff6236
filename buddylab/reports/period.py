"""The releases that can have printed a report: by what it names, by its form, by the names of its mask."""

from buddylab.reports.masks import that_print
from buddylab.reports.release import Release, era
from buddylab.reports.report import Report


def period(report: Report) -> tuple[Release, Release]:
    """The first and the last release; the same one twice where it is known."""
    first, last = era(report.release, report.features)
    request = report.request
    if report.release or not request or request.mode is None or request.names is None:
        return first, last
    known = that_print(request.mode, request.names, first, last)
    if not known:
        return first, last
    return max(first, min(table.first for table in known)), min(last, max(table.last for table in known))
