"""Kernel reports and /proc files: read them, see which test refused, find what would have helped.

>>> told = explain(parse(text)[0])
>>> str(told.verdict.sentence)
'Normal refused at the last row, 41 <= 44: too few pages in blocks of order 3 and above'
"""

from buddylab.reports.as_dict import as_dict, document, reports_as_dict
from buddylab.reports.causes import CAUSES, Cause, cause
from buddylab.reports.cures import Cure, cures
from buddylab.reports.explain import explain
from buddylab.reports.explanation import Explanation, Verdict
from buddylab.reports.masks import Reading, decode
from buddylab.reports.parse import parse
from buddylab.reports.procfs import read_proc
from buddylab.reports.rebuild import core_mask, rebuild
from buddylab.reports.release import Release, release
from buddylab.reports.report import Buddy, Figure, Report, Request, Unread, ZoneReport
from buddylab.reports.rules import RULES, Row, Rule, State
from buddylab.reports.verdict import ZoneTest, row_said, row_text
from buddylab.said import Said

__all__ = [
    "CAUSES",
    "RULES",
    "Buddy",
    "Cause",
    "Cure",
    "Explanation",
    "Figure",
    "Reading",
    "Release",
    "Report",
    "Request",
    "Row",
    "Rule",
    "Said",
    "State",
    "Unread",
    "Verdict",
    "ZoneReport",
    "ZoneTest",
    "as_dict",
    "cause",
    "core_mask",
    "cures",
    "decode",
    "document",
    "explain",
    "parse",
    "read_proc",
    "rebuild",
    "release",
    "reports_as_dict",
    "row_said",
    "row_text",
]
