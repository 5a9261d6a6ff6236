"""Whom the kernel kills when nothing can be reclaimed any more.

Units: total_vm in pages, utime and stime in jiffies, start_time and uptime in whole seconds. C: mm/oom_kill.c.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import isqrt
from typing import Literal

from buddylab.core.events import Event
from buddylab.core.zone import HZ
from buddylab.reclaim.tasks import Mm, TaskStruct

OOM_DISABLE = -17
"""oomkilladj of a task that must not be killed."""
CAP_SYS_RAWIO = 1 << 17
CAP_SYS_ADMIN = 1 << 21
SHIFT_HZ = 8
INIT = 1
"""The pid of init, which is never killed."""
ROUNDS = 3
"""A choice that cannot be killed is made anew: on one CPU with the same result for ever. So often we look."""

Constraint = Literal["none", "mempolicy", "cpuset"]
Outcome = Literal["killed", "wait", "notifiers_freed", "nothing", "panic_on_oom", "panic_no_process", "livelock"]


def badness(p: TaskStruct, uptime: int, bits: int = 64) -> int:
    """How good a victim this task is, in points; everything wraps at 2^bits (the width of unsigned long).

    C: mm/oom_kill.c, badness.
    """
    ulong_max = (1 << bits) - 1
    if p.mm is None:
        return 0
    if p.PF_SWAPOFF:
        return ulong_max
    points = p.mm.total_vm + sum(
        child.mm.total_vm // 2 + 1 for child in p.children if child.mm is not None and child.mm is not p.mm
    )
    cpu_time = (p.utime + p.stime & ulong_max) >> SHIFT_HZ + 3
    run_time = uptime - p.start_time >> 10 if uptime >= p.start_time else 0
    points = (points & ulong_max) // (isqrt(cpu_time) or 1)
    points //= isqrt(isqrt(run_time)) or 1
    points = _importance(p, points, ulong_max)
    if p.oomkilladj > 0:
        return points << p.oomkilladj & ulong_max
    return points >> -p.oomkilladj


def _importance(p: TaskStruct, points: int, ulong_max: int) -> int:
    """Niced tasks count double; the superuser's, those with the hardware in hand, and distant ones count less."""
    if p.nice > 0:
        points = points * 2 & ulong_max
    if p.cap_effective & CAP_SYS_ADMIN or p.uid == 0 or p.euid == 0:
        points //= 4
    if p.cap_effective & CAP_SYS_RAWIO:
        points //= 4
    return points if p.mems_overlap else points // 8


def constrained_alloc(node_present_pages: Sequence[int], zonelist: Iterable[tuple[int, bool]]) -> Constraint:
    """Why the request could not use all memory: its memory policy, its cpuset, or not at all.

    node_present_pages: pages of each node. zonelist: (node, does the cpuset allow it) per zone. C: constrained_alloc.
    """
    nodes = {node for node, pages in enumerate(node_present_pages) if pages}
    for node, allowed in zonelist:
        if not allowed:
            return "cpuset"
        nodes.discard(node)
    return "mempolicy" if nodes else "none"


