"""The course's questions, exercises and glossary, without a screen: `buddylab.widgets.ask` shows a question.

README.md in this folder says how a notebook is written with them. Standard library only.
"""

from buddylab.course.check import Report, check
from buddylab.course.glossary import glossary, glossary_table
from buddylab.course.question import NOT_ANSWERED, Question, Verdict, Wrong, judge
from buddylab.course.questions import find, names
from buddylab.course.session import Session, collect, hand_in, session, summary

__all__ = [
    "NOT_ANSWERED",
    "Question",
    "Report",
    "Session",
    "Verdict",
    "Wrong",
    "check",
    "collect",
    "find",
    "glossary",
    "glossary_table",
    "hand_in",
    "judge",
    "names",
    "session",
    "summary",
]
