"""Take it along: what was recorded leaves the notebook as a page, a picture, a film or a transcript.

`to_html` writes the explorer on recorded runs as one file, `lecture_page` a grid of settings whose knobs stay alive.
`to_png`, `to_svg`, `to_gif` and `to_mp4` have
Chromium draw it. Importing this needs nothing but the standard library; pictures need the extra `pictures`.
"""

from buddylab.export.lecture import lecture_page
from buddylab.export.page import html, to_html
from buddylab.export.pictures import FULL_HD, SLIDE, to_gif, to_mp4, to_png, to_svg
from buddylab.export.takes import Take, knobs_take, scenario_takes, takes
from buddylab.export.transcript import to_markdown, to_text
from buddylab.target import ExportError, check, save

__all__ = [
    "FULL_HD",
    "SLIDE",
    "ExportError",
    "Take",
    "check",
    "html",
    "knobs_take",
    "lecture_page",
    "save",
    "scenario_takes",
    "takes",
    "to_gif",
    "to_html",
    "to_markdown",
    "to_mp4",
    "to_png",
    "to_svg",
    "to_text",
]
