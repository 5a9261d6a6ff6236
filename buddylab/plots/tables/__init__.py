"""Every plot as a text table, for a Python without matplotlib: the same names, arguments, checks and figures.

A table prints itself when it is made, as a picture would show itself below its cell, and is given back. `ax` has no
meaning here. A long series is told in at most `ROWS` rows, and the table says so.
"""

from buddylab.plots.tables.course import first_difference, largest_order
from buddylab.plots.tables.general import bars, curves, heat
from buddylab.plots.tables.memory import (
    before_and_after,
    free_by_order,
    pressure,
    stalls,
    unusable_by_order,
    unusable_index,
)
from buddylab.plots.tables.show import COLUMNS, ROWS

__all__ = [
    "COLUMNS",
    "ROWS",
    "bars",
    "before_and_after",
    "curves",
    "first_difference",
    "free_by_order",
    "heat",
    "largest_order",
    "pressure",
    "stalls",
    "unusable_by_order",
    "unusable_index",
]
