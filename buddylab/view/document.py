"""A recorded run as the one JSON document that every picture is drawn from; FORMAT.md describes it."""

import json
from collections.abc import Callable
from itertools import groupby, zip_longest
from typing import Any

from buddylab.commentary import load
from buddylab.core.gfp import gfp_str
from buddylab.core.record import Run
from buddylab.core.zone import HZ, MAX_ORDER, Zone
from buddylab.view.chart import flow_chart
from buddylab.view.frames import frames
from buddylab.view.sentences import say, sentences

FORMAT = "buddylab-trace-1"
WHOLE, FIRST, LAST = 64, 32, 8
"""A list longer than WHOLE entries travels as its FIRST and LAST pfns and a count."""
STRIP = 64
"""Pages on the address strip."""
LETTERS = {"kernel": "K", "slab": "K", "anon": "A", "clean": "C", "dirty": "C", "free": "?"}


def text() -> dict[str, Any]:
    """What stays the same for every run: the annotated source, its commentary, the flow chart, the sentences."""
    chart = [[stage, following] for stage, ways in flow_chart().items() for following in ways if stage != "got_pg"]
    return {**load().text(), "chart": chart, "say": sentences()}


def view(
    trace: Run, *, name: dict[str, str] | None = None, kind_of: Callable[[int], str] | None = None
) -> dict[str, Any]:
    """The whole run as JSON-able data: machine, request, the lists at the start, and frames with their changes.

    name: the machine's name by language. kind_of: what a used page was used for before the run (a model's word:
    kernel, slab, anon, clean, dirty); without it used pages show as unknown.
    """
    machine = trace.machine
    return {
        "format": FORMAT,
        "kernel": "2.6.21",
        "machine": {
            "name": name or {"en": "this machine", "zh": "本机"},
            "numa": machine.numa,
            "HZ": HZ,
            "zone_types": list(machine.zone_types),
            "zones": [_zone(zone) for zone in trace.before],
        },
        "request": {
            "gfp_mask": trace.gfp_mask,
            "names": gfp_str(trace.gfp_mask),
            "order": trace.order,
            "node": trace.node,
            "zonelist": list(trace.zonelist),
            "classzone_idx": trace.classzone_idx,
            "context": _context(trace),
        },
        "initial": {"jiffies": trace.jiffies, "zones": [_lists(zone) for zone in trace.before]},
        "strip": _strips(trace, kind_of),
        "frames": frames(trace),
        "result": trace.page,
        "end": trace.end,
    }


def to_json(document: dict[str, Any]) -> str:
    """The document as compact JSON text."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def transcript(document: dict[str, Any], lang: str = "en") -> list[str]:
    """The run as text, a line a frame: stage and sentence.

    lang: "en" or "zh". Raises ValueError for another.
    """
    if lang not in ("en", "zh"):
        raise ValueError(f"the transcript comes in 'en' or 'zh', not {lang!r}")
    return [f"{frame['stage']}: {say(frame['say'], frame.get('args', {}), lang)}" for frame in document["frames"]]


def _context(trace: Run) -> dict[str, int]:
    flags = ("in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE")
    return {flag: 1 for flag in flags if getattr(trace.task, flag)}


def _zone(zone: Zone) -> dict[str, Any]:
    facts = (
        "label",
        "start_pfn",
        "spanned_pages",
        "present_pages",
        "pages_min",
        "pages_low",
        "pages_high",
        "lowmem_reserve",
    )
    pcps = {
        f"pcp_{side}": {"batch": pcp.batch, "high": pcp.high} for side, pcp in (("hot", zone.hot), ("cold", zone.cold))
    }
    return {fact: getattr(zone, fact) for fact in facts} | pcps


def _lists(zone: Zone) -> dict[str, Any]:
    return {
        "free": zone.nr_free_pages,
        "lists": [_travels(zone, order) for order in range(MAX_ORDER)],
        "hot": list(zone.hot.pages),
        "cold": list(zone.cold.pages),
    }


def _travels(zone: Zone, order: int) -> Any:
    """A free list as it travels: whole, or its two ends and a count."""
    count = zone.nr_free(order)
    if count <= WHOLE:
        return zone.free_list(order)
    return {"count": count, "head": zone.free_list(order, FIRST), "tail": zone.free_list(order)[-LAST:]}


def _strips(trace: Run, kind_of: Callable[[int], str] | None) -> list[dict[str, Any]]:
    """For every zone of the zonelist 64 pages: around the block handed out, else the largest that was too small."""
    by_label = {zone.label: zone for zone in trace.before}
    return [_strip(by_label[label], trace, kind_of) for label in trace.zonelist]


def _strip(zone: Zone, trace: Run, kind_of: Callable[[int], str] | None) -> dict[str, Any]:
    page = trace.page
    focus = page if page is not None and zone.start_pfn <= page < zone.end_pfn else _too_small(zone, trace.order)
    start = max(min(focus // STRIP * STRIP, zone.end_pfn - STRIP), zone.start_pfn)
    end = min(start + STRIP, zone.end_pfn)
    free = [
        [head, order]
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


def side_by_side(*traces: Run) -> str:
    """Several runs as columns of text: mask and order, the stages with how often in a row, and what came of it."""
    columns = []
    for trace in traces:
        stages = [event[1] for event in trace.events if event[0] == "stage"]
        rows = [
            name if times == 1 else f"{name} x{times}"
            for name, times in ((name, len(list(same))) for name, same in groupby(stages))
        ]
        ends = {"page": f"= pfn {trace.page}", "no_page": "= no page", "livelock": "= no end"}
        columns.append([gfp_str(trace.gfp_mask), f"order {trace.order}", "", *rows, ends[trace.end]])
    width = max(len(row) for column in columns for row in column) + 3
    return "\n".join(
        "".join(cell.ljust(width) for cell in line).rstrip() for line in zip_longest(*columns, fillvalue="")
    )
