"""The table of speed ratios: `python benchmarks/run.py` (also `python -m benchmarks`, `make bench`).

Every figure compares two things within this one run; only building, importing, the slow path and the workload are
absolute. First the core, the C reference and the plain buddy play the same operations and must agree: Python and C in
every page, every refusal and every list with its order, the plain buddy in the requests served and the pages free. A
disagreement ends the run with exit code 1 and a sentence. Then each figure is measured several times, the two sides by
turns, in CPU time. The table shows the median, the quartiles, and the target where there is one.

What "Python" is: `get_page_from_freelist` (zonelist, watermark, per-cpu lists or buddy lists, owner noted, trace
guards) and `Machine.free_pages` (owner checked). "C" is reference.c, the same work with intrusive lists, cc -O2.
"Plain" is plain_buddy.py: a set for each order, no checks, marks, zones or per-cpu lists, no order in a list.

mixed orders, C             Python's time for the mixed orders against C's: 20,000 blocks are handed out (each order
                            half as often as the one below; 44 % of 1 GiB), as often again a block is freed or handed
                            out at random, then all are freed.
mixed orders, plain         the plain buddy's time against Python's, the same operations. Above 1 = the core is faster.
                            With many blocks alive there is little to split or merge, so that the per-cpu lists save
                            little and what shows is the price of the marks, the owner and the zones.
order-0 pairs, C            a page handed out and freed at once, Python against C ...
order-0 pairs, plain        ... and the plain buddy against Python: it splits and merges all the way each time.
per-cpu lists               order-0 pairs without per-cpu lists (batch 1, high 0) against those with: what the lists
                            save. In the zone: zone_watermark_ok, buffered_rmqueue, owner, free_pages.
per-cpu lists, whole path   the same through get_page_from_freelist, whose walk is paid with and without.
4 TiB against 1 GiB         mixed orders on a machine of 4 TiB against one of 1 GiB: size must not matter.
recording                   mixed orders with a trace that is being appended to (emptied every 500 operations; a
                            record lasts one request) against none.
slow path, recorded         a GFP_ATOMIC request of order 3 that fails on a fragmented machine of 64 MiB, with `record`:
                            the lists at the start (40 pfns of each), events and changes, as JSON text.
slow path, document         the same run as the explorer's whole JSON document: what each frame says is in it too.
workload, 1 M operations    the file server's story on a machine of 64 MiB, allocations and frees with reclaim, kswapd
                            and writeback: CPU seconds a million operations, from a fifth of a million.
knobs, ...                  the explorer, one knob turned at a time on each machine: CPU milliseconds from the knobs to
                            the document, median and worst. The targets are scaled by "this computer": how much
                            longer a piece of work takes here than on the computer that they are meant for.
build ...                   zones, marks, zonelists and boot of a machine of that size; peak as tracemalloc sees it.
6.12, order-0 pairs         the pass and the free of Linux 6.12's allocator (buddylab.modern) against the core's: its
                            fast path, served from the per-cpu list.
6.12, mixed orders          the same for the mixed orders. In 6.12 blocks of order 1 to 3 go through the per-cpu lists
                            and, as they are freed one after the other, soon through the free lists as well.
6.12, 4 TiB / recording / build  as the rows of the core.
6.12, list designs          an OrderedDict for each list against the two dicts that were chosen (benchmarks/lists.py).
import ...                  a fresh interpreter that imports it, less a bare one.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:  # run as a file, the path holds this folder only
    sys.path.insert(0, str(ROOT))

from benchmarks import agreement, knobs, lists, modern, workloads  # noqa: E402
from benchmarks.plain_buddy import PlainBuddy  # noqa: E402
from benchmarks.reference import BrokenReference, Reference, compile_reference, compiler  # noqa: E402
from benchmarks.table import Row, line, row  # noqa: E402
from benchmarks.workloads import GIB, Sequence, build_machine, cpu_ns, play, play_plain  # noqa: E402
from buddylab.core.gfp import GFP_ATOMIC  # noqa: E402
from buddylab.core.ladder import alloc_pages  # noqa: E402
from buddylab.core.machine import Machine  # noqa: E402
from buddylab.core.record import record  # noqa: E402
from buddylab.core.zone import ALLOC_WMARK_LOW, MAX_ORDER  # noqa: E402
from buddylab.view.document import to_json, view  # noqa: E402
from buddylab.world.workloads import start  # noqa: E402

SEED = 20070426
TIB = GIB << 10
C_RUNS = 7
"""C plays the sequence so often for each time that Python plays it: it is done too soon to be timed once."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured."""

    blocks: int = 20_000
    pairs: int = 10_000
    repeats: int = 15
    operations: int = 200_000
    values: int = 10
    limit_operations: int = 6_000
    """For each mark and depth; with less the limit is not reached."""


