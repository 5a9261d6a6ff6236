"""Notebook widgets: `Explorer`, the main screen. Needs the extra `lab`."""

from buddylab.widgets.explorer import Explorer

__all__ = ["Explorer"]
