"""One page for a whole lecture: a grid of settings recorded beforehand, so that the knobs answer without Python."""

import os
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from itertools import product
from operator import or_
from pathlib import Path
from typing import Any

from buddylab.core import gfp
from buddylab.explorer import filling
from buddylab.explorer.knobs import PRESETS, Knobs, checked, flags, start
from buddylab.export.page import compose
from buddylab.export.shelf import Shelf
from buddylab.export.takes import Take, knobs_take
from buddylab.machines import hardware
from buddylab.said import Lang, Said, SaidError
from buddylab.target import check, save

ORDERS = tuple(range(11))
NOBODY: dict[str, bool] = dict.fromkeys(flags(), False)
WHO = (NOBODY, *(NOBODY | {flag: True} for flag in flags()))
"""Who asks: an ordinary task, or one of the four flags."""
OPENS = {"gfp_mask": gfp.GFP_ATOMIC, "order": 3} | NOBODY
"""The setting that the page opens with, as far as it was recorded; the memory as the machine stands."""


def lecture_page(
    path: str | os.PathLike[str],
    *,
    machine: str = "report",
    mix: str = "desktop",
    presets: Sequence[str] = PRESETS,
    orders: Sequence[int] = ORDERS,
    levels: Sequence[int] | None = None,
    title: str | None = None,
    lang: Lang = "en",
    theme: str = "auto",
    overwrite: bool = False,
    progress: Callable[[float], object] | None = None,
) -> Path:
    """Record presets x orders x levels of free memory x who asks, and write them as one page; returns its path.

    levels: memory pressures, 0 (all free) to 1000; without them those of `default_levels`. progress: told the share
    done, 0.0 to 1.0, such as `buddylab.widgets.ProgressBar()`.
    Raises ValueError for a setting that cannot be, ExportError for a target that exists (unless overwrite) or cannot
    be written.
    """
    check(path, overwrite)
    fixed = checked({**start(), "machine": machine, "mix": mix})
    levels = sorted({*(default_levels(fixed["machine"]) if levels is None else levels)})
    grid = Grid(fixed, [gfp.gfp_parse(name) for name in presets], list(orders), levels)
    grid.record(progress or (lambda share: None))
    return save(
        path,
        compose(grid.shelf, grid.page(presets), grid.first, title=title or "__alloc_pages()", lang=lang, theme=theme),
        overwrite,
    )


def default_levels(machine: str) -> list[int]:
    """No page free, halfway to pages_min, each of the three marks, as the machine stands, and all but empty."""
    zone = filling.main_zone(hardware.of(machine).machine())
    marks = [
        filling.position_of(zone, pages)
        for pages in (zone.pages_min // 2, zone.pages_min, zone.pages_low, zone.pages_high)
    ]
    return [filling.TRACK, *marks, filling.default_pressure(machine), 100]


class Grid:
    """Recorded settings: every mask with every order, level and kind of caller, on one machine."""

    def __init__(self, fixed: Knobs, masks: list[int], orders: list[int], levels: list[int]) -> None:
        """fixed: checked knobs, of which the lists turn some. Raises ValueError if a list is empty."""
        if not (masks and orders and levels):
            raise SaidError(
                "a page needs at least one preset, one order and one level of free memory",
                "页面至少需要一个预设、一个阶和一种空闲内存量。",
            )
        self.fixed, self.masks, self.orders, self.levels = fixed, masks, orders, levels
        self.axes: list[Sequence[Knobs]] = [
            [{"pressure": level} for level in levels],  # slowest, since a machine is filled anew for each
            [{"gfp_mask": mask} for mask in masks],
            [{"order": order} for order in orders],
            WHO,
        ]
        self.shelf, self.places = Shelf(), list[list[int]]()
        self.first: Take

    def settings(self) -> Iterator[Knobs]:
        """All settings, the last axis quickest."""
        for turned in product(*self.axes):
            yield checked(reduce(or_, turned, self.fixed))

    def record(self, progress: Callable[[float], object]) -> None:
        """Record them all; equal runs and equal parts of runs are kept once."""
        settings = list(self.settings())
        opens = self._opens()
        for done, knobs in enumerate(settings, 1):
            take = knobs_take(knobs)
            take.deck["pressure"]["recorded"] = self.levels
            if done == 1 or all(knobs[name] == value for name, value in opens.items()):
                self.first, self.start = take, done - 1
            self.places.append([self.shelf.put_run(take.document), self.shelf.put_parts(take.deck)])
            if done % 20 == 0 or done == len(settings):
                progress(done / len(settings))

    def _opens(self) -> dict[str, Any]:
        standing = filling.default_pressure(self.fixed["machine"])
        level = min(self.levels, key=lambda level: abs(level - standing))
        return {**OPENS, "pressure": level}

    def fixed_knobs(self) -> Knobs:
        """The knobs that no axis turns, as they stand."""
        turned = {name for axis in self.axes for name in axis[0]}
        return {name: value for name, value in self.fixed.items() if name not in turned}

    def page(self, presets: Sequence[str]) -> dict[str, Any]:
        """What openPage of screen/page.js takes: the grid, and what to say of it and beyond it."""
        count, runs = len(self.places), len({run for run, _ in self.places})
        orders = ", ".join(map(str, self.orders))
        run, deck = self.places[self.start]
        return {
            "runs": [{"title": self.first.title, "document": run, "deck": deck}],
            "grid": {
                "axes": self.axes,
                "near": "pressure",
                "fixed": self.fixed_knobs(),
                "names": dict(zip(presets, self.masks, strict=True)),
                "places": self.places,
                "note": Said(
                    f"No Python runs behind this page: the knobs choose among {count:,} recorded settings "
                    f"({runs:,} different runs). Free memory goes to the nearest dot.",
                    f"页面背后没有运行 Python：旋钮在已记录的 {count:,} 种设置（{runs:,} 个不同的运行）"
                    "中选择；空闲内存取最近的圆点。",
                ),
                "missing": Said(
                    "That setting was not recorded, and without Python this page cannot compute it. It has "
                    f"{', '.join(presets)}; orders {orders}; {len(self.levels)} levels of free memory; an ordinary "
                    f"task or one flag of {', '.join(flags())}.",
                    f"未记录这种设置，没有 Python 本页无法计算。本页有：{'、'.join(presets)}；阶 {orders}；"
                    f"{len(self.levels)} 种空闲内存量；普通任务，或 {'、'.join(flags())} 之一。",
                ),
            },
        }