TRAVEL = 40
"""Pfns of a long list that travel with a trace."""
QUICK = Scale(blocks=1_000, pairs=500, repeats=3, operations=5_000, values=2)


def by_turns(scale: Scale, upper: Callable[[], float], lower: Callable[[], float]) -> list[float]:
    """Ratios of two times, measured by turns, once before for warming up. What goes first changes each time."""
    upper(), lower()
    ratios = []
    for number in range(scale.repeats):
        if number % 2:
            below = lower()
            ratios.append(upper() / below)
        else:
            above = upper()
            ratios.append(above / lower())
    return ratios


def python_time(machine: Machine, sequence: Sequence) -> float:
    """CPU time that the core takes to play it."""
    return cpu_ns(partial(play, machine, sequence, sequence.new_slots()))


def plain_time(buddy: PlainBuddy, sequence: Sequence) -> float:
    """CPU time that the plain buddy takes to play it."""
    return cpu_ns(partial(play_plain, buddy, sequence, sequence.new_slots()))


def c_time(reference: Reference) -> float:
    """CPU time that C takes to play what it has loaded: the median of several."""
    return statistics.median(reference.play(ALLOC_WMARK_LOW)[0] for _ in range(C_RUNS))


def against_c(scale: Scale, program: Path, mixed: Sequence, pairs: Sequence) -> Iterator[Row]:
    """The core against C."""
    for title, sequence, target in (("mixed orders, C", mixed, ("<", 65.0)), ("order-0 pairs, C", pairs, None)):
        machine = build_machine(GIB)
        with Reference(program, machine) as reference:
            reference.load(sequence, program.parent)
            ratios = by_turns(scale, partial(python_time, machine, sequence), partial(c_time, reference))
        yield row(title, ratios, target=target)


def against_plain(scale: Scale, mixed: Sequence, pairs: Sequence) -> Iterator[Row]:
    """The plain buddy against the core."""
    for title, sequence, target in (("mixed orders, plain", mixed, (">", 1.5)), ("order-0 pairs, plain", pairs, None)):
        machine, buddy = build_machine(GIB), PlainBuddy(GIB)
        ratios = by_turns(scale, partial(plain_time, buddy, sequence), partial(python_time, machine, sequence))
        yield row(title, ratios, target=target)


def per_cpu_lists(scale: Scale) -> Iterator[Row]:
    """What the per-cpu lists save."""
    for title, pairs, target in (
        ("per-cpu lists", workloads.play_pairs_in_zone, (">", 6.0)),
        ("per-cpu lists, whole path", workloads.play_pairs, None),
    ):
        with_lists, without = build_machine(GIB), build_machine(GIB, per_cpu_lists=False)
        ratios = by_turns(
            scale,
            lambda: cpu_ns(partial(pairs, without, scale.pairs)),  # noqa: B023  # called here
            lambda: cpu_ns(partial(pairs, with_lists, scale.pairs)),  # noqa: B023  # called here
        )
        yield row(title, ratios, target=target)


def by_size(scale: Scale, mixed: Sequence) -> Row:
    """Does the size of the machine matter?"""
    large, small = build_machine(4 * TIB), build_machine(GIB)
    ratios = by_turns(scale, partial(python_time, large, mixed), partial(python_time, small, mixed))
    return row("4 TiB against 1 GiB", ratios, target=("<", 1.3))


def recording(scale: Scale, mixed: Sequence) -> Row:
    """What a trace costs."""
    parts = [mixed.part(first, first + 500) for first in range(0, len(mixed), 500)]
    machine = build_machine(GIB)

    def play_parts() -> None:
        slots = mixed.new_slots()
        for part in parts:
            play(machine, part, slots)
            if machine.trace is not None:
                machine.trace.clear()

    def on() -> float:
        machine.trace = []
        taken = cpu_ns(play_parts)
        machine.trace = None
        return taken

    return row("recording", by_turns(scale, on, lambda: cpu_ns(play_parts)), target=("<", 1.6))


