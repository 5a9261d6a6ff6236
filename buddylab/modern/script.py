"""A world that does what a script says, entry by entry: for recordings, tests and lessons."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from buddylab.modern.environment import COMPACT_SUCCESS, AllocContext, Task
from buddylab.modern.ladder import alloc_pages
from buddylab.modern.machine import Machine
from buddylab.modern.pcp import decay_pcp_high
from buddylab.modern.schema import CONTEXT, Json
from buddylab.modern.zone import MAX_NR_ZONES, Zone

FOR_EVER = 1 << 62


class Watchdog(Exception):
    """A script was asked more often than its scenario allows; the operation is broken off on the spot."""


class ScriptedWorld:
    """A world that does what a script says, and keeps which id holds which block.

    calls: how often the world was asked during this operation; more than `watchdog` ends it.
    """

    def __init__(self, machine: Machine, watchdog: int = FOR_EVER) -> None:
        """Becomes the machine's world."""
        self.machine, self.watchdog, self.calls = machine, watchdog, 0
        self.live: dict[int, tuple[int, int]] = {}
        self.script: dict[str, Iterator[Any]] = {}
        machine.world = self

    def play(self, op: Json) -> Json:
        """Do one operation; `result` and `task_after` for an alloc, nothing for the others."""
        self.calls, m, kind = 0, self.machine, op["op"]
        if kind == "alloc":
            return self._request(op)
        if kind == "free":
            self._free(op["id"])
        elif kind == "drain":
            m.drain_local_pages()
        elif kind == "decay":
            decay_pcp_high(m.zone(op["zone"]))
        elif kind == "tick":
            m.tick(op["jiffies"])
        elif kind == "lru":
            if op["id"] in self.live:
                m.set_lru(self.live[op["id"]][0], bool(op["on"]))
        else:
            self._zone(op["zone"], op.get("set", 0), op.get("clear", 0), op.get("boost", -1))
        return {}

    def _request(self, op: Json) -> Json:
        """An alloc operation. Nothing of its context carries over."""
        context, node = op.get("context", {}), self.machine.node
        task = Task(**{key: bool(context.get(key)) for key in CONTEXT})
        node.kswapd_awake, node.kswapd_failures = bool(context.get("kswapd_awake")), context.get("kswapd_failures", 0)
        try:
            result: int | str | None = self._alloc(op, task)
        except Watchdog:
            result = "watchdog"
        node.kswapd_awake, node.kswapd_failures, node.capture_control = False, 0, None
        return {"result": result, "task_after": [int(task.PF_MEMALLOC), int(task.oom_victim)]}

    def _alloc(self, op: Json, task: Task) -> int | None:
        with self._scripted(op):
            pfn = alloc_pages(self.machine, op["gfp_mask"], op["order"], task=task, max_rounds=FOR_EVER)
        if pfn is not None:
            self.live[op["id"]] = (pfn, op["order"])
            self.machine.set_lru(pfn, bool(op.get("lru")))
        return pfn

    @contextmanager
    def _scripted(self, op: Json) -> Iterator[None]:
        """While a request runs its own script is in force."""
        outer = self.script
        self.script = {kind: iter(entries) for kind, entries in op.get("script", {}).items()}
        try:
            yield
        finally:
            self.script = outer

    def _free(self, key: int) -> None:
        if key in self.live:
            self.machine.free_pages(*self.live.pop(key))

    def _zone(self, name: str, set_: int, clear: int, boost: int) -> None:
        """What someone else does to a zone: its flags, and its boost unless that is negative."""
        zone = self.machine.zone(name)
        zone.flags = (zone.flags | set_) & ~clear
        if boost >= 0:
            zone.watermark_boost = boost

    def _act(self, kind: str, task: Task, default: int = 0) -> int:
        """Take the next entry of a kind: time, zones, frees, requests, a drain, a death; its value."""
        self.calls += 1
        if self.calls > self.watchdog:
            raise Watchdog
        entry: Any = next(self.script.get(kind, iter(())), default)
        if isinstance(entry, int):
            return entry
        self.machine.tick(entry.get("jiffies", 0))
        for zone in entry.get("zone", ()):
            self._zone(*zone)
        for key in entry.get("free", ()):
            if key in self.live:
                self._note("script_free", key)
                self._free(key)
        for op in entry.get("alloc", ()):
            self._note("nested_alloc", op["id"])
            pfn = self._alloc(op, task)
            self._note("nested_alloc_result", op["id"], -1 if pfn is None else pfn)
        if entry.get("drain"):
            self._note("drain_local_pages", 0)
            self.machine.drain_local_pages()
        task.oom_victim = task.oom_victim or bool(entry.get("oom_victim"))
        return int(entry.get("value", default))

    def _note(self, *event: Any) -> None:
        if self.machine.trace is not None:
            self.machine.trace.append(event)

    def wake_up_interruptible(self, task: Task) -> None:
        """kswapd takes the order and the zone it was asked for, then the script acts."""
        node = self.machine.node
        node.kswapd_order, node.kswapd_highest_zoneidx = 0, MAX_NR_ZONES
        self._act("wake_up_interruptible", task)

    def wakeup_kcompactd(self, order: int, highest_zoneidx: int) -> None:
        """Nobody comes, as in the recordings."""

    def try_to_free_pages(self, task: Task, ac: AllocContext, order: int, gfp_mask: int) -> int:
        """The script acts and says how much progress that was."""
        return self._act("try_to_free_pages", task)

    def try_to_compact_pages(
        self, task: Task, ac: AllocContext, order: int, gfp_mask: int, alloc_flags: int, priority: int
    ) -> tuple[int, int | None]:
        """The script acts, and perhaps keeps a block that it frees; it says what came of the compaction."""
        m = self.machine
        kind = "try_to_compact_pages"
        entries = list(self.script.get(kind, ()))
        self.script[kind] = iter(entries)
        name = entries[0].get("capture") if entries and isinstance(entries[0], dict) else None
        if name:
            m.node.capture_control = m.capture_control(task, m.zone(name), order, ac.migratetype)
        value = self._act(kind, task, 1)
        capture, m.node.capture_control = m.node.capture_control, None
        page = None if capture is None else capture.page
        return (value, None) if page is None else (COMPACT_SUCCESS, page)

    def compaction_zonelist_suitable(self, task: Task, ac: AllocContext, order: int, alloc_flags: int) -> int:
        """The script acts and answers."""
        return self._act("compaction_zonelist_suitable", task)

    def out_of_memory(self, task: Task, ac: AllocContext, gfp_mask: int, order: int) -> int:
        """The script acts and says whether somebody was killed."""
        return self._act("out_of_memory", task)

    def zone_reclaimable_pages(self, task: Task, zone: Zone) -> int:
        """The script's number."""
        return self._act("zone_reclaimable_pages", task)

    def mutex_trylock(self, task: Task) -> int:
        """The script says whether oom_lock was free."""
        return self._act("mutex_trylock", task, 1)

    def node_dirty_ok(self, task: Task) -> int:
        """The script answers."""
        return self._act("node_dirty_ok", task, 1)

    def cond_resched(self, task: Task) -> None:
        """The script acts."""
        self._act("cond_resched", task)

    def schedule_timeout_uninterruptible(self, task: Task, timeout: int) -> int:
        """The script acts; its own jiffies are the sleep."""
        self._act("schedule_timeout_uninterruptible", task)
        return 0

    def get_random_u32_below(self, ceiling: int) -> int:
        """The script's next number, 0 when there is none."""
        return self._act("get_random_u32_below", Task())
