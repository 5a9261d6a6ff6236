"""The core, the C reference and the plain buddy must do the same before they are timed."""

from collections.abc import Iterable
from pathlib import Path

from benchmarks.plain_buddy import PlainBuddy
from benchmarks.reference import Reference
from benchmarks.workloads import (
    GIB,
    Sequence,
    Slots,
    at_the_limit,
    build_machine,
    free_pages_of,
    lists_of,
    play,
    play_plain,
)
from buddylab.core.machine import Machine
from buddylab.core.zone import (
    ALLOC_HARDER,
    ALLOC_HIGH,
    ALLOC_NO_WATERMARKS,
    ALLOC_WMARK_HIGH,
    ALLOC_WMARK_LOW,
    ALLOC_WMARK_MIN,
    MAX_ORDER,
)

LIMIT_PAGES = GIB // 16
MARKS = (ALLOC_WMARK_LOW, ALLOC_WMARK_MIN, ALLOC_WMARK_HIGH, ALLOC_NO_WATERMARKS)
DEPTHS = (0, ALLOC_HIGH, ALLOC_HARDER, ALLOC_HIGH | ALLOC_HARDER)


class Disagreement(Exception):
    """Two of the three did not do the same; the message says who, where and what."""


def check_reference(program: Path, folder: Path, timed: Iterable[Sequence], operations: int, seed: int) -> int:
    """Core against C: the sequences to be timed, with and without per-cpu lists; every mark and depth at the limit.

    operations: how many for each mark and depth. Returns how many operations were compared. Raises Disagreement for
    the first page or list that differs.
    """
    compared = 0
    for per_cpu_lists in (True, False):
        machine = build_machine(GIB, per_cpu_lists=per_cpu_lists)
        with Reference(program, machine) as reference:
            for sequence in timed:
                compare(machine, reference, sequence, folder, ALLOC_WMARK_LOW)
                compared += len(sequence)
    machine = build_machine(LIMIT_PAGES)
    with Reference(program, machine) as reference:
        for number, (mark, depth) in enumerate((mark, depth) for mark in MARKS for depth in DEPTHS):
            part = at_the_limit(operations, LIMIT_PAGES, seed + number)
            compare(machine, reference, part, folder, mark | depth, cold=number % 2 == 1)
            compared += len(part)
    return compared


def compare(
    machine: Machine, reference: Reference, sequence: Sequence, folder: Path, alloc_flags: int, cold: bool = False
) -> None:
    """Play one sequence on both: the same pages, the same refusals, the same lists."""
    slots = sequence.new_slots()
    bad = play(machine, sequence, slots, alloc_flags, cold=cold)
    reference.load(sequence, folder)
    _, refused, bad_in_c = reference.play(alloc_flags, cold)
    where = f"with alloc_flags {alloc_flags:#x}"
    for number, (pfn, pfn_in_c) in enumerate(zip(slots, reference.slots(), strict=True)):
        if pfn != pfn_in_c:
            raise Disagreement(f"{where}, allocation {number}: Python gives pfn {pfn}, C gives {pfn_in_c}")
    if (slots.count(None), bad) != (refused, bad_in_c):
        raise Disagreement(
            f"{where}: Python refuses {slots.count(None)} requests and {bad} frees, C {refused} and {bad_in_c}"
        )
    names = ("NR_FREE_PAGES", *(f"the free list of order {order}" for order in range(MAX_ORDER)), "hot", "cold")
    for zone, lists, lists_in_c in zip(reference.zones, lists_of(machine), reference.lists(), strict=True):
        for name, pfns, pfns_in_c in zip(names, lists, lists_in_c, strict=True):
            if pfns != pfns_in_c:
                raise Disagreement(
                    f"{where}, zone {zone.label}, {name}: Python has {pfns[:8]} ({len(pfns)} in all), "
                    f"C has {pfns_in_c[:8]} ({len(pfns_in_c)} in all)"
                )


def check_plain(sequence: Sequence) -> None:
    """Core against the plain buddy: as many pages free after each third of the sequence, as many requests served.

    Raises Disagreement.
    """
    machine, buddy = build_machine(GIB), PlainBuddy(GIB)
    slots, plain_slots = sequence.new_slots(), sequence.new_slots()
    for third in range(3):
        part = sequence.part(third * len(sequence) // 3, (third + 1) * len(sequence) // 3)
        play(machine, part, slots)
        play_plain(buddy, part, plain_slots)
        free, plain_free = free_pages_of(machine), buddy.nr_free_pages()
        if free != plain_free or served(slots) != served(plain_slots):
            raise Disagreement(
                f"after operation {(third + 1) * len(sequence) // 3}: {free} pages are free and {served(slots)} "
                f"requests served, in the plain buddy {plain_free} and {served(plain_slots)}"
            )


def served(slots: Slots) -> int:
    """Slots that were given a block."""
    return len(slots) - slots.count(None)
