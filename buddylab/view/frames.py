"""What each frame of a recorded run says: its sentence, the numbers it looked at, the lines of source it stands on.

One frame is one dict; `frames` gives them all. FORMAT.md describes the keys. Sentences are named, not written here:
`sentences.json` holds them in both languages, with {placeholders} that a frame's `args` fill.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from buddylab.commentary import load
from buddylab.core import gfp
from buddylab.core.environment import warning
from buddylab.core.events import FIELDS, GIVEN, Event
from buddylab.core.record import Change, Run, apply
from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, HZ
from buddylab.view.causes import Causes
from buddylab.view.decisions import DECISIONS, Moment
from buddylab.view.ending import deciding_test, ending
from buddylab.view.given_back import GIVEN_BACK
from buddylab.view.lists import named, net
from buddylab.view.rows import mark_name, written_out
from buddylab.view.sentences import args_of

Frame = dict[str, Any]
ONE_BY_ONE = ("rmqueue_bulk", "drain_local_pages")
"""Events of which a frame also tells every single page's way."""
FREE = "__free_pages"
"""What the frames of a block given back stand on: it is no stage of the ladder."""
TRIES = {
    "restart": "try_low",
    "min_attempt": "try_min",
    "nofail_alloc": "try_none",
    "retry_after_reclaim": "try_again",
    "high_attempt": "try_high",
}


def frames(run: Run) -> list[Frame]:
    """The run as frames, the last one the verdict."""
    narrator = _Narrator(run)
    for place, (event, changed) in enumerate(zip(run.events, run.changes(), strict=True)):
        for change in changed:
            apply(narrator.zones, change)
        narrator.see(place, event, changed)
    narrator.end()
    return narrator.frames


