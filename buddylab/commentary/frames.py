"""What each frame of a recorded run says: its sentence, the numbers it looked at, the lines of source it stands on.

One frame is one dict; `frames` gives them all. FORMAT.md describes the keys. Sentences are named, not written here:
`sentences.json` holds them in both languages, with {placeholders} that a frame's `args` fill.
"""

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

from buddylab.core import gfp
from buddylab.core.environment import warning
from buddylab.core.events import Event, as_dict
from buddylab.core.record import COUNT, REMOVE, Change, Trace, apply
from buddylab.core.zone import ALLOC_CPUSET, ALLOC_HARDER, ALLOC_HIGH, ALLOC_WMARK_LOW, ALLOC_WMARK_MIN, HZ, Zone

Frame = dict[str, Any]
Lines = tuple[int, int]

LINES: dict[str, Lines] = {
    "might_sleep": (16, 16), "fault_injection": (21, 23), "restart": (30, 31), "thisnode": (55, 56),
    "wake_kswapd": (59, 60), "alloc_flags": (71, 77), "min_attempt": (87, 89), "rebalance": (91, 93),
    "nofail_alloc": (99, 102), "direct_reclaim": (115, 121), "retry_after_reclaim": (127, 130),
    "high_attempt": (139, 142), "out_of_memory": (144, 145), "should_retry": (154, 161), "nopage": (166, 172),
    "got_pg": (173, 174),
}  # fmt: skip
"""The lines that a stage's frames stand on, where a frame has none of its own."""
ENTRIES = {
    "might_sleep": "might_sleep", "fault_injection": "fault_injection", "restart": "low_attempt",
    "thisnode": "thisnode", "wake_kswapd": "wake_kswapd", "min_attempt": "min_attempt",
    "nofail_alloc": "no_watermarks", "direct_reclaim": "cond_resched", "retry_after_reclaim": "progress",
    "high_attempt": "oom_check", "out_of_memory": "oom_kill",
}  # fmt: skip
"""The annotation that a stage's frames show."""
TRIES = {"restart": "try_low", "min_attempt": "try_min", "nofail_alloc": "try_none",
         "retry_after_reclaim": "try_again", "high_attempt": "try_high"}  # fmt: skip


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Every sentence: key -> {"en": template, "zh": template}."""
    text = resources.files("buddylab.commentary").joinpath("sentences.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def say(key: str, args: dict[str, Any], lang: str = "en") -> str:
    """A sentence with its numbers put in, thousands marked by commas.

    >>> say("take", {"zone": "Normal", "order": 3})
    'Normal hands out the head of its order-3 list.'
    """
    words = {name: say(value[1:], {}, lang) if str(value).startswith("@") else value for name, value in args.items()}
    numbers = {name: f"{value:,}" for name, value in args.items() if isinstance(value, int)}
    return sentences()[key][lang].format_map(words | numbers)


def chain(mark: int, alloc_flags: int) -> list[tuple[str, int]]:
    """How the mark is lowered, step by step: (flag, mark after it)."""
    steps = []
    for name, bit, part in (("HIGH", ALLOC_HIGH, 2), ("HARDER", ALLOC_HARDER, 4)):
        if alloc_flags & bit:
            mark -= mark // part
            steps.append((name, mark))
    return steps


def watermark_rows(zone: Zone, order: int, mark: int, classzone_idx: int, alloc_flags: int) -> list[Frame]:
    """zone_watermark_ok written out: one row a comparison, down to the first that refuses.

    Row 0 compares all free pages with mark and reserve, row o > 0 those in blocks of order o and more with the mark
    halved o times. `f` counts free - 2^order + 1 pages, `above` free pages, `nr` the blocks just left out. The
    first comparison is unsigned in C: a negative `f` passes it (`slip`) and row 1 refuses.
    """
    floor = ([mark] + [m for _, m in chain(mark, alloc_flags)])[-1]
    above = zone.nr_free_pages
    f, m = above - (1 << order) + 1, floor + zone.lowmem_reserve[classzone_idx]
    rows: list[Frame] = [{"o": 0, "f": f, "m": m, "above": above, "nr": None, "ok": f > m or f < 0}]
    if f < 0:
        rows[0]["slip"] = True
    for o in range(1, order + 1):
        if not rows[-1]["ok"]:
            break
        nr = zone.nr_free(o - 1)
        above, floor = above - (nr << o - 1), floor >> 1
        f = above - (1 << order) + 1
        rows.append({"o": o, "f": f, "m": floor, "above": above, "nr": nr, "ok": f > floor})
    return rows


def frames(trace: Trace) -> list[Frame]:
    """The run as frames, the last one the verdict."""
    narrator = _Narrator(trace)
    for place, (event, changed) in enumerate(zip(trace.events, trace.changes(), strict=True)):
        for change in changed:
            apply(narrator.zones, change)
        narrator.see(place, event, changed)
    narrator.end()
    return narrator.frames


class _Narrator:
    """Turns events into frames: an event opens a frame, or joins the one that is open."""

    def __init__(self, trace: Trace) -> None:
        self.trace, self.events = trace, trace.events
        self.zones = tuple(zone.copy() for zone in trace.before)
        self.index = {zone.label: place for place, zone in enumerate(self.zones)}
        self.frames: list[Frame] = []
        self.stage, self.visits, self.depth = "", dict.fromkeys(LINES, 0), 0
        self.alloc_flags, self.own, self.bulk = 0, "", False
        self.task = {"PF_MEMALLOC": int(trace.task.PF_MEMALLOC), "TIF_MEMDIE": int(trace.task.TIF_MEMDIE)}
        self.tests: list[int] = []

    def see(self, place: int, event: Event, changed: Sequence[Change]) -> None:
        """Take in one event and what it changed."""
        self.place = place
        handler = getattr(self, "on_" + event[0].strip("_"), None)
        if handler is not None:
            handler(event, **as_dict(event))
        if changed:
            self.frames[-1].setdefault("changes", []).extend(changed)

    def open(self, key: str, args: Frame | None = None, **more: Any) -> Frame:
        """A new frame that says `key`."""
        frame: Frame = {"stage": self.stage, "say": key, "lines": LINES[self.stage]}
        if self.stage in ENTRIES:
            frame["entry"] = ENTRIES[self.stage]
        if self.visits[self.stage] > 1:
            frame["round"] = self.visits[self.stage]
        if self.depth:
            frame["depth"] = self.depth
        frame |= {"args": args} if args else {}
        frame |= {name: value for name, value in more.items() if value not in (None, "", [], {})}
        self.frames.append(frame)
        return frame

    def next_event(self) -> Event | None:
        """The event behind the one being seen."""
        return self.events[self.place + 1] if self.place + 1 < len(self.events) else None

    # the stages

    def on_stage(self, event: Event, name: str, alloc_flags: int, memalloc: int, memdie: int, **_: int) -> None:
        """A stage is entered; it gets a frame of its own where its first event has none."""
        self.stage, self.visits[name], self.alloc_flags = name, self.visits[name] + 1, alloc_flags
        task, opened = {"PF_MEMALLOC": memalloc, "TIF_MEMDIE": memdie}, len(self.frames)
        enter = getattr(self, "enter_" + name, None)
        if enter is not None:
            enter(["stage", name])
        if task != self.task and len(self.frames) > opened:
            self.task = task
            self.frames[-1]["task"] = task

    def enter_might_sleep(self, event: Event) -> None:
        wait = bool(self.trace.gfp_mask & gfp.WAIT)
        self.open("might_sleep_wait" if wait else "might_sleep_no", event=self.next_event(),
                  conds=[["__GFP_WAIT", int(wait), "c_may_sleep" if wait else "c_no_sleep"]])  # fmt: skip

    def enter_fault_injection(self, event: Event) -> None:
        following = self.next_event()
        if following is None or following[0] != "should_fail":
            self.open("fault_spared", event=event, conds=[["should_fail()", "–", "c_spared"]])
            return
        refused, percent = following[2], self.trace.machine.fault_attr.probability
        self.open("fault_refuse" if refused else "fault_pass", event=following, mood="no" if refused else "",
                  conds=[["should_fail()", refused, "c_give_up" if refused else "c_go_on"],
                         ["probability", percent, "c_percent" if percent else "c_off"]])  # fmt: skip

    def enter_restart(self, event: Event) -> None:
        if not self.trace.zonelist:
            self.open("empty_zonelist", event=event, mood="no", lines=(26, 29))

    def enter_thisnode(self, event: Event) -> None:
        bits = bin(self.trace.gfp_mask & gfp.GFP_THISNODE).count("1")
        numa, gives_up = self.trace.machine.numa, self.trace.machine.numa and bits == 3
        key = "thisnode_yes" if gives_up else "thisnode_no" if numa else "thisnode_no_numa"
        outcome = "c_give_up" if gives_up else "c_go_on"
        self.open(key, event=event, mood="no" if gives_up else "",
                  conds=_first("GFP_THISNODE" if numa else "NUMA_BUILD", [
                      ["NUMA_BUILD", int(numa), outcome], ["GFP_THISNODE", f"{bits} / 3", outcome]]))  # fmt: skip

    def enter_alloc_flags(self, event: Event) -> None:
        task, mask = self.trace.task, self.trace.gfp_mask
        wait, rt = mask & gfp.WAIT, task.rt_task and not task.in_interrupt
        flags = next(e[2] for e in self.events[self.place + 1 :] if e[0] == "stage")
        keys = {(0, 0): "flags_plain", (1, 0): "flags_high", (0, 1): "flags_wait" if not wait else "flags_rt",
                (1, 1): "flags_atomic" if not wait else "flags_rt_high"}  # fmt: skip
        high, harder = int(bool(flags & ALLOC_HIGH)), int(bool(flags & ALLOC_HARDER))
        self.open(keys[high, harder], event=event, conds=[
            ["ALLOC_WMARK_MIN", 1, "c_wmark_min"],
            ["ALLOC_HARDER", harder, "c_not" if not harder else "c_quarter_rt" if wait and rt else "c_quarter_wait"],
            ["ALLOC_HIGH", high, "c_half" if high else "c_not"],
            ["ALLOC_CPUSET", int(bool(flags & ALLOC_CPUSET)), "c_cpuset" if wait else "c_no_cpuset"],
        ], chains=[self.mark_chain(label, "pages_min", flags) for label in self.trace.zonelist])  # fmt: skip

    def mark_chain(self, label: str, mark_name: str, flags: int) -> Frame:
        """How one zone's mark comes about for this request."""
        zone = self.zones[self.index[label]]
        mark = getattr(zone, mark_name)
        return {"zone": self.index[label], "mark_name": mark_name, "mark": mark, "chain": chain(mark, flags),
                "reserve": zone.lowmem_reserve[self.trace.classzone_idx]}  # fmt: skip

    def enter_rebalance(self, event: Event) -> None:
        mask, irq = self.trace.gfp_mask, self.trace.task.in_interrupt
        stage = next(e for e in self.events[self.place : self.place + 1])
        memalloc, memdie, following = stage[4], stage[5], self.following_stage()
        who = "@who_memdie" if memdie else "@who_memalloc"
        args, lines, mood = {}, (112, 113), "no"
        if following == "nofail_alloc":
            key, args, lines, mood = "rebalance_reserve", {"who": who}, (92, 94), "ok"
        elif (memalloc or memdie) and not irq:
            key, args, lines = "rebalance_nomemalloc", {"who": who}, (94, 109)
        elif following == "direct_reclaim":
            key, lines, mood = "rebalance_reclaim", (92, 93), ""
        else:
            key = "rebalance_atomic"
        decided = {"rebalance_reserve": "TIF_MEMDIE" if memdie else "PF_MEMALLOC",
                   "rebalance_nomemalloc": "__GFP_NOMEMALLOC"}.get(key, "__GFP_WAIT")  # fmt: skip
        self.open(key, args, event=event, mood=mood, lines=lines, conds=_first(decided, [
            ["PF_MEMALLOC", memalloc, "c_freeing" if memalloc else "c_no"],
            ["TIF_MEMDIE", memdie, "c_killed" if memdie else "c_no"],
            ["in_interrupt()", int(irq), "c_shuts" if irq else "c_no"],
            ["__GFP_NOMEMALLOC", int(bool(mask & gfp.NOMEMALLOC)), "c_forbids" if mask & gfp.NOMEMALLOC else "c_no"],
            ["__GFP_WAIT", int(bool(mask & gfp.WAIT)), "c_may_reclaim" if mask & gfp.WAIT else "c_no_reclaim"],
        ]))  # fmt: skip

    def following_stage(self) -> str:
        """The stage that comes after this one, "" where the run ends."""
        return next((e[1] for e in self.events[self.place + 1 :] if e[0] == "stage"), "")

    def enter_direct_reclaim(self, event: Event) -> None:
        mask = self.trace.gfp_mask
        self.open("reclaim_start", event=event, mood="reclaim", conds=[
            ["__GFP_IO", int(bool(mask & gfp.IO)), "c_io" if mask & gfp.IO else "c_no_io"],
            ["__GFP_FS", int(bool(mask & gfp.FS)), "c_fs" if mask & gfp.FS else "c_no_fs"]])  # fmt: skip

    def enter_should_retry(self, event: Event) -> None:
        mask, order = self.trace.gfp_mask, self.trace.order
        keys = [("retry_noretry", gfp.NORETRY), ("retry_nofail", gfp.NOFAIL)]
        key = next((key for key, bit in keys if mask & bit), "")
        key = key or ("retry_small" if order <= 3 else "retry_repeat" if mask & gfp.REPEAT else "retry_big")
        goes_round = key in ("retry_nofail", "retry_small", "retry_repeat")
        bits = (("NORETRY", "c_beats"), ("REPEAT", "c_round"), ("NOFAIL", "c_round"))
        decided = {"retry_noretry": "__GFP_NORETRY", "retry_nofail": "__GFP_NOFAIL",
                   "retry_repeat": "__GFP_REPEAT"}.get(key, "order")  # fmt: skip
        self.open(key, {"order": order}, event=event, mood="" if goes_round else "no", conds=_first(decided, [
            ["order", order, "c_order_small" if order <= 3 else "c_order_big"],
            *([f"__GFP_{name}", int(bool(mask & gfp.BITS[name])), means if mask & gfp.BITS[name] else "c_no"]
              for name, means in bits)]))  # fmt: skip

    def enter_nopage(self, event: Event) -> None:
        if self.trace.gfp_mask & gfp.NOWARN:
            self.open("nowarn", event=event, mood="no", conds=[["__GFP_NOWARN", 1, "c_silent"]])

    # the kernel's events

    def on_get_page_from_freelist(self, event: Event, alloc_flags: int, **_: int) -> None:
        key = TRIES[self.stage] if not self.depth else "try_low"
        if key == "try_min" and alloc_flags & (ALLOC_HIGH | ALLOC_HARDER):
            key = "try_min_lower"
        name = _mark_name(alloc_flags)
        self.open(key, {"zones": ", ".join(self.trace.zonelist)}, event=event, conds=[
            ["zonelist", ", ".join(self.trace.zonelist), "c_zones"],
            ["mark", name or "–", "c_mark" if name else "c_none"], ["order", self.trace.order, "c_order"]])  # fmt: skip

    def on_cpuset_zone_allowed_softwall(self, event: Event, zone: str, result: int, **_: int) -> None:
        if not result:
            self.open("cpuset_no", {"zone": zone}, event=event, mood="no")

    on_cpuset_zone_allowed_hardwall = on_cpuset_zone_allowed_softwall

    def on_wakeup_kswapd(self, event: Event, zone: str, order: int) -> None:
        self.own = zone

    def on_zone_watermark_ok(self, event: Event, zone: str, order: int, mark: int, classzone_idx: int,
                             alloc_flags: int, result: int) -> None:  # fmt: skip
        own, self.own_zone, self.own = bool(self.own), zone, ""
        rows = watermark_rows(self.zones[self.index[zone]], order, mark, classzone_idx, alloc_flags)
        reserve = self.zones[self.index[zone]].lowmem_reserve[classzone_idx]
        for row in rows:
            key = _own_row(row, order) if own else _row(row, order, reserve)
            args = {"zone": zone, "asked": 1 << order, "reserve": reserve,
                    **{name: row[name] for name in ("o", "f", "m", "above")}}  # fmt: skip
            row |= {"say": key, "args": {name: args[name] for name in args if f"{{{name}}}" in sentences()[key]["en"]}}
        last = rows[-1]
        entry = {"entry": "watermarks"} if self.stage == "restart" else {}
        if not own:
            self.tests.append(len(self.frames))
        name = "pages_low" if own else _mark_name(alloc_flags)
        self.open(last["say"], last["args"], event=event, mood=("" if result else "" if own else "no"), **entry,
                  test={"zone": self.index[zone], "own": own, "mark_name": name, "mark": mark, "order": order,
                        "chain": chain(mark, alloc_flags), "reserve": reserve, "ok": bool(result),
                        "rows": rows})  # fmt: skip

    def on_wake_up_interruptible(self, event: Event, **_: int) -> None:
        self.open("woken", {"zone": self.own_zone}, event=event, mood="wake")

    def on_zone_reclaim(self, event: Event, zone: str, value: int, **_: int) -> None:
        self.open("zone_reclaim", {"zone": zone}, event=event, mood="reclaim", conds=[["zone_reclaim()", value, ""]])

    def on_rmqueue_bulk(self, event: Event, zone: str, batch: int, **_: int) -> None:
        self.bulk = True
        cold = next(e[3] for e in self.events[self.place :] if e[0] == "buffered_rmqueue")
        self.open("refill_cold" if cold else "refill_hot", {"zone": zone, "batch": batch}, event=event)

    def on_rmqueue(self, event: Event, zone: str, order: int, block_order: int, pfn: int) -> None:
        if self.bulk:
            return
        if pfn < 0:
            self.open("no_block", {"zone": zone, "order": order}, event=event, mood="no")
            return
        args = {"zone": zone, "order": order, "from": block_order, "from1": block_order - 1, "asked": 1 << order}
        key = "take" if block_order == order else "split" if block_order == order + 1 else "split_more"
        split = {"from": block_order, "yours": order, "back": list(range(block_order - 1, order - 1, -1))}
        self.open(key, {name: args[name] for name in args if f"{{{name}}}" in sentences()[key]["en"]}, event=event,
                  mood="ok", split=split)  # fmt: skip

    def on_buffered_rmqueue(self, event: Event, zone: str, order: int, cold: int, pfn: int) -> None:
        self.bulk = False
        if order == 0 and pfn >= 0:
            self.open("take_cold" if cold else "take_hot", {"zone": zone}, event=event, mood="ok")

    def on_try_to_free_pages(self, event: Event, progress: int, **_: int) -> None:
        self.open("reclaim_progress" if progress else "reclaim_none",
                  {"progress": progress, "order": self.trace.order} if progress else {}, event=event,
                  mood="reclaim" if progress else "no", lines=(121, 121),
                  conds=[["did_some_progress", progress, "c_progress" if progress else "c_no_progress"]])  # fmt: skip

    def on_note(self, event: Event, kind: str, zone: str, pages: int) -> None:
        self.open(f"note_{kind}", {"zone": zone, "pages": pages}, mood="reclaim", reclaimed={kind: pages})

    def on_out_of_memory(self, event: Event, **_: int) -> None:
        self.open("oom", event=event, mood="kill")

    def on_congestion_wait(self, event: Event, timeout: int, **_: int) -> None:
        milliseconds = timeout * 1000 // HZ
        lines, entry = ((104, 107), "nofail") if self.stage == "nofail_alloc" else ((161, 164), None)
        self.open("wait", {"ms": milliseconds}, event=event, mood="wait", lines=lines, entry=entry or None,
                  conds=[["HZ/50", milliseconds, "c_ms"]])  # fmt: skip

    def on_tick(self, event: Event, jiffies: int) -> None:
        self.frames[-1]["jiffies"] = jiffies

    def on_printk_ratelimit(self, event: Event, result: int) -> None:
        if not result:
            self.open("limited", event=event, mood="no", conds=[["printk_ratelimit()", 0, "c_full"]])

    def on_printk(self, event: Event, order: int, gfp_mask: int) -> None:
        self.open("warned", event=event, mood="warn", log=warning(self.trace.task.comm, order, gfp_mask).rstrip("\n"),
                  conds=[["__GFP_NOWARN", 0, "c_warn"], ["printk_ratelimit()", 1, "c_print"]])  # fmt: skip

    def on_nested_alloc(self, event: Event, **_: int) -> None:
        self.open("nested", event=event)
        self.depth += 1

    def on_nested_alloc_result(self, event: Event, **_: int) -> None:
        self.depth -= 1
        self.open("nested_done", event=event)

    def on_script_free(self, event: Event, **_: int) -> None:
        self.open("freed", event=event, mood="reclaim")

    def on_drain_local_pages(self, event: Event) -> None:
        self.open("drained", event=event)

    # the verdict

    def end(self) -> None:
        """The last frame: what came of it, and which test decided."""
        trace = self.trace
        decides = self.deciding_test()
        key, mood = "end_page", "end-ok"
        args: Frame = {}
        if trace.end == "livelock":
            key, args, mood = "end_loop", {"rounds": max(self.visits.values())}, "end-loop"
        elif trace.page is not None:
            zone = next(z.label for z in self.zones if z.start_pfn <= trace.page < z.end_pfn)
            args = {"zone": zone, "asked": 1 << trace.order, "pfn": trace.page}
            key = "end_page" if trace.order else "end_page1"
        else:
            key, args = self.refusal(decides)
            mood = "end-no"
        self.open(key, args, event=["end", trace.end], mood=mood, decides=decides, tests=self.tests)
        for frame in self.frames:
            if "changes" in frame:
                frame["changes"] = [[self.index[label], *rest] for label, *rest in net(frame["changes"])]

    def deciding_test(self) -> int | None:
        """The frame of the test that granted, or of the last one in the zone that was asked first."""
        first = self.index[self.trace.zonelist[0]] if self.trace.zonelist else None
        tests = [place for place in self.tests if not self.frames[place].get("depth")]
        if self.trace.page is not None:
            return next((p for p in reversed(tests) if self.frames[p]["test"]["ok"]), None)
        return next((p for p in reversed(tests) if self.frames[p]["test"]["zone"] == first), None)

    def refusal(self, decides: int | None) -> tuple[str, Frame]:
        """The sentence for a request that failed."""
        if self.stage == "fault_injection":
            return "end_fault", {}
        if decides is None:
            return "end_empty", {}
        test = self.frames[decides]["test"]
        zone, row = self.zones[test["zone"]], test["rows"][-1]
        args = {"zone": zone.label, "kb": zone.nr_free_pages * 4, "asked": 1 << self.trace.order, **row}
        if row["ok"] or any(f["say"] == "try_none" for f in self.frames):
            return "end_no_block", {"order": self.trace.order}
        key = "end_no_total" if not row["o"] else "end_no_few" if row["f"] < 0 else "end_no_row"
        return key, {name: args[name] for name in args if f"{{{name}}}" in sentences()[key]["en"]}