def fragmented_machine() -> Machine:
    """64 MiB of which three pages in four are used; no two free pages lie side by side."""
    machine = build_machine(GIB // 16)
    pages = []
    while (pfn := alloc_pages(machine, GFP_ATOMIC, 0)) is not None:
        pages.append(pfn)
    machine.drain_local_pages()
    for pfn in pages:
        if pfn % 4 == 0:
            machine.free_pages(pfn, 0)
    machine.drain_local_pages()
    return machine


def slow_path(scale: Scale) -> Iterator[Row]:
    """A request that goes down to nopage, recorded and told."""
    machine = fragmented_machine()

    def run() -> None:
        trace = record(machine, GFP_ATOMIC, 3)
        start = [[z.free_list(order, TRAVEL) for order in range(MAX_ORDER)] for z in trace.before]
        json.dumps([start, trace.events, trace.changes()])

    def document() -> None:
        to_json(view(record(machine, GFP_ATOMIC, 3)))

    for title, work, target in (("slow path, recorded", run, ("<", 0.3)), ("slow path, document", document, None)):
        work()
        yield row(title, [cpu_ns(work) / 1e6 for _ in range(scale.repeats * 3)], "ms", target)
    assert record(machine, GFP_ATOMIC, 3).end == "no_page"


def simulating(scale: Scale) -> Row:
    """A workload in simulated time, three runs of the same seed."""
    times = []
    for _ in range(3):
        simulation = start("file_server", "small", SEED)
        times.append(cpu_ns(lambda run=simulation.run: run(operations=scale.operations)) / scale.operations / 1e3)
    return row("workload, 1 M operations", times, "s", ("<", 10.0))


def building(scale: Scale) -> Iterator[Row]:
    """Time and memory that a new machine takes."""
    for size, pages in (("1 GiB", GIB), ("64 GiB", 64 * GIB), ("4 TiB", 4 * TIB)):
        build, largest = partial(build_machine, pages), size == "4 TiB"
        build()
        times = [cpu_ns(build) / 1e6 for _ in range(scale.repeats * 3)]
        yield row(f"build {size}, time", times, "ms", ("<", 1.0) if largest else None)
        tracemalloc.start()
        machine = build()
        peak = tracemalloc.get_traced_memory()[1] / 1e6
        tracemalloc.stop()
        assert sum(zone.present_pages for zone in machine.zones) == pages
        yield Row(f"build {size}, peak", peak, (peak, peak), "MB", ("<", 1.0) if largest else None)


def modern_time(machine: modern.Machine, sequence: Sequence) -> float:
    """CPU time of a sequence on 6.12's allocator."""
    slots = sequence.new_slots()
    return cpu_ns(partial(modern.play, machine, sequence, slots))


def against_core(scale: Scale, mixed: Sequence, pairs: Sequence) -> Iterator[Row]:
    """6.12's allocator against the core: the same sequences, the same loop."""
    for title, sequence, target in (("6.12, order-0 pairs", pairs, ("<", 1.6)), ("6.12, mixed orders", mixed, None)):
        newer, core = modern.build_machine(GIB), build_machine(GIB)
        ratios = by_turns(scale, partial(modern_time, newer, sequence), partial(python_time, core, sequence))
        yield row(title, ratios, target=target)
    large, small = modern.build_machine(4 * TIB), modern.build_machine(GIB)
    ratios = by_turns(scale, partial(modern_time, large, mixed), partial(modern_time, small, mixed))
    yield row("6.12, 4 TiB against 1 GiB", ratios, target=("<", 1.3))
    yield modern_recording(scale, mixed)
    yield from modern_building(scale)
    done = lists.operations(scale.blocks, SEED)
    if lists.play_pair(done) != lists.play_ordered(done):
        raise agreement.Disagreement("the two designs of a free list give other blocks")
    ordered, pair = partial(lists.play_ordered, done), partial(lists.play_pair, done)
    yield row("6.12, list designs", by_turns(scale, lambda: cpu_ns(ordered), lambda: cpu_ns(pair)))


def modern_recording(scale: Scale, mixed: Sequence) -> Row:
    """What a trace costs in 6.12's allocator."""
    parts, machine = [mixed.part(first, first + 500) for first in range(0, len(mixed), 500)], modern.build_machine(GIB)

    def play_parts() -> None:
        slots = mixed.new_slots()
        for part in parts:
            modern.play(machine, part, slots)
            if machine.trace is not None:
                machine.trace.clear()

    def on() -> float:
        machine.trace = []
        taken = cpu_ns(play_parts)
        machine.trace = None
        return taken

    return row("6.12, recording", by_turns(scale, on, lambda: cpu_ns(play_parts)), target=("<", 1.4))


def modern_building(scale: Scale) -> Iterator[Row]:
    """Time and memory that a machine of 4 TiB takes in 6.12's allocator."""
    build = partial(modern.build_machine, 4 * TIB)
    build()
    times = [cpu_ns(build) / 1e6 for _ in range(scale.repeats * 3)]
    yield row("6.12, build 4 TiB, time", times, "ms", ("<", 2.0))
    tracemalloc.start()
    machine = build()
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    assert sum(zone.present_pages for zone in machine.zones) == 4 * TIB
    yield Row("6.12, build 4 TiB, peak", peak, (peak, peak), "MB", ("<", 2.0))


def importing(scale: Scale) -> Iterator[Row]:
    """Time that an import takes in a fresh interpreter."""

    def interpreter(code: str) -> float:
        before = getrusage(RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
        after = getrusage(RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3

    for module in ("buddylab", "buddylab.core.record"):
        interpreter(f"import {module}")
        times = [interpreter(f"import {module}") - interpreter("pass") for _ in range(scale.repeats)]
        yield row(f"import {module}", times, "ms", ("<", 60.0))


def measure(scale: Scale) -> Iterator[Row]:
    """All rows; those against C only with a compiler. Raises agreement.Disagreement before anything is timed."""
    mixed, pairs = workloads.mixed_orders(scale.blocks, SEED), workloads.order_0_pairs(scale.pairs)
    agreement.check_plain(mixed)
    agreement.check_plain(pairs)
    if compiler() is not None:
        with tempfile.TemporaryDirectory() as name:
            program = compile_reference(Path(name))
            agreement.check_reference(program, Path(name), (mixed, pairs), scale.limit_operations, SEED)
            yield from against_c(scale, program, mixed, pairs)
    yield from against_plain(scale, mixed, pairs)
    yield from per_cpu_lists(scale)
    yield by_size(scale, mixed)
    yield recording(scale, mixed)
    yield from slow_path(scale)
    yield simulating(scale)
    yield from knobs.answering(scale.values, SEED)
    yield from building(scale)
    yield from against_core(scale, mixed, pairs)
    yield from importing(scale)


def main(arguments: list[str] | None = None) -> int:
    """The command line; the exit code is 0, or 1 after a disagreement."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Speed ratios of buddylab's core within one run.")
    parser.add_argument("--json", action="store_true", help="print the rows as JSON instead of a table")
    parser.add_argument("--quick", action="store_true", help="a few thousand operations: a trial, not a measurement")
    options = parser.parse_args(arguments)
    skipped = [] if compiler() else ["mixed orders, C", "order-0 pairs, C"]
    if skipped:
        print(f"SKIPPED, for want of a C compiler (cc, gcc, clang): {'; '.join(skipped)}", file=sys.stderr)
    rows = []
    if not options.json:
        print(f"seed {SEED}, Python {sys.version.split()[0]}{', a trial run' if options.quick else ''}\n")
        print(f"{'':28}{'median':>9}     {'quartiles':>16}   target")
    try:
        for r in measure(QUICK if options.quick else Scale()):
            rows.append(asdict(r) | {"met": r.met})
            if not options.json:
                print(line(r), flush=True)
    except agreement.Disagreement as disagreement:
        print(f"They do not agree, so nothing is timed: {disagreement}", file=sys.stderr)
        return 1
    except BrokenReference as error:
        print(f"Nothing can be held against C: {error}", file=sys.stderr)
        return 1
    if options.json:
        print(
            json.dumps(
                {
                    "seed": SEED,
                    "python": sys.version.split()[0],
                    "quick": options.quick,
                    "skipped": skipped,
                    "rows": rows,
                }
            )
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