class _Narrator:
    """Turns events into frames: an event opens a frame, or joins the one that is open."""

    def __init__(self, run: Run) -> None:
        self.run, self.events = run, run.events
        self.zones = tuple(zone.copy() for zone in run.before)
        self.index = {zone.label: place for place, zone in enumerate(self.zones)}
        self.frames: list[Frame] = []
        self.stage, self.visits, self.depth = "", dict.fromkeys(load().stage_names, 0), 0
        self.own, self.own_zone, self.bulk = "", "", False
        self.task = [int(run.task.PF_MEMALLOC), int(run.task.TIF_MEMDIE)]
        self.outer: list[str] = []
        self.reached = -1
        self.freeing = run.end == "freed"
        if self.freeing:
            self.stage = FREE
        home = next((z.node for z in run.before if run.zonelist and z.label == run.zonelist[0]), 0)
        here = run.machine.numa and run.gfp_mask & gfp.THISNODE
        self.allowed = [label for label in run.zonelist if not here or self.zones[self.index[label]].node == home]
        self.tests: list[int] = []
        self.causes = Causes()
        self.reports: list[tuple[int, Event]] = []

    def see(self, place: int, event: Event, changed: Sequence[Change]) -> None:
        """Take in one event and what it changed."""
        self.place = place
        handler = _handlers().get(event[0])
        if handler is not None:
            handler(self, event, *event[1:])
        elif self.freeing and event[0] in GIVEN_BACK:
            key, args, parts = GIVEN_BACK[event[0]](*event[1:])
            self.open(key, args, event=event, **parts)
        if changed:
            self.causes.add(len(self.frames) - 1, event[0], changed)

    def open(self, key: str, args: Frame | None = None, **more: Any) -> Frame:
        """A new frame that says `key`."""
        frame: Frame = {"stage": self.stage, "say": key}
        if self.stage in self.visits:
            lines, entry = load().stand(self.stage, key, (more.get("event") or ("",))[0])
            frame |= {"lines": lines, "entry": entry} if entry else {"lines": lines}
        if self.visits.get(self.stage, 0) > 1:
            frame["round"] = self.visits[self.stage]
        if self.depth:
            frame["depth"] = self.depth
        frame |= {"args": args} if args else {}
        frame |= {name: value for name, value in more.items() if value not in (None, "", [], {})}
        self.frames.append(frame)
        return frame

    def on_stage(self, event: Event, name: str, alloc_flags: int, progress: int, memalloc: int, memdie: int) -> None:
        """A stage is entered; where it decides something of its own, that is a frame. Inner requests show events."""
        self.stage = name
        self.visits[name] += not self.depth
        decide = DECISIONS.get(name)
        if decide is None or self.depth:
            return
        rest = self.events[self.place + 1 :]
        following = next((e for e in rest if e[0] == "stage"), ("stage", "", alloc_flags))
        decision = decide(Moment(self.run, memalloc, memdie, rest[0] if rest else None, following[1], following[2]))
        if decision is not None:
            key, parts = decision
            frame = self.open(key, **{"event": ["stage", name], **parts})
            if self.task != [memalloc, memdie]:
                self.task = [memalloc, memdie]
                frame["task"] = {"PF_MEMALLOC": memalloc, "TIF_MEMDIE": memdie}

    # the kernel's events

    def on_get_page_from_freelist(self, event: Event, mask: int, order: int, alloc_flags: int, *_: int) -> None:
        if self.depth:
            self.open("try_inner", event=event)
            return
        self.reached = -1
        key, name, zones = TRIES[self.stage], mark_name(alloc_flags), ", ".join(self.allowed)
        if key == "try_min" and alloc_flags & (ALLOC_HIGH | ALLOC_HARDER):
            key = "try_min_lower"
        self.open(
            key,
            {"zones": zones} if key == "try_low" else {},
            event=event,
            conds=[
                ["zonelist", zones, "c_zones"],
                ["mark", name or "–", "c_mark" if name else "c_none"],
                ["order", order, "c_order"],
            ],
        )

    def scan(self, place: int) -> None:
        """A zone of the list is looked at; one that was passed already means the second scan of a NUMA kernel."""
        if place <= self.reached:
            self.open("second_scan")
        self.reached = place

    def on_cpuset_zone_allowed_softwall(self, event: Event, zone: str, mask: int, result: int) -> None:
        if not result:
            self.open("cpuset_no", {"zone": zone}, event=event, mood="no")

    on_cpuset_zone_allowed_hardwall = on_cpuset_zone_allowed_softwall

    def on_wakeup_kswapd(self, event: Event, zone: str, order: int) -> None:
        self.own = zone

    def on_zone_watermark_ok(
        self, event: Event, zone: str, order: int, mark: int, classzone_idx: int, alloc_flags: int, result: int
    ) -> None:
        own, self.own_zone, self.own = bool(self.own), zone, ""
        if not own and not self.depth:
            self.scan(self.run.zonelist.index(zone))
        place = self.index[zone]
        test = written_out(self.zones[place], place, own, order, mark, classzone_idx, alloc_flags)
        last = test["rows"][-1]
        if not own:
            self.tests.append(len(self.frames))
        self.open(last["say"], last["args"], event=event, mood="" if result or own else "no", test=test)

    def on_wake_up_interruptible(self, event: Event, *_: int) -> None:
        self.open("woken", {"zone": self.own_zone}, event=event, mood="wake")

    def on_zone_reclaim(self, event: Event, zone: str, mask: int, order: int, value: int) -> None:
        self.open("zone_reclaim", {"zone": zone}, event=event, mood="reclaim", conds=[["zone_reclaim()", value, ""]])

    def on_rmqueue_bulk(self, event: Event, zone: str, order: int, batch: int) -> None:
        self.bulk = True
        cold = next(e[3] for e in self.events[self.place :] if e[0] == "buffered_rmqueue")
        key, args = "refill_cold" if cold else "refill_hot", {"zone": zone, "batch": batch}
        self.open(*((key, args) if batch > 1 else (f"{key}1", {"zone": zone})), event=event)

    def on_rmqueue(self, event: Event, zone: str, order: int, block_order: int, pfn: int) -> None:
        if self.bulk:
            return
        if pfn < 0:
            self.open("no_block", {"zone": zone, "order": order}, event=event, mood="no")
            return
        args = {"zone": zone, "order": order, "from": block_order, "from1": block_order - 1, "asked": 1 << order}
        key = "take" if block_order == order else "split" if block_order == order + 1 else "split_more"
        split = {"from": block_order, "yours": order, "back": list(range(block_order - 1, order - 1, -1))}
        self.open(key, args_of(key, args), event=event, mood="ok", split=split)

    def on_buffered_rmqueue(self, event: Event, zone: str, order: int, cold: int, pfn: int) -> None:
        self.bulk = False
        if order == 0 and pfn >= 0:
            self.open("take_cold" if cold else "take_hot", {"zone": zone}, event=event, mood="ok")

    def on_try_to_free_pages(self, event: Event, *_: int) -> None:
        """What it reports is said when it returns: behind all that it did."""
        self.reports.append((self.depth, event))

    def on_cond_resched(self, event: Event) -> None:
        """Reclaim is over, unless it is the offer before it."""
        if not self.reports or self.reports[-1][0] != self.depth:
            return
        _, event = self.reports.pop()
        progress = event[3]
        self.open(
            "reclaim_progress" if progress else "reclaim_none",
            {"progress": progress, "order": self.run.order} if progress else {},
            event=event,
            mood="reclaim" if progress else "no",
            conds=[["did_some_progress", progress, "c_progress" if progress else "c_no_progress"]],
        )

    def on_note(self, event: Event, kind: str, zone: str, pages: int, by: str) -> None:
        """What the world says of its own: memory that came back, or why it stayed."""
        given = {"exit": "anon", "heads": "slab"}.get(kind, kind) if kind in GIVEN else None
        self.open(
            f"note_{kind}",
            {"zone": zone, "pages": pages},
            mood="kill" if kind == "killed" else "reclaim",
            reclaimed={given: pages} if given else {},
            note=kind,
            by="caller" if by == self.run.task.comm else by,
        )
        self.causes.told(len(self.frames) - 1, kind, zone, by)

    def on_freeing(self, event: Event, kind: str, zone: str, by: str) -> None:
        """From here on pages of this kind come back; the note that says so shows them."""
        self.causes.begin(kind, zone, by)

    def on_judged(self, event: Event, comm: str, points: int) -> None:
        self.frames[-1].setdefault("badness", []).append([comm, points])

    def on_kswapd_sleeps(self, event: Event, comm: str) -> None:
        self.frames[-1].setdefault("asleep", []).append(comm)

    def on_out_of_memory(self, event: Event, *_: int) -> None:
        self.open("oom", event=event, mood="kill")

    def on_congestion_wait(self, event: Event, rw: int, timeout: int) -> None:
        milliseconds = timeout * 1000 // HZ
        self.open("wait", {"ms": milliseconds}, event=event, mood="wait", conds=[["HZ/50", milliseconds, "c_ms"]])

    def on_tick(self, event: Event, jiffies: int) -> None:
        self.frames[-1]["jiffies"] = jiffies

    def on_printk_ratelimit(self, event: Event, result: int) -> None:
        if not result:
            self.open("limited", event=event, mood="no", conds=[["printk_ratelimit()", 0, "c_full"]])

    def on_printk(self, event: Event, order: int, gfp_mask: int) -> None:
        self.open(
            "warned",
            event=event,
            mood="warn",
            log=warning(self.run.task.comm, order, gfp_mask).rstrip("\n"),
            conds=[["__GFP_NOWARN", 0, "c_warn"], ["printk_ratelimit()", 1, "c_print"]],
        )

    def on_nested_alloc(self, event: Event, *_: int) -> None:
        self.open("nested", event=event)
        self.depth += 1
        self.outer.append(self.stage)

    def on_nested_alloc_result(self, event: Event, *_: int) -> None:
        self.depth, self.stage = self.depth - 1, self.outer.pop()
        self.open("nested_done", event=event)

    def on_script_free(self, event: Event, *_: int) -> None:
        self.open("freed", event=event, mood="reclaim")

    def on_drain_local_pages(self, event: Event) -> None:
        self.open("drained", event=event)

    # the verdict

    def end(self) -> None:
        """The last frame: what came of it, and which test decided."""
        own = [place for place in self.tests if not self.frames[place].get("depth")]
        first = self.index[self.run.zonelist[0]] if self.run.zonelist else None
        decides = deciding_test(self.run.page is not None, self.frames, own, first)
        rounds = max(self.visits.values()) - 1
        key, args, mood = ending(self.run, self.zones, self.frames, decides, self.stage, rounds)
        self.open(key, args, event=["end", self.run.end], mood=mood, decides=decides, tests=self.tests)
        for place, groups in self.causes.placed(self.run.before).items():
            frame = self.frames[place]
            if shown := self.named(net([change for group in groups for change in group])):
                frame["changes"] = shown
            if frame.get("event", [""])[0] in ONE_BY_ONE:
                frame["steps"] = [self.named(group) for group in groups]

    def named(self, changes: Sequence[Change]) -> list[list[Any]]:
        """The same changes as the document has them."""
        return [named(change, self.index[change[0]]) for change in changes]


@cache
def _handlers() -> dict[str, Callable[..., None]]:
    """The narrator's method for each event that opens a frame or belongs to one."""
    named = {name: getattr(_Narrator, "on_" + name.strip("_"), None) for name in FIELDS}
    return {name: method for name, method in named.items() if method is not None}
