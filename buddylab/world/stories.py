"""What the processes of the workloads do: one short script each. `workloads.py` says what they are for.

A script yields requests and naps (see process.py). Rates are kept by sleeping: so many pages, then so many jiffies.
"""

from collections.abc import Callable, Mapping
from random import Random

from buddylab.core.zone import HZ
from buddylab.world.process import STACK_ORDER, Process, Script
from buddylab.world.simulation import Simulation
from buddylab.world.users import File

Numbers = Mapping[str, int]
MB = 256
STEP = 1
"""Jiffies between two portions of a steady load."""
PACKET_LIFE = 2
"""Jiffies until a packet has been dealt with."""


def present_pages(sim: Simulation) -> int:
    """All memory, in pages."""
    return sum(zone.present_pages for zone in sim.machine.zones)


def portion(rate: int, jiffies: int = STEP) -> Callable[[int], int]:
    """How much is due in the n-th step of a load of `rate` a second; it adds up exactly."""
    return lambda n: rate * jiffies * (n + 1) // HZ - rate * jiffies * n // HZ


def housekeeping(sim: Simulation, rng: Random, numbers: Numbers) -> None:
    """Every machine: the kernel's own memory, a shell, and a network card whose packets come now and then."""
    pinned = present_pages(sim) * numbers["kernel"] // 100

    def kernel(me: Process) -> Script:
        yield from me.kernel(10, pinned >> 10)
        yield from me.kernel(0, pinned & 1023)
        me.mm = None
        while True:
            yield from me.sleep(HZ * 3600)

    sim.spawn("kernel", kernel, oomkilladj=-17)
    sim.spawn("sh", lambda me: _program(me, rng, 200, 8))
    sim.spawn("eth0", lambda me: frames(me, 1, HZ // 10, 0), in_interrupt=True, oomkilladj=-17)


def frames(me: Process, burst: int, every: int, order: int) -> Script:
    """A network card: so many frames at once, each in a block of its own, gone two jiffies later. It cannot wait."""
    while True:
        yield from me.kernel(order, burst, "skb")
        yield from me.sleep(min(PACKET_LIFE, every))
        me.release(len(me.blocks))
        yield from me.sleep(max(every - PACKET_LIFE, 0))


def _program(me: Process, rng: Random, pages: int, touches: int) -> Script:
    """Fills its memory, then uses some of it again and again."""
    yield from me.grow(pages)
    while True:
        yield from me.touch_some(rng, touches)
        yield from me.sleep(rng.randrange(5, 20))


def _reader(me: Process, rng: Random, file: File, rate: int) -> Script:
    """Reads runs of pages of a file, at this rate."""
    due, n = portion(rate), 0
    while rate:
        pages = min(due(n), file.size)
        yield from me.read(file, rng.randrange(file.size - pages + 1), pages)
        yield from me.sleep(STEP)
        n += 1


def idle_desktop(sim: Simulation, rng: Random, numbers: Numbers) -> None:
    """Four programs of different sizes, their libraries, and updatedb."""
    held = present_pages(sim) * numbers["programs"] // 100
    libraries, disk = sim.population.file(max(held // 8, 1)), sim.population.file(present_pages(sim) * 4)

    def program(me: Process, pages: int) -> Script:
        yield from me.map_file(libraries, 0, libraries.size)
        yield from _program(me, rng, pages, 16)

    for comm, share in (("browser", 50), ("Xorg", 25), ("mail", 15), ("panel", 10)):
        sim.spawn(comm, lambda me, pages=held * share // 100: program(me, pages))  # type: ignore[misc]

    def updatedb(me: Process) -> Script:
        due, n, first = portion(numbers["read_rate"]), 0, 0
        while numbers["read_rate"]:
            pages = min(due(n), disk.size - first)
            yield from me.read(disk, first, pages)
            yield from me.slab(due(n) // 32)
            yield from me.sleep(STEP)
            n, first = n + 1, (first + pages) % disk.size

    sim.spawn("updatedb", updatedb)


def file_server(sim: Simulation, rng: Random, numbers: Numbers) -> None:
    """Four nfsd that share the rate, and a card with jumbo frames."""
    files = sim.population.file(numbers["files"] * MB)
    for _ in range(4):
        sim.spawn("nfsd", lambda me: _reader(me, rng, files, numbers["read_rate"] // 4))
    sim.spawn(
        "eth1",
        lambda me: frames(me, numbers["burst"], numbers["every"], numbers["order"]),
        in_interrupt=True,
        oomkilladj=-17,
    )


def fork_bomb(sim: Simulation, rng: Random, numbers: Numbers) -> None:
    """The first of them, and a neighbour that has nothing to do with it."""

    def bomb(me: Process) -> Script:
        yield from me.kernel(STACK_ORDER)
        yield from me.grow(numbers["pages"])
        while me.blocks:
            yield from me.sleep(numbers["every"])
            if len(sim.population.tasks) < numbers["most"]:
                sim.spawn("bomb", bomb, parent=me, total_vm=400)

    sim.spawn("bomb", bomb, total_vm=400)
    sim.spawn("editor", lambda me: _program(me, rng, 5 * MB, 32))


def memory_hog(sim: Simulation, rng: Random, numbers: Numbers) -> None:
    """The hog among its neighbours."""
    for _ in range(numbers["neighbours"]):
        sim.spawn("neighbour", lambda me: _program(me, rng, numbers["each"] * MB, 64))
    sim.spawn("hog", lambda me: _leak(me, rng, numbers["rate"]))


def _leak(me: Process, rng: Random, rate: int) -> Script:
    """Grows for ever, and looks back now and then."""
    due, n = portion(rate), 0
    while True:
        yield from me.grow(due(n))
        yield from me.touch_some(rng, due(n) // 8)
        yield from me.sleep(STEP)
        n += 1


def slow_leak(sim: Simulation, rng: Random, numbers: Numbers) -> None:
    """The daemon, and a reader."""
    files = sim.population.file(present_pages(sim) * 2)
    sim.spawn("reader", lambda me: _reader(me, rng, files, numbers["read_rate"]))
    sim.spawn("leakyd", lambda me: _leak(me, rng, numbers["rate"]))


def long_among_short(sim: Simulation, rng: Random, numbers: Numbers) -> None:
    """A wave of blocks of which a few stay, and somebody who wants a large one after each wave."""
    wave = present_pages(sim) * numbers["wave"] // 100

    def churn(me: Process) -> Script:
        kept: set[tuple[int, int]] = set()
        while True:
            yield from me.kernel(0, wave - len(kept))
            yield from me.sleep(HZ // 4)
            kept = kept or set(list(me.blocks)[:: numbers["share"]])
            for block in me.blocks:
                if block not in kept:
                    sim.population.free_block(*block)
            me.blocks.clear()
            yield from me.sleep(HZ)

    def wants_large(me: Process) -> Script:
        while True:
            yield from me.sleep(HZ // 2)
            yield from me.kernel(numbers["order"], 1, "skb")
            yield from me.sleep(1)
            me.release(1)

    sim.spawn("churn", churn, oomkilladj=-17)
    sim.spawn("wants_large", wants_large, oomkilladj=-17)


def dirty_flood(sim: Simulation, rng: Random, numbers: Numbers) -> None:
    """The writer goes through a file twice as large as memory; the reader reads another one."""
    files = sim.population.file(present_pages(sim) * 2)

    def writer(me: Process) -> Script:
        out, due, n, first = sim.population.file(present_pages(sim) * 2), portion(numbers["rate"]), 0, 0
        while True:
            pages = min(due(n), out.size - first)
            yield from me.write(out, first, pages)
            yield from me.sleep(STEP)
            n, first = n + 1, (first + pages) % out.size

    sim.spawn("writer", writer)
    sim.spawn("reader", lambda me: _reader(me, rng, files, numbers["read_rate"]))
