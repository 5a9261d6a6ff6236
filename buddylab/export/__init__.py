"""Take it along: what was recorded leaves the notebook as a page.

`to_html` writes the explorer on recorded runs as one file. It needs nothing but the standard library.
"""

from buddylab.export.page import html, to_html
from buddylab.export.takes import Take, scenario_takes, takes
from buddylab.export.target import ExportError, check, save

__all__ = ["ExportError", "Take", "check", "html", "save", "scenario_takes", "takes", "to_html"]
