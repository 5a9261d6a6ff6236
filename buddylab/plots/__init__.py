"""Pictures of a run with matplotlib: each function draws on `ax` and returns it. Needs the extra `lab`.

Without `ax` a new figure is made. Nothing is shown, and no setting of matplotlib's is left changed. Where matplotlib is
not installed (the site without a server) the same functions print the same figures as a text table and return that.
"""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from buddylab.plots.data import free_blocks

if TYPE_CHECKING or find_spec("matplotlib"):
    from buddylab.plots.answers import first_difference, largest_order
    from buddylab.plots.bars import bars
    from buddylab.plots.curves import curves
    from buddylab.plots.heat import heat
    from buddylab.plots.orders import before_and_after, free_by_order
    from buddylab.plots.pressure import pressure
    from buddylab.plots.stalls import stalls
    from buddylab.plots.unusable import unusable_by_order, unusable_index
else:
    from buddylab.plots.tables import (
        before_and_after,
        free_by_order,
        pressure,
        stalls,
        unusable_by_order,
        unusable_index,
    )
    from buddylab.plots.tables_of_yours import bars, curves, first_difference, heat, largest_order

__all__ = [
    "bars",
    "before_and_after",
    "curves",
    "first_difference",
    "free_blocks",
    "free_by_order",
    "heat",
    "largest_order",
    "pressure",
    "stalls",
    "unusable_by_order",
    "unusable_index",
]
