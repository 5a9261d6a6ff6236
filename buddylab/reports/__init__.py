"""Kernel reports and /proc files: read them, see which test refused, find what would have helped.

>>> told = explain(parse(text)[0])
>>> told.verdict.sentence
'Normal refused at the last row, 41 <= 44: too few pages in blocks of order 3 and above'
"""

from buddylab.reports.cures import Cure, cures
from buddylab.reports.explain import Explanation, Verdict, explain
from buddylab.reports.masks import Reading, decode
from buddylab.reports.parse import parse
from buddylab.reports.plain import as_dict, reports_as_dict
from buddylab.reports.procfs import read_proc
from buddylab.reports.rebuild import core_mask, rebuild
from buddylab.reports.release import Release, release
from buddylab.reports.report import Buddy, Figure, Report, Request, Unread, ZoneReport
from buddylab.reports.rules import RULES, Row, Rule, State
from buddylab.reports.said import Said
from buddylab.reports.verdict import ZoneTest, row_said, row_text

__all__ = [
    "RULES",
    "Buddy",
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
    "core_mask",
    "cures",
    "decode",
    "explain",
    "parse",
    "read_proc",
    "rebuild",
    "release",
    "reports_as_dict",
    "row_said",
    "row_text",
]
