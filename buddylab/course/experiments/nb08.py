"""Notebook 08: who may take the last pages, and what is left if interrupts may too.

The storm on top of kswapd is exact, `besieged` is a MODEL's run.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from buddylab.core import gfp
from buddylab.core.environment import Task
from buddylab.core.ladder import begin, direct_reclaim, nopage, step
from buddylab.core.machine import Machine
from buddylab.core.zone import HZ, Zone
from buddylab.explorer.filling import position_of, prepare
from buddylab.explorer.still import World
from buddylab.machines.hardware import of
from buddylab.world.process import Process, Script

HARDWARE = {"Normal": 48}
"""One zone, with the marks 221, 276 and 331."""
QUEUE = 2000
"""Packets that the card's queue holds at most (model)."""
CALLERS: dict[str, tuple[str, dict[str, Any]]] = {
    "a program": ("GFP_KERNEL", {}),
    "a real-time program": ("GFP_KERNEL", {"rt_task": True}),
    "a packet": ("GFP_ATOMIC", {"in_interrupt": True}),
    "a packet, on top of kswapd": ("GFP_ATOMIC", {"in_interrupt": True, "PF_MEMALLOC": True}),
    "kswapd": ("GFP_NOFS", {"PF_MEMALLOC": True}),
    "kswapd, NOMEMALLOC": ("GFP_NOFS|__GFP_NOMEMALLOC", {"PF_MEMALLOC": True}),
    "an OOM victim": ("GFP_KERNEL", {"TIF_MEMDIE": True}),
}
"""Who asks, by name: the mask, and what is said of the task."""
PAGE, NOTHING, RECLAIMS = 1, 0, 2
"""What a request meets."""


def with_free(free: int, pages_min: int = 221) -> Machine:
    """A machine of one zone with so many free pages, on which nobody frees anything; per-cpu lists keep nothing.

    pages_min: the other two marks lie a quarter and a half above it. Raises ValueError for more free pages than it has.
    """
    present = 4 * max(pages_min, 1)
    if not 0 <= free <= present:
        raise ValueError(f"this machine has {present} pages, so 0 to {present} can be free, not {free!r}")
    zone = Zone(
        "Normal",
        0,
        0,
        present,
        lowmem_reserve=[0],
        marks=(pages_min, pages_min + pages_min // 4, pages_min + pages_min // 2),
    )
    machine, reclaimer = Machine([zone], ("Normal",)), Task(PF_MEMALLOC=True)
    while zone.nr_free_pages > free:
        order = min(6, (zone.nr_free_pages - free).bit_length() - 1)
        while ask(machine, gfp.NOWARN, reclaimer, order) != PAGE:
            order -= 1
    return machine


def ask(machine: Machine, gfp_mask: int, task: Task, order: int = 0) -> int:
    """What this request meets: a page at once, nothing, or work: then it is left before it reclaims."""
    attempt = begin(machine, gfp_mask, order, task=task)
    while attempt.stage not in (None, nopage, direct_reclaim):
        step(attempt)
    return PAGE if attempt.page is not None else RECLAIMS if attempt.stage is direct_reclaim else NOTHING


def meets(caller: str, free: int, pages_min: int = 221) -> int:
    """What this caller of CALLERS meets on a machine with so many free pages. Raises KeyError for an unknown one."""
    mask, flags = CALLERS[caller]
    return ask(with_free(free, pages_min), gfp.gfp_parse(mask), Task(**flags))


def left_by(mask: int, task: Task, pages_min: int) -> int:
    """Free pages when a request of this caller is first not served at once; it asks again and again, nobody frees."""
    machine = with_free(2 * pages_min, pages_min)
    while ask(machine, mask, task) == PAGE:
        pass
    return machine.zones[0].nr_free_pages


def storm(packets: int, guarded: bool = True) -> list[int]:
    """Packets arrive on top of kswapd while nobody frees: free pages before the first and after each.

    guarded=False leaves out the ladder's `!in_interrupt()`. Only there does being in an interrupt matter to GFP_ATOMIC,
    so the packets are asked for as kswapd itself would.
    """
    machine, task = filled(250).machine.copy(), Task("kswapd0", PF_MEMALLOC=True, in_interrupt=guarded)
    left = [machine.zones[0].nr_free_pages]
    for _ in range(packets):
        ask(machine, gfp.GFP_ATOMIC | gfp.NOWARN, task)
        left.append(machine.zones[0].nr_free_pages)
    return left


def filled(free: int) -> World:
    """48 MB with about so many free pages; most of the rest is page cache that must be written first (model)."""
    return prepare(HARDWARE, position_of(of(HARDWARE).machine().zones[0], free), mix="dirty")


@dataclass(frozen=True)
class Siege:
    """A time under packets. free: (n) NR_FREE_PAGES after each jiffy. dropped: packets for which there was no page.
    answered: pages that the server got for its answers.
    """

    free: list[int]
    dropped: int
    answered: int


def besieged(guarded: bool = True, burst: int = 40, jiffies: int = 2 * HZ) -> Siege:
    """`burst` packets a jiffy, kept until a server has answered them with one new page each; kswapd frees meanwhile.

    guarded=False: while kswapd is awake the card's requests count as its own. Raises ValueError for a burst below 1.
    """
    if burst < 1:
        raise ValueError(f"at least 1 packet a jiffy, not {burst!r}")
    world = filled(250)
    world.speed, world.scheduler.cpus = 1000, 2
    zone, free = world.machine.zones[0], list[int]()
    card = world.spawn("eth0", lambda me: _card(me, world, guarded, burst), in_interrupt=guarded, oomkilladj=-17)
    server = world.spawn("server", lambda me: _server(me, card))
    for _ in range(jiffies):
        world.run(1)
        free.append(zone.nr_free_pages)
    return Siege(free, card.refused, server.memory().total_vm)


@cache
def first_empty(jiffies: int, bursts: range) -> int:
    """The smallest of these bursts by which the unguarded machine has a jiffy without a free page.

    Each is tried, for a few packets more may by chance leave more. Raises StopIteration if none does.
    """
    return next(burst for burst in bursts if 0 in besieged(False, burst, jiffies).free)


def _card(me: Process, world: World, guarded: bool, burst: int) -> Script:
    """Takes a page for each packet; a full queue takes none."""
    while True:
        me.PF_MEMALLOC = not guarded and world.machine.nodes[0].kswapd_awake
        yield from me.kernel(0, min(burst, QUEUE - len(me.blocks)), "skb")
        me.PF_MEMALLOC = False
        yield from me.sleep(1)


def _server(me: Process, card: Process) -> Script:
    """Answers one packet after the other; its page goes back to the card's only then."""
    while True:
        if card.blocks:
            yield from me.grow(1)
            card.release(1)
        else:
            yield from me.sleep(1)