@dataclass(slots=True)
class OomKiller:
    """What out_of_memory sees of the system: all threads in task-list order, who asks, and the time.

    oom_notify: the notifier chain, returns the pages that it freed. printk_ratelimit: may a report be printed now?
    victims: those that have been marked to die, filled here.
    """

    tasks: Sequence[TaskStruct]
    current: TaskStruct
    uptime: int
    panic_on_oom: bool = False
    oom_notify: Callable[[], int] = lambda: 0
    printk_ratelimit: Callable[[], bool] = lambda: True
    trace: list[Event] | None = None
    victims: list[TaskStruct] = field(default_factory=list)

    def log(self, *event: int | str) -> None:
        """Record an event, if anybody listens."""
        if self.trace is not None:
            self.trace.append(event)

    def out_of_memory(self, constraint: Constraint = "none") -> Outcome:
        """Kill something, or decide not to. After killed, wait, nothing the caller sleeps (see `sleep`).

        C: mm/oom_kill.c, out_of_memory.
        """
        freed = self.oom_notify()
        self.log("notifiers", freed)
        if freed > 0:
            return "notifiers_freed"
        if self.printk_ratelimit():
            self.log("report")
        if constraint != "none":
            outcome = self.kill_current(constraint)
        elif self.panic_on_oom:
            return "panic_on_oom"
        else:
            outcome = self.kill_somebody()
        if outcome in ("killed", "wait", "nothing") and self.sleep():
            self.log("sleep", 1)
        return outcome

    def sleep(self) -> int:
        """Jiffies that the caller sleeps afterwards: 1, so that the victim can die; 0 if it is the victim itself."""
        return 0 if self.current.TIF_MEMDIE else 1

    def kill_current(self, constraint: Constraint) -> Outcome:
        """A request that could not use all memory: its own task is the target, nobody else is looked at."""
        self.oom_kill_process(self.current, 0, constraint)
        return "killed" if self.victims else "nothing"

    def kill_somebody(self) -> Outcome:
        """Choose and kill, again if the choice cannot be killed."""
        for _ in range(ROUNDS):
            chosen = self.select_bad_process()
            if chosen == "wait":
                return "wait"
            if chosen is None:
                return "panic_no_process"
            if self.oom_kill_process(*chosen, "none"):
                return "killed"
        return "livelock"

    def select_bad_process(self) -> tuple[TaskStruct, int] | Literal["wait"] | None:
        """The task with the most points, and its points; "wait" if somebody is dying already; None if nobody is left.

        C: mm/oom_kill.c, select_bad_process.
        """
        chosen: TaskStruct | None = None
        ppoints = 0
        for p in self.tasks:
            if p.mm is None or p.pid == INIT:
                continue
            if p.TIF_MEMDIE or p.PF_EXITING and p is not self.current:
                self.log("select_wait")
                return "wait"
            if p.PF_EXITING:
                chosen, ppoints = p, (1 << 64) - 1
            if p.oomkilladj == OOM_DISABLE:
                continue
            points = badness(p, self.uptime)
            self.log("badness", p.pid, points)
            if points > ppoints or chosen is None:
                chosen, ppoints = p, points
        if chosen is None:
            self.log("select_nobody")
            return None
        self.log("select", chosen.pid, ppoints)
        return chosen, ppoints

    def oom_kill_process(self, p: TaskStruct, points: int, constraint: Constraint) -> bool:
        """Kill the first child with a memory of its own that can be killed, else the task itself. False: nobody.

        C: mm/oom_kill.c, oom_kill_process.
        """
        if p.PF_EXITING:
            self.force_kill(p)
            return True
        self.log("kill_or_child", constraint, p.pid, points)
        return any(self.oom_kill_task(c) for c in p.children if c.mm is not p.mm) or self.oom_kill_task(p)

    def oom_kill_task(self, p: TaskStruct) -> bool:
        """Kill this task and all that share its memory, unless one of them must not be killed.

        C: mm/oom_kill.c, oom_kill_task.
        """
        mm = p.mm
        if mm is None or any(q.oomkilladj == OOM_DISABLE for q in self.sharing(mm)):
            return False
        self.force_kill(p, verbose=True)
        for q in self.sharing(mm):
            if q.tgid != p.tgid:
                self.force_sig(q)
        return True

    def sharing(self, mm: Mm) -> Iterable[TaskStruct]:
        """All threads that use this memory, in task-list order."""
        return (q for q in self.tasks if q.mm is mm)

    def force_kill(self, p: TaskStruct, verbose: bool = False) -> None:
        """Mark the victim: a full time slice, the reserves (TIF_MEMDIE), SIGKILL. C: __oom_kill_task."""
        if p.pid == INIT or p.mm is None:
            self.log("warn_on")
            self.log("refused_init" if p.pid == INIT else "refused_no_mm")
            return
        if verbose:
            self.log("killed", p.pid)
        p.time_slice = HZ
        p.TIF_MEMDIE = True
        self.victims.append(p)
        self.log("memdie", p.pid, p.time_slice)
        self.force_sig(p)

    def force_sig(self, p: TaskStruct) -> None:
        """Send SIGKILL; the task dies when it next runs."""
        p.SIGKILL = True
        self.log("sigkill", p.pid)
