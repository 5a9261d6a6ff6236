"""Take it along: what was recorded leaves the notebook as a page or a transcript.

`to_html` writes the explorer on recorded runs as one file, `lecture_page` a grid of settings whose knobs stay alive.
Importing this needs nothing but the standard library.
"""

from buddylab.export.lecture import lecture_page
from buddylab.export.page import html, to_html
from buddylab.export.takes import Take, knobs_take, scenario_takes, takes
from buddylab.export.target import ExportError, check, save
from buddylab.export.transcript import to_markdown, to_text

__all__ = ["ExportError", "Take", "check", "html", "knobs_take", "lecture_page", "save", "scenario_takes", "takes",
           "to_html", "to_markdown", "to_text"]
