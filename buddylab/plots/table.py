"""A figure as text: aligned columns under a title, for where no picture can be drawn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from buddylab.plots.given import Number, number
from buddylab.plots.words import Say

Cell = Number | str | None
"""What stands in one place; None = nothing there."""
NOTHING = "–"
ROWS = 24
"""What a table of a long series or a large map has at most."""


@dataclass(frozen=True)
class Table:
    """A title, the heads of the columns, rows of numbers and words, and notes below. str() is the text."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()

    def __repr__(self) -> str:
        return f"<table {self.title!r}: {len(self.rows)} rows>"

    def __str__(self) -> str:
        """Numbers to the right, words to the left. Chinese characters count as two places wide."""
        written = [[_text(cell) for cell in row] for row in self.rows]
        left = [any(isinstance(row[at], str) for row in self.rows) for at in range(len(self.heads))]
        widths = [max(map(wide, column)) for column in zip(self.heads, *written, strict=True)]
        lines = [self.title, _line(self.heads, widths, left), "  ".join("─" * width for width in widths)]
        return "\n".join([*lines, *(_line(row, widths, left) for row in written), *self.notes])


def _text(cell: Cell) -> str:
    """One cell, without breaking its line."""
    return NOTHING if cell is None else " ".join(cell.split()) if isinstance(cell, str) else number(cell)


def _line(cells: Sequence[str], widths: Sequence[int], left: Sequence[bool]) -> str:
    """Cells padded to their columns."""
    padded = [
        cell + " " * (width - wide(cell)) if to_left else " " * (width - wide(cell)) + cell
        for cell, width, to_left in zip(cells, widths, left, strict=True)
    ]
    return "  ".join(padded).rstrip()


def wide(text: str) -> int:
    """How many places a text takes in a fixed-width font.

    >>> wide("order"), wide("阶")
    (5, 2)
    """
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


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
