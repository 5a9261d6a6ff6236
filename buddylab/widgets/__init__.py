"""Notebook widgets: `Explorer`, the main screen; `StageButtons` that lead it to a stage; `ProgressBar` for long runs.

Needs the extra `lab`.
"""

from buddylab.widgets.explorer import Explorer
from buddylab.widgets.progress import ProgressBar
from buddylab.widgets.stages import StageButtons

__all__ = ["Explorer", "ProgressBar", "StageButtons"]
