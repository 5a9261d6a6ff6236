"""Notebook widgets: `Explorer`, the main screen, and its panels as pieces; `StageButtons` that lead it to a stage;
`ProgressBar` for long runs; `ask` puts a question of the course; `Clinic` explains failure
reports, `open_in_explorer` plays one.

Needs the extra `lab`.
"""

from buddylab.widgets.clinic import Clinic, open_in_explorer
from buddylab.widgets.explorer import Explorer
from buddylab.widgets.pieces import FreeLists, Ladder, Memory, Source, Why
from buddylab.widgets.progress import ProgressBar
from buddylab.widgets.question import AskedQuestion, ask
from buddylab.widgets.stages import StageButtons

__all__ = [
    "AskedQuestion",
    "Clinic",
    "Explorer",
    "FreeLists",
    "Ladder",
    "Memory",
    "ProgressBar",
    "Source",
    "StageButtons",
    "Why",
    "ask",
    "open_in_explorer",
]
