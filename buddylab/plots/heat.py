"""A map of numbers or words, a field for each row and column."""

from collections.abc import Mapping, Sequence
from math import ceil

from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Patch, Rectangle

from buddylab.plots.bars import FILLS
from buddylab.plots.curves import WIDTH, width_in_points
from buddylab.plots.given import Number, checked_matrix, number
from buddylab.plots.orders import WATER
from buddylab.plots.style import FREE, HAIR, INK, INK2, LINE, PAPER, SMALL, TINY, USE3, Look, axes, dress, look

WORDED = (FILLS[3], FILLS[0], FILLS[2], FILLS[1], FILLS[4], FILLS[5])
"""The fills of a map's words: the first, often a refusal, is hatched."""
MOST_ROWS = 24
"""Rows of a map that there is room to name."""


def heat(
    values: Sequence[Sequence[Number | None]],
    *,
    rows: Sequence[object],
    columns: Sequence[object],
    title: str = "",
    x: str = "",
    y: str = "",
    words: Mapping[Number, str] | None = None,
    model: bool = False,
    ax: Axes | None = None,
    lang: str = "en",
) -> Axes:
    """A map: a field for each row, the first above, and each column; the number stands in it where there is room.

    values: a list of rows; None = nothing there. Numbers are the darker the larger; with words (value -> word) each
    word has a hatching of its own. rows, columns: names, x, y: what they are, with units. model: say that it is a
    model. lang: "en" or "zh". Raises ValueError for values of another shape, or one without a word.
    """
    matrix, text = checked_matrix(values, rows, columns, words), look(lang)
    with text.context():
        ax = axes(ax)
        ax.set(xlim=(0, len(columns)), ylim=(len(rows), 0))
        ax.patch.set(facecolor=PAPER, edgecolor=USE3, hatch="..", linewidth=0)
        _ticks(ax, rows, columns)
        found = [value for row in matrix for value in row if value is not None]
        scale = Normalize(min(found, default=0), max([*found, min(found, default=0) + 1]))
        longest = max((len(words[value] if words else number(value)) for value in found), default=0)
        fits = longest * TINY * WIDTH < width_in_points(ax) / len(columns) and len(rows) <= MOST_ROWS
        for down, row in enumerate(matrix):
            for across, value in enumerate(row):
                if value is not None:
                    _field(ax, (across, down), scale(value), words, value, said=fits)
        if not words and not fits:
            _shades(ax, scale)
        _key(ax, words, text, empty=any(None in row for row in matrix))
        dress(ax, text, title, x, y, model=model)
        ax.tick_params(length=0)
    return ax


def _ticks(ax: Axes, rows: Sequence[object], columns: Sequence[object]) -> None:
    """The names of the rows and columns; of many columns every second, third, ..."""
    longest = max(len(str(name)) for name in columns) + 1
    every = max(1, ceil(len(columns) * longest * SMALL * WIDTH / width_in_points(ax)))
    ax.set_xticks([n + 0.5 for n in range(0, len(columns), every)], [str(name) for name in columns[::every]])
    every = -(-len(rows) // MOST_ROWS)
    ax.set_yticks([n + 0.5 for n in range(0, len(rows), every)], [str(name) for name in rows[::every]])


def _field(
    ax: Axes, at: tuple[int, int], shade: float, words: Mapping[Number, str] | None, value: Number, *, said: bool
) -> None:
    """One field of the map; said: with its word or number."""
    face, hatch, edge = WORDED[list(words).index(value)] if words else (WATER(shade), "", PAPER)
    ax.add_patch(Rectangle(at, 1, 1, facecolor=face, hatch=hatch, edgecolor=edge, linewidth=0))
    ax.add_patch(Rectangle(at, 1, 1, facecolor="none", edgecolor=PAPER, linewidth=1))
    if said:
        dark = face == FREE if words else shade > 0.45
        box = {"facecolor": face, "edgecolor": "none", "pad": 1.5} if hatch else None
        ax.text(
            at[0] + 0.5,
            at[1] + 0.5,
            words[value] if words else number(value),
            ha="center",
            va="center",
            fontsize=TINY,
            bbox=box,
            color=PAPER if dark else INK,
        )


def _shades(ax: Axes, scale: Normalize) -> None:
    """What the shades mean, where the numbers have no room."""
    bar = ax.figure.colorbar(
        ScalarMappable(scale, WATER), cax=ax.inset_axes((1.015, 0, 0.018, 1)), format=lambda value, _: number(value)
    )
    bar.ax.tick_params(labelsize=TINY, labelcolor=INK2, length=0)
    bar.outline.set(linewidth=HAIR, edgecolor=LINE)


def _key(ax: Axes, words: Mapping[Number, str] | None, text: Look, *, empty: bool) -> None:
    """What the fills mean, above the map."""
    keys = [
        Patch(facecolor=face, hatch=hatch, edgecolor=edge, linewidth=HAIR, label=word)
        for word, (face, hatch, edge) in zip((words or {}).values(), WORDED, strict=False)
    ]
    if empty:
        keys.append(Patch(facecolor=PAPER, edgecolor=USE3, hatch="..", linewidth=HAIR, label=text("nothing")))
    if keys:
        ax.legend(
            handles=keys,
            loc="lower left",
            bbox_to_anchor=(0, 1),
            ncols=len(keys),
            frameon=False,
            fontsize=TINY,
            borderaxespad=0.4,
            borderpad=0,
        )
