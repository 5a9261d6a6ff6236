"""A progress bar for what takes longer than a second."""

from typing import Any

import ipywidgets
from IPython.display import display


class ProgressBar(ipywidgets.FloatProgress):  # type: ignore[misc]  # ipywidgets carries no types
    """A bar that shows itself on its first call: `simulation.run(15_000, progress=ProgressBar())`."""

    def __init__(self, description: str = "running") -> None:
        """description: what goes on, one or two words."""
        super().__init__(value=0.0, min=0.0, max=1.0, description=description, style={"description_width": "initial"})
        self.shown = False

    def __call__(self, share: float) -> None:
        """share: how much is done, 0.0 to 1.0."""
        if not self.shown:
            self.shown = True
            display(self)  # type: ignore[no-untyped-call]  # IPython carries no types for it
        self.value = share

    def __repr__(self, **_: Any) -> str:
        return f"<ProgressBar: {self.value:.0%}>"
