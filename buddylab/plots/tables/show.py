"""How a table is shown: printed when it is made, as a picture would show itself, and given back."""

from collections.abc import Iterable, Sequence

from buddylab.plots.table import Cell, Table
from buddylab.plots.words import Say

ROWS = 24
COLUMNS = 12
"""The most that are shown of a long series, or of a wide map."""


def show(
    text: Say,
    title: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[Cell]],
    notes: Iterable[str] = (),
    *,
    model: bool = False,
) -> Table:
    """Print a table and give it back."""
    table = Table(
        text("as_table", title=title).strip(),
        heads,
        rows,
        [note for note in (*notes, text("is_model") if model else "") if note],
    )
    print(table)
    return table


def thinned(count: int, most: int) -> list[int]:
    """At most so many places of a sequence, evenly spaced, the first and the last among them.

    >>> thinned(3, 5), thinned(100, 4)
    ([0, 1, 2], [0, 33, 66, 99])
    """
    return list(range(count)) if count <= most else [n * (count - 1) // (most - 1) for n in range(most)]
