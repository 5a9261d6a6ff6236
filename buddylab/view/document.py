"""A recorded run as the one JSON document that every picture is drawn from; FORMAT.md describes it."""

import json
from collections.abc import Callable
from importlib import resources
from itertools import groupby, zip_longest
from typing import Any

from buddylab.commentary import load
from buddylab.core.gfp import gfp_str
from buddylab.core.record import Run
from buddylab.core.zone import HZ, MAX_ORDER, Zone
from buddylab.said import Said
from buddylab.view.buddies import missing_buddies
from buddylab.view.chart import flow_chart
from buddylab.view.frames import frames
from buddylab.view.lists import zone_facts, zone_lists
from buddylab.view.sentences import language, sentence, sentences

FORMAT, KERNEL = "buddylab-run-2", "2.6.21"
STRIP = 64
"""Pages on the address strip."""
LETTERS = {"kernel": "K", "slab": "K", "anon": "A", "clean": "C", "dirty": "C", "free": "?"}


def text() -> dict[str, Any]:
    """What stays the same for every run: the annotated source, its commentary, the flow chart, the sentences."""
    chart = [[stage, following] for stage, ways in flow_chart().items() for following in ways if stage != "got_pg"]
    return {**load().text(), "chart": chart, "say": sentences()}


def view(run: Run, *, name: Said | None = None, kind_of: Callable[[int], str] | None = None) -> dict[str, Any]:
    """The whole run as JSON-able data: machine, request, the lists at the start, and frames with their changes.

    name: the machine's. kind_of: what a used page was used for before the run (a model's word:
    kernel, slab, anon, clean, dirty); without it used pages show as unknown.
    """
    machine, strips = run.machine, _strips(run, kind_of)
    return {
        "format": FORMAT,
        "kernel": KERNEL,
        "machine": {
            "name": name or Said("this machine", "本机"),
            "numa": machine.numa,
            "HZ": HZ,
            "zone_types": list(machine.zone_types),
            "zones": [zone_facts(zone) for zone in run.before],
        },
        "request": {
            "gfp_mask": run.gfp_mask,
            "names": gfp_str(run.gfp_mask),
            "order": run.order,
            "node": run.node,
            "zonelist": list(run.zonelist),
            "classzone_idx": run.classzone_idx,
            "context": _context(run),
            "marks": [_marks(zone, run.classzone_idx) for zone in run.before],
        },
        "initial": {"jiffies": run.jiffies, "zones": [zone_lists(zone) for zone in run.before]},
        "strip": strips,
        "frames": list(missing_buddies(strips, frames(run))),
        "result": run.page,
        "end": run.end,
    }


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) that every document keeps to. A new dict each time."""
    parsed: dict[str, Any] = json.loads(
        resources.files(__package__).joinpath("schema.json").read_text(encoding="utf-8")
    )
    return parsed


def to_json(document: dict[str, Any]) -> str:
    """The document as compact JSON text."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def transcript(document: dict[str, Any], lang: str = "en") -> list[str]:
    """The run as text, a line a frame: stage and sentence.

    lang: "en" or "zh". Raises ValueError for another.
    """
    told = language(lang)
    return [f"{frame['stage']}: {sentence(frame).in_lang(told)}" for frame in document["frames"]]


def _marks(zone: Zone, classzone_idx: int) -> dict[str, int]:
    """Free pages at which each mark of a zone lies for a request of this class: the reserve is kept from it."""
    reserve = zone.lowmem_reserve[classzone_idx]
    return {mark: getattr(zone, f"pages_{mark}") + reserve for mark in ("min", "low", "high")}


def _context(run: Run) -> dict[str, int]:
    flags = ("in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE")
    return {flag: 1 for flag in flags if getattr(run.task, flag)}


def _strips(run: Run, kind_of: Callable[[int], str] | None) -> list[dict[str, Any]]:
    """For every zone of the zonelist 64 pages: around the block handed out, else the largest that was too small."""
    by_label = {zone.label: zone for zone in run.before}
    return [_strip(by_label[label], run, kind_of) for label in run.zonelist]


def _strip(zone: Zone, run: Run, kind_of: Callable[[int], str] | None) -> dict[str, Any]:
    page = run.page
    focus = page if page is not None and zone.start_pfn <= page < zone.end_pfn else _too_small(zone, run.order)
    start = max(min(focus // STRIP * STRIP, zone.end_pfn - STRIP), zone.start_pfn)
    end = min(start + STRIP, zone.end_pfn)
    free = [
        [head, str(order)]
        for order in range(MAX_ORDER)
        for head in range(start >> order << order, end, 1 << order)
        if zone.is_free(head, order)
    ]
    used = ["?" if kind_of is None else LETTERS[kind_of(pfn)] for pfn in range(start, end)]
    for mark, pages in (("P", [*zone.hot.pages, *zone.cold.pages]), ("H", _hole_pages(zone, start, end))):
        for pfn in pages:
            if start <= pfn < end:
                used[pfn - start] = mark
    return {"zone": zone.place, "start": start, "pages": end - start, "free": sorted(free), "used": "".join(used)}


def _too_small(zone: Zone, order: int) -> int:
    for small in range(min(order, MAX_ORDER) - 1, -1, -1):
        if zone.nr_free(small):
            return zone.free_list(small, 1)[0]
    return zone.start_pfn


def _hole_pages(zone: Zone, start: int, end: int) -> list[int]:
    return [page for page in range(start, end) if any(first <= page < first + pages for first, pages in zone.holes)]


def side_by_side(*runs: Run) -> str:
    """Several runs as columns of text: mask and order, the stages with how often in a row, and what came of it."""
    columns = []
    for run in runs:
        stages = [event[1] for event in run.events if event[0] == "stage"]
        rows = [
            name if times == 1 else f"{name} x{times}"
            for name, times in ((name, len(list(same))) for name, same in groupby(stages))
        ]
        ends = {"page": f"= pfn {run.page}", "no_page": "= no page", "livelock": "= no end"}
        columns.append([gfp_str(run.gfp_mask), f"order {run.order}", "", *rows, ends[run.end]])
    width = max(len(row) for column in columns for row in column) + 3
    return "\n".join(
        "".join(cell.ljust(width) for cell in line).rstrip() for line in zip_longest(*columns, fillvalue="")
    )
