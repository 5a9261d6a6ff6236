"""One request on its way through `__alloc_pages()`: what it knows, and the calls at which others may act.

C: mm/page_alloc.c, the arguments and locals of __alloc_pages.
"""

from collections.abc import Callable
from dataclasses import dataclass

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.machine import Machine, get_page_from_freelist
from buddylab.core.zone import HZ, Zonelist

WRITE = 1


class Livelock(Exception):
    """The ladder would turn for ever: the bound on rounds was reached. `attempt` is left as it stands."""

    def __init__(self, attempt: "Attempt", rounds: int) -> None:
        """rounds: how often the ladder went back up."""
        super().__init__(f"after {rounds:,} rounds the request is still being retried: {attempt.why_retried()}")
        self.attempt = attempt


@dataclass(slots=True, eq=False)
class Attempt:
    """The C function's arguments and locals, and no more. `stage`: the one that runs next, None at the end.

    page: first pfn of the block. wake_at: the jiffy before which the task sleeps. rounds: jumps back up so far.
    """

    machine: Machine
    gfp_mask: int
    order: int
    zonelist: Zonelist
    p: Task
    page: int | None = None
    alloc_flags: int = 0
    did_some_progress: int = 0
    wake_at: int = 0
    rounds: int = 0
    stage: "Stage | None" = None

    def get_page_from_freelist(self, gfp_mask: int, alloc_flags: int) -> int | None:
        """Try the zonelist for this request's order."""
        return get_page_from_freelist(self.machine, self.p, gfp_mask, self.order, self.zonelist, alloc_flags)

    def sleep(self, jiffies: int) -> None:
        """The task sleeps: it may step again that many jiffies from now."""
        self.wake_at = self.machine.jiffies + jiffies

    def why_retried(self) -> str:
        """Why the rules send this request round again, in one sentence."""
        words = gfp.gfp_str(self.gfp_mask)
        if self.gfp_mask & gfp.NOFAIL:
            return f"{words} has __GFP_NOFAIL, which never gives up"
        if self.gfp_mask & gfp.FS and not self.did_some_progress:
            return f"{words} may call the OOM killer and starts again after each call, and nothing has come back"
        if self.order <= 3:
            return f"order {self.order} is at most 3 and {words} lacks __GFP_NORETRY: too small to fail"
        return f"{words} has __GFP_REPEAT, which goes on above order 3 too"


Stage = Callable[[Attempt], "Stage | None"]


def cond_resched(a: Attempt) -> None:
    """Offer the CPU to others."""
    if a.machine.trace is not None:
        a.machine.trace.append(("cond_resched",))
    a.machine.world.cond_resched(a.p)


def congestion_wait(a: Attempt) -> None:
    """Sleep until a write queue clears, 20 ms at the most; always the last act of a stage."""
    if a.machine.trace is not None:
        a.machine.trace.append(("congestion_wait", WRITE, HZ // 50))
    a.sleep(a.machine.world.congestion_wait(a.p, HZ // 50))


def try_to_free_pages(a: Attempt) -> int:
    """Let the world reclaim in the caller's name; its progress."""
    trace, memalloc = a.machine.trace, int(a.p.PF_MEMALLOC)
    if trace is None:
        return a.machine.world.try_to_free_pages(a.p, a.zonelist.zones, a.gfp_mask)
    entry = len(trace)
    trace.append(("try_to_free_pages", a.gfp_mask, memalloc, 0))
    progress = a.machine.world.try_to_free_pages(a.p, a.zonelist.zones, a.gfp_mask)
    trace[entry] = ("try_to_free_pages", a.gfp_mask, memalloc, progress)
    return progress
