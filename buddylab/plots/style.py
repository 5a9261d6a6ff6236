"""How the plots look: the explorer's colours, hairlines, fonts that are there, and labels that do not collide.

Nothing is told by colour alone, and no global setting of matplotlib is touched: each plot draws inside `Look.context`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import fontManager
from matplotlib.ticker import StrMethodFormatter
from matplotlib.transforms import ScaledTranslation, Transform

from buddylab.plots.words import Say, say_in

PAPER, INK, INK2, INK3, LINE, LINE2 = "#ffffff", "#14181d", "#47505b", "#626c78", "#cfd5dd", "#e8ebef"
FREE, FREE2, FREE3 = "#2468a8", "#9cc1e4", "#dceaf6"
NO, NO_BG = "#b23503", "#fcefe8"
USE3 = "#c3c9d1"
HAIR = 0.6
HATCH = "///"
TITLE, SMALL, TINY = 11.0, 8.5, 7.5
SLIDE = (10.0, 4.5)
"""Inches: half a lecture slide."""

SANS = ("Inter", "Segoe UI", "Helvetica Neue", "Noto Sans")
MONO = ("SF Mono", "Menlo", "Consolas")
CJK = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Noto Sans CJK JP",
    "Noto Serif CJK SC",
)
"""Families with Chinese characters, the best first."""


def installed(names: Sequence[str]) -> list[str]:
    """Those families that matplotlib has found on this computer, in the order asked for."""
    there = {font.name for font in fontManager.ttflist}
    return [name for name in names if name in there]


@dataclass(frozen=True)
class Look(Say):
    """A language with the fonts for it. sans, mono: families to try, in order."""

    sans: tuple[str, ...]
    mono: tuple[str, ...]

    @contextmanager
    def context(self) -> Iterator[None]:
        """matplotlib's settings while a plot is drawn; they are put back after it.

        A notebook's backend, loaded with the first figure, turns interactive drawing on: that stays, or no later figure
        would be shown.
        """
        with mpl.rc_context(
            {
                "font.family": list(self.sans),
                "font.size": SMALL,
                "text.color": INK,
                "hatch.linewidth": 0.5,
                "axes.unicode_minus": False,
                "figure.facecolor": PAPER,
                "figure.dpi": 100,
            }
        ):
            yield
            interactive = mpl.is_interactive()
        mpl.interactive(interactive)


def look(lang: str) -> Look:
    """Words and fonts for "en" or "zh". Without a font for Chinese, zh falls back to English.

    Raises ValueError for another language.
    """
    cjk = installed(CJK)[:1] if say_in(lang).chinese else []
    return Look(
        bool(cjk), (*cjk, *installed(SANS)[:1], "DejaVu Sans"), (*installed(MONO)[:1], "DejaVu Sans Mono", *cjk)
    )


def axes(ax: Axes | None) -> Axes:
    """The axes given, or those of a new figure of a slide's size."""
    return plt.subplots(figsize=SLIDE, layout="constrained")[1] if ax is None else ax


def dress(ax: Axes, text: Look, title: str, xlabel: str, ylabel: str, *, model: bool = False, pad: float = 22) -> Axes:
    """Title, axis labels with units, hairlines. model: say that it is a model. pad: points under the title."""
    family = list(text.sans)
    ax.set_title(title, loc="left", fontsize=TITLE, color=INK, fontfamily=family, pad=pad)
    ax.set_xlabel(xlabel, fontsize=SMALL, color=INK2, fontfamily=family)
    ax.set_ylabel(ylabel, fontsize=SMALL, color=INK2, fontfamily=family)
    ax.tick_params(labelsize=SMALL, labelcolor=INK2, color=LINE, width=HAIR, length=3, labelfontfamily=text.sans[0])
    ax.spines[["top", "right", "left"]].set_visible(False)
    ax.spines.bottom.set(color=LINE, linewidth=HAIR)
    ax.set_axisbelow(True)
    if model:
        dots: dict[str, Any] = {"boxstyle": "square,pad=0.3", "fc": "none", "ec": INK3, "lw": HAIR, "ls": ":"}
        tag = ax.annotate(
            text("model"),
            (1, 0.5),
            (12, 0),
            xycoords=ax.xaxis.label,
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=TINY,
            color=INK3,
            bbox=dots,
            annotation_clip=False,
        )
        tag.set_in_layout(False)  # while axes move, the label that it hangs on is still where it was
    return ax


def numbers(ax: Axes, axis: str) -> None:
    """Thousands commas along "x" or "y"."""
    (ax.xaxis if axis == "x" else ax.yaxis).set_major_formatter(StrMethodFormatter("{x:,.0f}"))


