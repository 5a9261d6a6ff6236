"""A world that does what a script says, entry by entry: for recordings, tests and lessons."""

from collections.abc import Callable
from typing import Any

from buddylab.modern import mm
from buddylab.modern.environment import AllocContext, Environment, Task
from buddylab.modern.ladder import alloc_pages
from buddylab.modern.machine import Machine
from buddylab.modern.pcp import decay_pcp_high
from buddylab.modern.zone import CaptureControl
from buddylab.scenario.schema import Json
from buddylab.scenario.schema_6_12 import FLAGS

FOR_EVER = 1 << 62


class Watchdog(Exception):
    """The world was asked more often than a scenario allows; the operation is broken off on the spot."""


def _answer(kind: str, default: int = 0) -> Callable[..., int]:
    """A call of the world that is the script's next entry of this kind."""
    return lambda world, task, *_: world._act(kind, task, default)


class ScriptedWorld(Environment):
    """Does what a script says, and keeps which id holds which block. More than `watchdog` calls end an operation."""

    def __init__(self, machine: Machine, watchdog: int = FOR_EVER) -> None:
        """Becomes the machine's world."""
        self.machine, self.watchdog, self.calls = machine, watchdog, 0
        self.live: dict[int, tuple[int, int]] = {}
        self.script: dict[str, list[Any]] = {}
        machine.world = self

    def hold(self, key: int, pfn: int, order: int, lru: bool) -> None:
        """A block that is in use from the start."""
        zone = next(zone for zone in self.machine.zones if zone.start_pfn <= pfn < zone.end_pfn)
        self.live[key], self.machine.owner[pfn] = (pfn, order), zone.index << 5 | order
        self.machine.set_lru(pfn, lru)

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
        elif kind == "zone":
            self._zone(op["zone"], op.get("set", 0), op.get("clear", 0), op.get("boost", -1))
        elif op["id"] in self.live:
            m.set_lru(self.live[op["id"]][0], bool(op["on"]))
        return {}

    def _request(self, op: Json) -> Json:
        """An alloc operation. Nothing of its context carries over."""
        context, node = op.get("context", {}), self.machine.node
        task = Task()
        for flag in FLAGS:
            setattr(task, flag, bool(context.get(flag)))
        node.kswapd_awake, node.kswapd_failures = bool(context.get("kswapd_awake")), context.get("kswapd_failures", 0)
        try:
            result: int | str | None = self._alloc(op, task)
        except Watchdog:
            result = "watchdog"
        node.kswapd_awake, node.kswapd_failures, node.capture_control = False, 0, None
        return {"result": result, "task_after": [int(task.PF_MEMALLOC), int(task.oom_victim)]}

    def _alloc(self, op: Json, task: Task) -> int | None:
        """A request of this task; its own script is in force meanwhile."""
        outer = self.script
        self.script = {kind: list(entries) for kind, entries in op.get("script", {}).items()}
        try:
            pfn = alloc_pages(self.machine, op["gfp_mask"], op["order"], task=task, max_rounds=FOR_EVER)
        finally:
            self.script = outer
        if pfn is not None:
            self.live[op["id"]] = (pfn, op["order"])
            self.machine.set_lru(pfn, bool(op.get("lru")))
        return pfn

    def _free(self, key: int) -> None:
        if key in self.live:
            self.machine.free_pages(*self.live.pop(key))

    def _zone(self, name: str, set_flags: int, clear: int, boost: int) -> None:
        """What someone else does to a zone: its flags, and its boost unless that is negative."""
        zone = self.machine.zone(name)
        zone.flags = (zone.flags | set_flags) & ~clear
        zone.watermark_boost = boost if boost >= 0 else zone.watermark_boost

    def _act(self, kind: str, task: Task, default: int = 0) -> int:
        """Take the next entry of a kind: time, zones, frees, requests, a drain, a death; its value."""
        m, entries = self.machine, self.script.get(kind)
        self.calls += 1
        if self.calls > self.watchdog:
            raise Watchdog
        entry: Any = entries.pop(0) if entries else default
        if isinstance(entry, int):
            return entry
        m.tick(entry.get("jiffies", 0))
        for zone in entry.get("zone", ()):
            self._zone(*zone)
        for key in entry.get("free", ()):
            if key in self.live:
                m.note("script_free", key)
                self._free(key)
        for op in entry.get("alloc", ()):
            m.note("nested_alloc", op["id"])
            pfn = self._alloc(op, task)
            m.note("nested_alloc_result", op["id"], -1 if pfn is None else pfn)
        if entry.get("drain"):
            m.note("drain_local_pages", 0)
            m.drain_local_pages()
        task.oom_victim = task.oom_victim or bool(entry.get("oom_victim"))
        return int(entry.get("value", default))

    # the world's calls: the script acts and answers

    def wake_up_interruptible(self, task: Task) -> None:
        """kswapd takes the order and the zone that it was asked for before anything else happens."""
        self.machine.node.kswapd_order, self.machine.node.kswapd_highest_zoneidx = 0, mm.MAX_NR_ZONES
        self._act("wake_up_interruptible", task)

    def try_to_compact_pages(
        self, task: Task, ac: AllocContext, order: int, alloc_flags: int, priority: int
    ) -> tuple[int, int | None]:
        """A block that is freed meanwhile may be captured, though never for a kernel thread; that is a success."""
        kind, node = "try_to_compact_pages", self.machine.node
        entry = next(iter(self.script.get(kind, ())), 0)
        capture = None
        if isinstance(entry, dict) and entry.get("capture") and not task.PF_KTHREAD:
            capture = CaptureControl(self.machine.zone(entry["capture"]), order, ac.migratetype)
        node.capture_control = capture
        value = self._act(kind, task, mm.COMPACT_SKIPPED)
        node.capture_control = None
        if capture is None or capture.page is None:
            return value, None
        return mm.COMPACT_SUCCESS, capture.page

    def schedule_timeout_uninterruptible(self, task: Task, timeout: int) -> int:
        """Time passes only as the script says."""
        self._act("schedule_timeout_uninterruptible", task)
        return 0

    def get_random_u32_below(self, ceiling: int) -> int:
        """The script's next number."""
        return self._act("get_random_u32_below", Task())

    try_to_free_pages = _answer("try_to_free_pages")
    compaction_zonelist_suitable = _answer("compaction_zonelist_suitable")
    out_of_memory = _answer("out_of_memory")
    zone_reclaimable_pages = _answer("zone_reclaimable_pages")
    mutex_trylock = _answer("mutex_trylock", 1)
    node_dirty_ok = _answer("node_dirty_ok", 1)

    def cond_resched(self, task: Task) -> None:
        """The script acts."""
        self._act("cond_resched", task)
