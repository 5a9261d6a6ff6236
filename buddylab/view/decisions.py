"""What each stage of the ladder looked at and what it decided: one function a stage, by the stage's name.

Each takes a `Moment` and returns the sentence's key and the frame's parts, or None where the stage's first event says
it all. Conditions are [code, value, key of its meaning], the one that decided first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from buddylab.core import gfp
from buddylab.core.events import Event
from buddylab.core.record import Run
from buddylab.core.zone import ALLOC_CPUSET, ALLOC_HARDER, ALLOC_HIGH, lowered

Parts = dict[str, Any]
Decision = tuple[str, Parts]


@dataclass(slots=True)
class Moment:
    """A stage is entered: the run, the task's flags now, the event behind it, and the stage that came next.

    alloc_flags: as the next stage finds them. following: "" where the run ends.
    """

    run: Run
    memalloc: int
    memdie: int
    next_event: Event | None
    following: str
    alloc_flags: int

    def bit(self, name: str) -> int:
        """1 if the request's mask has this bit."""
        return int(bool(self.run.gfp_mask & gfp.BITS[name]))


def might_sleep(now: Moment) -> Decision:
    """May the caller sleep?"""
    wait, irq = now.bit("WAIT"), now.run.task.in_interrupt
    return "might_sleep_no" if not wait else "might_sleep_caught" if irq else "might_sleep_wait", {
        "event": now.next_event,
        "conds": [["__GFP_WAIT", wait, "c_may_sleep" if wait else "c_no_sleep"]],
    }


def fault_injection(now: Moment) -> Decision:
    """Was the request made to fail?"""
    event = now.next_event
    if event is None or event[0] != "should_fail":
        return "fault_spared", {"conds": [["should_fail()", "–", "c_spared"]]}
    refused, percent = event[2], now.run.machine.fault_attr.probability
    conds = [
        ["should_fail()", refused, "c_give_up" if refused else "c_go_on"],
        ["probability", percent, "c_percent" if percent else "c_off"],
    ]
    return ("fault_refuse" if refused else "fault_pass"), {
        "event": event,
        "mood": "no" if refused else "",
        "conds": conds,
    }


def restart(now: Moment) -> Decision | None:
    """Is there any zone at all?"""
    return None if now.run.zonelist else ("empty_zonelist", {"mood": "no"})


def thisnode(now: Moment) -> Decision:
    """Would the caller rather try elsewhere?"""
    bits, numa = (now.run.gfp_mask & gfp.GFP_THISNODE).bit_count(), now.run.machine.numa
    gives_up = numa and bits == 3
    key = "thisnode_yes" if gives_up else "thisnode_no" if numa else "thisnode_no_numa"
    means = "c_give_up" if gives_up else "c_go_on"
    conds: list[list[Any]] = [["NUMA_BUILD", int(numa), means], ["GFP_THISNODE", f"{bits} / 3", means]]
    return key, {"mood": "no" if gives_up else "", "conds": _first("GFP_THISNODE" if numa else "NUMA_BUILD", conds)}


def alloc_flags(now: Moment) -> Decision:
    """How deep may it go?"""
    flags, task, wait = now.alloc_flags, now.run.task, now.bit("WAIT")
    high, harder = int(bool(flags & ALLOC_HIGH)), int(bool(flags & ALLOC_HARDER))
    keys = {
        (0, 0): "flags_plain",
        (1, 0): "flags_high",
        (0, 1): "flags_rt" if wait else "flags_wait",
        (1, 1): "flags_rt_high" if wait else "flags_atomic",
    }
    earned = "c_quarter_rt" if wait and task.rt_task else "c_quarter_wait"
    zones = {zone.label: (place, zone) for place, zone in enumerate(now.run.before)}
    chains = [
        {
            "zone": place,
            "mark_name": "pages_min",
            "mark": zone.pages_min,
            "chain": lowered(zone.pages_min, flags),
            "reserve": zone.lowmem_reserve[now.run.classzone_idx],
        }
        for place, zone in map(zones.__getitem__, now.run.zonelist)
    ]
    return keys[high, harder], {
        "chains": chains,
        "conds": [
            ["ALLOC_WMARK_MIN", 1, "c_wmark_min"],
            ["ALLOC_HARDER", harder, earned if harder else "c_not"],
            ["ALLOC_HIGH", high, "c_half" if high else "c_not"],
            ["ALLOC_CPUSET", int(bool(flags & ALLOC_CPUSET)), "c_cpuset" if wait else "c_no_cpuset"],
        ],
    }


