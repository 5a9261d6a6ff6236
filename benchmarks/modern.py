"""The allocator of Linux 6.12, timed beside the core: the same sequences, the same loop."""

from benchmarks.workloads import ZONE_STARTS, ZONE_TYPES, Sequence, Slots
from buddylab.core.zone import BadPage
from buddylab.modern.environment import Task
from buddylab.modern.freelist import fast_path_flags, get_page_from_freelist
from buddylab.modern.gfp import GFP_KERNEL
from buddylab.modern.ladder import begin
from buddylab.modern.machine import Machine
from buddylab.modern.setup import setup_zones
from buddylab.modern.zone import Zone


def build_machine(pages: int) -> Machine:
    """A booted x86-64 machine of this size, its zones where those of the core's are."""
    ends = (*ZONE_STARTS[1:], pages)
    zones = [
        Zone(name, start, min(end, pages) - start)
        for name, start, end in zip(ZONE_TYPES, ZONE_STARTS, ends, strict=True)
        if start < pages
    ]
    setup_zones(zones)
    return Machine(zones)


def play(machine: Machine, sequence: Sequence, slots: Slots) -> int:
    """Play a sequence on the fast path's pass; returns how many frees were BadPage."""
    get, free, task, bad = get_page_from_freelist, machine.free_pages, Task(), 0
    ac = begin(machine, GFP_KERNEL, 0).ac
    alloc_flags = fast_path_flags(GFP_KERNEL, ac)
    for alloc, order, slot in zip(sequence.allocs, sequence.orders, sequence.slots):  # noqa: B905  # timed
        if alloc:
            slots[slot] = get(machine, task, GFP_KERNEL, order, alloc_flags, ac)
        else:
            pfn = slots[slot]
            if pfn is not None:
                try:
                    free(pfn, order)
                except BadPage:
                    bad += 1
    return bad
