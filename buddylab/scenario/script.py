"""A world that does what a script says, entry by entry: for recordings, tests and lessons."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from buddylab.core.environment import Task
from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.record import Run, record
from buddylab.core.zone import Zone
from buddylab.scenario.schema import CONTEXT, Json


class ScriptedWorld:
    """A world that does what a script says, entry by entry, and keeps which id holds which block."""

    def __init__(self, machine: Machine) -> None:
        """Becomes the machine's world."""
        self.machine = machine
        self.live: dict[int, tuple[int, int]] = {}
        self.script: dict[str, Iterator[Any]] = {}
        machine.world = self

    def play(self, op: Json) -> Json:
        """Do one operation; `result` and `task_after` for an alloc, nothing for the others."""
        if op["op"] == "alloc":
            task = self._task(op.get("context", {}))
            pfn = self._alloc(op, task)
            return {"result": pfn, "task_after": [int(task.PF_MEMALLOC), int(task.TIF_MEMDIE)]}
        if op["op"] == "free":
            self._free(op["id"], cold=op.get("via") == "free_cold_page")
        elif op["op"] == "drain":
            self.machine.drain_local_pages()
        else:
            self.machine.tick(op["jiffies"])
        return {}

    def _task(self, context: Json) -> Task:
        flags: Json = {key: bool(context.get(key)) for key in CONTEXT if key not in ("kswapd_awake", "cpuset_deny")}
        return Task(cpuset_deny=frozenset(context.get("cpuset_deny", ())), **flags)

    def _alloc(self, op: Json, task: Task) -> int | None:
        with self._scripted(op):
            pfn = alloc_pages(self.machine, op["gfp_mask"], op["order"], node=op.get("node", 0), task=task)
        if pfn is not None:
            self.live[op["id"]] = (pfn, op["order"])
        return pfn

    def record(self, op: Json) -> Run:
        """Do one alloc operation and record it."""
        with self._scripted(op):
            run = record(
                self.machine,
                op["gfp_mask"],
                op["order"],
                node=op.get("node", 0),
                task=self._task(op.get("context", {})),
            )
        if run.page is not None:
            self.live[op["id"]] = (run.page, op["order"])
        return run

    @contextmanager
    def _scripted(self, op: Json) -> Iterator[None]:
        """While an operation runs, its own script is in force, and kswapd is awake only if it says so."""
        outer_script, outer_awake = self.script, [node.kswapd_awake for node in self.machine.nodes]
        self.script = {kind: iter(entries) for kind, entries in op.get("script", {}).items()}
        for node in self.machine.nodes:
            node.kswapd_awake = bool(op.get("context", {}).get("kswapd_awake"))
        try:
            yield
        finally:
            self.script = outer_script
            for node, awake in zip(self.machine.nodes, outer_awake, strict=True):
                node.kswapd_awake = awake

    def _free(self, key: int, cold: bool = False) -> None:
        if key in self.live:
            pfn, order = self.live[key]
            self.machine.free_pages(pfn, order, cold=cold)
            del self.live[key]

    def _act(self, kind: str, task: Task) -> int:
        """Consume one entry of the script: time, frees, allocations, a drain, a death; its progress."""
        entry: Json = next(self.script.get(kind, iter(())), {})
        m = self.machine
        m.tick(entry.get("jiffies", 0))
        for key in entry.get("free", ()):
            if key in self.live:
                self._note("script_free", key)
                self._free(key)
        for op in entry.get("alloc", ()):
            self._nested_alloc(op, task)
        if entry.get("drain"):
            self._note("drain_local_pages")
            m.drain_local_pages()
        task.TIF_MEMDIE = task.TIF_MEMDIE or bool(entry.get("memdie"))
        return int(entry.get("progress", 0))

    def _nested_alloc(self, op: Json, task: Task) -> None:
        """An allocation in the same task while the outer one waits; its cpuset is its own."""
        self._note("nested_alloc", op["id"])
        outer_deny, task.cpuset_deny = task.cpuset_deny, frozenset(op.get("context", {}).get("cpuset_deny", ()))
        pfn = self._alloc(op, task)
        task.cpuset_deny = outer_deny
        self._note("nested_alloc_result", op["id"], -1 if pfn is None else pfn)

    def _note(self, *event: Any) -> None:
        if self.machine.trace is not None:
            self.machine.trace.append(event)

    def wake_up_interruptible(self, task: Task, node: int) -> None:
        """kswapd takes the order it was asked for, then the script acts."""
        self.machine.nodes[node].kswapd_max_order = 0
        self._act("kswapd", task)

    def cond_resched(self, task: Task) -> None:
        """The script acts."""
        self._act("cond_resched", task)

    def try_to_free_pages(self, task: Task, zones: Sequence[Zone], gfp_mask: int) -> int:
        """The script acts and says how much progress that was."""
        return self._act("try_to_free_pages", task)

    def out_of_memory(self, task: Task, zones: Sequence[Zone], gfp_mask: int, order: int) -> int:
        """The script acts; its own jiffies are the wait."""
        self._act("out_of_memory", task)
        return 0

    def congestion_wait(self, task: Task, timeout: int) -> int:
        """The script acts; its own jiffies are the wait."""
        self._act("congestion_wait", task)
        return 0

    def zone_reclaim(self, task: Task, zone: Zone, gfp_mask: int, order: int) -> int:
        """The script acts and says whether the zone may be tried."""
        return self._act("zone_reclaim", task)

    def random32(self) -> int:
        """The script's next number, 0 when there is none."""
        return int(next(self.script.get("random32", iter(())), 0))