def rebalance(now: Moment) -> Decision:
    """Who may use the reserve, who must give up, who reclaims?"""
    irq, dying = now.run.task.in_interrupt, now.memdie
    conds = [
        ["PF_MEMALLOC", now.memalloc, "c_freeing" if now.memalloc else "c_no"],
        ["TIF_MEMDIE", dying, "c_killed" if dying else "c_no"],
        ["in_interrupt()", int(irq), "c_shuts" if irq else "c_no"],
        ["__GFP_NOMEMALLOC", now.bit("NOMEMALLOC"), "c_forbids" if now.bit("NOMEMALLOC") else "c_no"],
        ["__GFP_WAIT", now.bit("WAIT"), "c_may_reclaim" if now.bit("WAIT") else "c_no_reclaim"],
    ]
    who = {"who": "@who_memdie" if dying else "@who_memalloc"}
    if now.following == "nofail_alloc":
        decided = "TIF_MEMDIE" if dying else "PF_MEMALLOC"
        return "rebalance_reserve", {"args": who, "mood": "ok", "conds": _first(decided, conds)}
    if (now.memalloc or dying) and not irq:
        conds = _first("__GFP_NOMEMALLOC", conds)
        return "rebalance_nomemalloc", {"args": who, "mood": "no", "conds": conds}
    shut = (now.memalloc or dying) and irq
    conds = _first("in_interrupt()" if shut else "__GFP_WAIT", conds)
    args = {"args": who} if shut else {}
    if now.following == "direct_reclaim":
        return "rebalance_irq_wait" if shut else "rebalance_reclaim", {**args, "conds": conds}
    return "rebalance_irq" if shut else "rebalance_atomic", {**args, "mood": "no", "conds": conds}


def direct_reclaim(now: Moment) -> Decision:
    """What may the caller's own reclaim touch?"""
    conds = [
        ["__GFP_IO", now.bit("IO"), "c_io" if now.bit("IO") else "c_no_io"],
        ["__GFP_FS", now.bit("FS"), "c_fs" if now.bit("FS") else "c_no_fs"],
    ]
    return "reclaim_start", {"mood": "reclaim", "conds": conds}


def should_retry(now: Moment) -> Decision:
    """Another round?"""
    order, mask = now.run.order, now.run.gfp_mask
    rules = (
        ("retry_noretry", "__GFP_NORETRY", mask & gfp.NORETRY),
        ("retry_nofail", "__GFP_NOFAIL", mask & gfp.NOFAIL),
        ("retry_small", "order", order <= 3),
        ("retry_repeat", "__GFP_REPEAT", mask & gfp.REPEAT),
        ("retry_big", "order", True),
    )
    key, decided = next((key, code) for key, code, holds in rules if holds)
    conds = [["order", order, "c_order_small" if order <= 3 else "c_order_big"]]
    conds += [
        [f"__GFP_{name}", now.bit(name), means if now.bit(name) else "c_no"]
        for name, means in (("NORETRY", "c_beats"), ("REPEAT", "c_round"), ("NOFAIL", "c_round"))
    ]
    gives_up = now.following == "nopage"
    return key, {"args": {"order": order}, "mood": "no" if gives_up else "", "conds": _first(decided, conds)}


def nopage(now: Moment) -> Decision | None:
    """Is the failure to be kept out of the log?"""
    return ("nowarn", {"mood": "no", "conds": [["__GFP_NOWARN", 1, "c_silent"]]}) if now.bit("NOWARN") else None


DECISIONS: dict[str, Callable[[Moment], Decision | None]] = {
    decide.__name__: decide
    for decide in (
        might_sleep,
        fault_injection,
        restart,
        thisnode,
        alloc_flags,
        rebalance,
        direct_reclaim,
        should_retry,
        nopage,
    )
}
"""The stages that decide something of their own, by name."""


def _first(code: str, conds: list[list[Any]]) -> list[list[Any]]:
    """The same conditions with the one that decided in front."""
    return sorted(conds, key=lambda cond: cond[0] != code)