def net(changes: Sequence[Change]) -> list[Change]:
    """The same changes without what they undo among themselves: in and out of one list, counts but the last."""
    kept: dict[Any, Change] = {}
    for change in changes:
        label, place, operation, pfn = change
        if operation == REMOVE and place != COUNT and (label, place, pfn) in kept:
            del kept[label, place, pfn]
        elif place == COUNT:
            kept.pop((label, COUNT), None)
            kept[label, COUNT] = change
        else:
            kept[(label, place, pfn) if operation != REMOVE else (label, place, pfn, REMOVE)] = change
    return list(kept.values())


def _first(name: str, conds: list[list[Any]]) -> list[list[Any]]:
    """The same conditions with the one that decided in front."""
    return sorted(conds, key=lambda cond: cond[0] != name)


def _mark_name(alloc_flags: int) -> str:
    if alloc_flags & 1:
        return ""
    if alloc_flags & ALLOC_WMARK_MIN:
        return "pages_min"
    return "pages_low" if alloc_flags & ALLOC_WMARK_LOW else "pages_high"


def _row(row: Frame, order: int, reserve: int) -> str:
    """The sentence of one row of the test."""
    if row["ok"]:
        if row.get("slip"):
            return "row_slip"
        last, first = row["o"] == order, row["o"] == 0
        return ("row_granted0" if first else "row_granted") if last else "row_ok0" if first else "row_ok"
    if row["f"] < 0:
        return "row_few"
    if row["f"] == row["m"]:
        return "row_equal"
    return "row_no" if row["o"] else "row_no_reserve" if reserve else "row_no0"


def _own_row(row: Frame, order: int) -> str:
    """The sentence of one row of kswapd's own test."""
    return "own_below" if not row["ok"] else "own_above" if row["o"] == order else "own_row"
