"""Pictures of the course: the experiments of its notebooks, and where a student's function first differs."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from buddylab.core.zone import MAX_ORDER
from buddylab.course import Report
from buddylab.course.check import spoken
from buddylab.plots.given import checked_runs
from buddylab.plots.style import (
    FREE,
    FREE3,
    HAIR,
    HATCH,
    INK,
    INK2,
    LINE,
    NO,
    SMALL,
    Look,
    axes,
    dress,
    lines_across,
    look,
)

STYLES = (("-", 2.4), ("--", 1.6), (":", 2.0), ("-.", 1.6))
"""Line and width of each run in turn: they differ in grey too."""


def largest_order(runs: Mapping[str, Sequence[int]], *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """The largest free order against how many pages have come back; a line a run, named beside its own style.

    runs: name -> largest order after 0, 1, 2, ... pages (-1: none), as `experiments.nb01.largest_free_order` gives.
    Raises ValueError without a run, or for an unknown language.
    """
    text = look(lang)
    checked_runs(runs)
    with text.context():
        ax = axes(ax)
        for at, (name, orders) in enumerate(runs.items()):
            line, width = STYLES[at % len(STYLES)]
            ax.step(
                range(len(orders)),
                orders,
                where="post",
                linestyle=line,
                linewidth=width,
                color=(FREE, INK, NO, INK2)[at % 4],
                label=name,
            )
        ax.set_ylim(-1.4, MAX_ORDER - 0.5)
        ax.set_yticks(range(MAX_ORDER))
        ax.set_xlim(0, max(map(len, runs.values())) - 1)
        lines_across(ax)
        ax.legend(loc="lower right", frameon=False, fontsize=SMALL, title=text("comes_back"), title_fontsize=SMALL)
        dress(ax, text, text("largest_order_title"), text("pages_back"), text("largest_order"))
    return ax


def first_difference(report: Report, *, ax: Axes | None = None, lang: str = "en") -> Axes:
    """Where a student's function first differs from the recorded kernel: two rows, the kernel's and the student's.

    Blocks that become free stand at their addresses, pfns that are taken in their order, and yes or no as a word.
    Without a difference the picture says so. Raises ValueError for an unknown language.
    """
    text = look(lang)
    with text.context():
        ax = axes(ax)
        ax.set_axis_off()
        title = text("as_kernel") if report.right else text("first_difference") if report.first else text("not_written")
        ax.set_title(f"{report.name}: {title}", loc="left", fontsize=SMALL + 2, color=INK, fontfamily=list(text.sans))
        ax.set_ylim(-0.6, 2)
        if report.first is not None:
            rows = ((1.1, text("kernel"), report.first.wanted), (0.1, text("yours"), report.got))
            _rows(ax, report.name, report.first.given, rows, text)
    return ax


def _rows(ax: Axes, name: str, given: Mapping[str, Any], rows: Sequence[tuple[float, str, Any]], text: Look) -> None:
    """Both answers in the exercise's own form."""
    wanted = rows[0][2]
    for y, who, answer in rows:
        ax.annotate(who, (0, y + 0.3), (-8, 0), textcoords="offset points", ha="right", va="center", fontsize=SMALL)
        if isinstance(answer, str):
            ax.text(0, y + 0.3, answer, va="center", fontsize=SMALL)
        elif name == "01.expand":
            size, start = 1 << given["high"], given["pfn"]
            _box(ax, 0, 1, y, "", plain=True)
            for order, pfn in answer:
                _box(ax, (pfn - start) / size, (1 << order) / size, y, f"{order}", odd=[order, pfn] not in wanted)
        elif isinstance(answer, list):
            for at, pfn in enumerate(answer):
                _box(ax, at / 8, 1 / 8, y, f"{pfn}", odd=at >= len(wanted) or wanted[at] != pfn)
        else:
            _box(ax, 0, 0.3, y, text("yes") if answer else text("no"), odd=answer != wanted)
    ax.set_xlim(-0.16, max([1.02, *(len(r[2]) / 8 for r in rows if isinstance(r[2], list))]))
    said = spoken({key: value for key, value in given.items() if key != "free_lists"})
    ax.text(
        0,
        -0.35,
        said + (f"\n{text('block_order')}" if name == "01.expand" else ""),
        fontsize=SMALL,
        color=INK2,
        va="top",
        wrap=True,
    )


def _box(ax: Axes, x: float, width: float, y: float, word: str, *, odd: bool = False, plain: bool = False) -> None:
    """One block or answer; what the kernel does not have is hatched and crossed, so that it reads in grey."""
    ax.add_patch(
        Rectangle(
            (x, y),
            width,
            0.6,
            facecolor="none" if plain else "white" if odd else FREE3,
            edgecolor=LINE if plain else NO if odd else FREE,
            hatch=HATCH if odd else None,
            linewidth=HAIR if plain else 1.2,
        )
    )
    mark = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
    ax.text(
        x + width / 2,
        y + 0.3,
        f"✗ {word}" if odd else word,
        ha="center",
        va="center",
        fontsize=SMALL,
        bbox=mark if odd else None,
    )