def lines_across(ax: Axes, axis: str = "y") -> None:
    """Hairlines that lead the eye from the numbers."""
    ax.grid(True, axis=axis, color=LINE2, linewidth=HAIR)  # type: ignore[arg-type]
    ax.tick_params(axis=axis, length=0)  # type: ignore[arg-type]


def shifted(ax: Axes, transform: Transform, right: float, up: float) -> Transform:
    """This transform, moved by so many points."""
    return transform + ScaledTranslation(right / 72, up / 72, ax.figure.dpi_scale_trans)


def spread(places: Sequence[float], gap: float) -> list[float]:
    """The same places, ascending, pushed apart to at least `gap` with their middle kept.

    >>> spread([10.0, 11.0, 50.0], 6.0)
    [7.5, 13.5, 50.0]
    """
    groups: list[list[float]] = []  # [sum of the places, how many, first place after the push]
    for place in places:
        groups.append([place, 1, place])
        while len(groups) > 1 and groups[-2][2] + gap * groups[-2][1] > groups[-1][2]:
            total, count, _ = groups.pop()
            groups[-1] = _joined(groups[-1], total, count, gap)
    return [first + gap * n for _, count, first in groups for n in range(int(count))]


def _joined(group: list[float], total: float, count: float, gap: float) -> list[float]:
    """Two groups of labels that touch, as one around its middle."""
    total, count = group[0] + total, group[1] + count
    return [total, count, total / count - gap * (count - 1) / 2]


def label_right(
    ax: Axes,
    labels: Sequence[tuple[float, str]],
    text: Look,
    *,
    mono: bool = False,
    size: float = TINY,
    colors: Mapping[str, str] | None = None,
) -> None:
    """Labels at the right edge, each at its height (data) with a hairline to it, pushed apart where they would collide.

    size: of the letters, in points. colors: by label; ink where none is given.
    Comes last: the axes must have their limits, and where the figure has a layout they are laid out here.
    """
    labels, figure = sorted(labels), ax.get_figure(root=True)
    if figure is not None and figure.get_layout_engine() is not None:
        figure.draw_without_rendering()
    points = [float(ax.transData.transform((0, y))[1]) * 72 / ax.figure.dpi for y, _ in labels]
    for (y, words), at, moved in zip(labels, points, spread(points, size + 2), strict=True):
        ax.annotate(
            words,
            (1, y),
            (12, moved - at),
            xycoords=ax.get_yaxis_transform(),
            textcoords="offset points",
            ha="left",
            va="center",
            fontsize=size,
            color=(colors or {}).get(words, INK),
            annotation_clip=False,
            fontfamily=list(text.mono if mono else text.sans),
            arrowprops={"arrowstyle": "-", "color": INK3, "lw": HAIR, "shrinkA": 1, "shrinkB": 1, "relpos": (0, 0.5)},
        )


SHARE = 0.72
"""How much of a torn axis belongs to the part below the tear."""


def tear(ax: Axes, cut: float, top: float) -> None:
    """A y axis that is linear up to `cut`, torn there, and linear again at a smaller scale up to `top`.

    Both slopes are honest; a wave in the picture says where they change.
    """

    def forward(y: Any) -> Any:
        return np.where(y <= cut, y / cut * SHARE, SHARE + (y - cut) / (top - cut) * (1 - SHARE))

    def inverse(v: Any) -> Any:
        return np.where(v <= SHARE, v / SHARE * cut, cut + (v - SHARE) / (1 - SHARE) * (top - cut))

    ax.set_yscale("function", functions=(forward, inverse))
    ax.set_ylim(0, top)
    ax.set_yticks(
        [t for t in round_steps(cut) if t < 0.95 * cut]
        + [t for t in round_steps(top, 2) if t > cut + 0.2 * (top - cut)]
    )
    ax.set_yticks([], minor=True)
    x = np.linspace(0, 1, 400)
    height = SHARE + 0.006 * np.sin(x * 2 * np.pi * 40)
    ax.plot(x, height, transform=ax.transAxes, color=PAPER, linewidth=5, zorder=4, label="_tear")
    for up in (-2, 2):
        ax.plot(
            x, height, transform=shifted(ax, ax.transAxes, 0, up), color=USE3, linewidth=HAIR, zorder=4, label="_tear"
        )


def round_steps(top: float, most: int = 4) -> list[float]:
    """0 and round numbers up to `top`, at most so many steps, whole numbers.

    >>> round_steps(864)
    [0.0, 250.0, 500.0, 750.0]
    """
    size = 10.0 ** max(len(str(int(top))) - 2, 0)
    steps = (size * m for m in (1, 2, 2.5, 5, 10, 20, 25, 50, 100))
    step = max(1.0, next(s for s in steps if top / s <= most))
    return [step * n for n in range(int(top / step) + 1)]
