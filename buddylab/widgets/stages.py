"""Sixteen buttons, one for each stage of the ladder: each turns the explorer's knobs so that the stage is reached."""

from typing import Any

import ipywidgets

from buddylab.explorer.reach import REACH
from buddylab.said import Said
from buddylab.widgets.explorer import Explorer


class StageButtons(ipywidgets.GridBox):  # type: ignore[misc]  # ipywidgets carries no types
    """The stages as buttons, four in a row, for one explorer.

    >>> StageButtons(Explorer())
    <StageButtons: 16 stages>
    """

    def __init__(self, explorer: Explorer) -> None:
        """explorer: the widget whose knobs the buttons turn."""
        buttons = [
            ipywidgets.Button(
                description=stage,
                layout=ipywidgets.Layout(width="auto"),
                tooltip=Said(f"turn the knobs so that {stage} is reached", f"调节旋钮，到达 {stage}").both(),
            )
            for stage in REACH
        ]
        for button in buttons:
            button.on_click(lambda clicked: explorer.reach(clicked.description))
        layout = ipywidgets.Layout(grid_template_columns="repeat(4, minmax(0, 1fr))", grid_gap="4px", max_width="760px")
        super().__init__(children=buttons, layout=layout)

    def __repr__(self, **_: Any) -> str:
        return f"<StageButtons: {len(self.children)} stages>"
