"""The kernel's own threads as processes: a kswapd for every node, and pdflush."""

from collections.abc import Callable, Iterator

from buddylab.core.zone import HZ
from buddylab.reclaim.kswapd import Kswapd
from buddylab.reclaim.tracing import COND_RESCHED, CONGESTION_WAIT, SCHEDULE, Nap
from buddylab.world.population import Population
from buddylab.world.process import Process, Script

MAX_WRITEBACK_PAGES = 1024
DIRTY_WRITEBACK, DIRTY_EXPIRE = 5 * HZ, 30 * HZ
"""pdflush comes every 5 seconds, for what has been dirty for 30. C: mm/page-writeback.c."""


def kswapd(population: Population, node: int) -> Process:
    """The node's kswapd, asleep."""
    zones = sorted((z for z in population.zones if z.zone.node == node), key=lambda z: z.zone.index)
    thread = Process(f"kswapd{node}", population=population, waits="event")
    steps = Kswapd(zones, population.vm, population.machine.nodes[node], thread).kswapd()
    next(steps)
    thread.script = _thread(steps)
    return thread


def _thread(steps: Iterator[Nap]) -> Script:
    """A kernel function as a script."""
    yield from steps


class Pdflush(Process):
    """Writes until little enough is dirty, and what was asked for, and what is old. C: mm/page-writeback.c.

    to_write: pages that somebody asks for. It begins asleep.
    """

    def __init__(self, population: Population, now: Callable[[], int]) -> None:
        """now: the clock, in jiffies."""
        self.to_write = 0
        super().__init__("pdflush", script=self._write(population, now), population=population, waits="event")

    def ask(self, nr_pages: int) -> None:
        """Somebody wants at least so many pages written."""
        self.to_write = max(self.to_write, nr_pages)

    def _write(self, population: Population, now: Callable[[], int]) -> Script:
        while True:
            wanted, self.to_write = self.to_write, 0
            while wanted > 0 or population.nr_dirty > population.dirty_limits()[0]:
                started = population.write_oldest(MAX_WRITEBACK_PAGES)
                if not started:
                    break
                wanted -= started
                yield CONGESTION_WAIT if population.disk.congested else COND_RESCHED
            population.write_oldest(MAX_WRITEBACK_PAGES, now() - DIRTY_EXPIRE)
            yield SCHEDULE
