"""A filled machine: a plain, seeded model of who uses memory, and of how some of it comes back.

A MODEL, not the kernel: used pages are kernel, anonymous, clean or dirty page cache in stated shares; reclaim gives
them back by four plain rules (`Population`). Free lists, splits, merges and per-cpu lists are the exact core's own.
"""

import math
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from buddylab.core import gfp
from buddylab.core.buddy import free_one_page, rmqueue
from buddylab.core.environment import Task
from buddylab.core.machine import Machine
from buddylab.core.pcp import free_hot_cold_page
from buddylab.core.zone import MAX_ORDER, SWAP_CLUSTER_MAX, TOP, Zone
from buddylab.world.hardware import MACHINES

TRACK = 1000
"""Positions on the pressure track; left = no page free."""
CUT = 480
"""Where the track is torn: left of it pages up to `near` high marks, right of it all the rest."""
NEAR = 1.65
VICTIM_PAGES = 512
"""What the OOM killer's victim gives back at most."""


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of the used pages in percent (model). swap: anonymous pages can be reclaimed."""

    name_en: str
    name_zh: str
    kernel: int
    anon: int
    clean: int
    dirty: int
    swap: bool = True


MIXES = {
    "desktop": Mix("desktop", "桌面", 22, 41, 30, 7),
    "file_server": Mix("file server", "文件服务器", 10, 10, 65, 15),
    "dirty": Mix("dirty page cache", "脏页缓存", 12, 8, 0, 80),
    "no_swap": Mix("processes, no swap", "进程，无交换区", 12, 88, 0, 0, swap=False),
    "kernel": Mix("kernel only", "全是内核页", 100, 0, 0, 0),
}


def pages_at(zone: Zone, position: int) -> int:
    """Free pages that a position 0..1000 of the pressure track stands for in this zone."""
    near = min(NEAR * zone.pages_high, zone.present_pages / 2)
    if position <= CUT:
        return round(near * position / CUT)
    return round(near + (zone.present_pages - near) * (position - CUT) / (TRACK - CUT))


def position_of(zone: Zone, pages: int) -> int:
    """The position of the pressure track that stands for this many free pages."""
    near = min(NEAR * zone.pages_high, zone.present_pages / 2)
    if pages <= near:
        return round(CUT * pages / near)
    return round(CUT + (TRACK - CUT) * (pages - near) / (zone.present_pages - near))


class Population:
    """Who uses a machine's memory (model), and the machine's world: how pages come back.

    Rules. Direct reclaim takes SWAP_CLUSTER_MAX pages from the caller's zones: clean cache first, then dirty cache
    (only with __GFP_FS), then anonymous pages (only with swap and __GFP_IO). kswapd, once woken, takes as many in
    every wait, whatever their kind, until the zones are above pages_high. The OOM killer's victim gives back a
    quarter of the anonymous pages, at most 512, a tick later. Kernel pages never come back.
    """

    def __init__(self, machine: Machine, mix: Mix) -> None:
        """Becomes the machine's world; `settle` says who uses what."""
        self.machine, self.mix = machine, mix
        self.used: list[tuple[int, int, str]] = []
        self.pools: dict[str, list[deque[int]]] = {
            kind: [deque() for _ in machine.zones] for kind in ("clean", "dirty", "anon")
        }
        self.kswapd_at_work = False
        machine.world = self

    def copy(self) -> "Population":
        """The same population on a copy of the machine."""
        twin = Population(self.machine.copy(), self.mix)
        twin.used = self.used
        twin.pools = {kind: [pool.copy() for pool in pools] for kind, pools in self.pools.items()}
        return twin

    def settle(self, zone: Zone, pfn: int, order: int, kind: str) -> None:
        """Give a block to a kind of user; what can be reclaimed is held page by page."""
        self.used.append((pfn, order, kind))
        if kind == "kernel":
            self.machine.owner[pfn] = zone.place << 4 | order
            return
        pages = range(pfn, pfn + (1 << order))
        self.machine.owner.update(dict.fromkeys(pages, zone.place << 4))
        self.pools[kind][zone.place].extend(pages)

    def kind_of(self, pfn: int) -> str:
        """What the page was used for before the run; "free" if it was not used."""
        place = bisect_right(self.used, (pfn, MAX_ORDER, "")) - 1
        if place >= 0 and pfn < self.used[place][0] + (1 << self.used[place][1]):
            return self.used[place][2]
        return "free"

    def _give_back(self, kind: str, zones: Sequence[Zone], wanted: int) -> int:
        """Free up to `wanted` pages of a kind, oldest first, and note it in the trace."""
        given = 0
        for zone in zones:
            pool = self.pools[kind][zone.place]
            here = min(len(pool), wanted - given)
            if here and self.machine.trace is not None:
                self.machine.trace.append(("note", kind, zone.label, here))
            for _ in range(here):
                self.machine.free_pages(pool.popleft(), 0)
            given += here
        return given

    def _reclaim(self, zones: Sequence[Zone], gfp_mask: int) -> int:
        kinds = ["clean"] + ["dirty"] * bool(gfp_mask & gfp.FS)
        kinds += ["anon"] * bool(self.mix.swap and gfp_mask & gfp.IO)
        freed = 0
        for kind in kinds:
            freed += self._give_back(kind, zones, SWAP_CLUSTER_MAX - freed)
        return freed

    def _kswapd(self) -> None:
        """One stretch of kswapd's work, if it was woken and a zone still lies below pages_high."""
        low = [zone for zone in self.machine.zones if zone.nr_free_pages <= zone.pages_high]
        if not self.kswapd_at_work or not low or not self._reclaim(low, gfp.GFP_KERNEL):
            self.kswapd_at_work = False

    def wake_up_interruptible(self, task: Task, node: int) -> None:
        """kswapd takes the order it was asked for; it works while others wait."""
        self.machine.nodes[node].kswapd_max_order = 0
        self.kswapd_at_work = True

    def cond_resched(self, task: Task) -> None:
        """Nobody else wants the CPU."""

    def try_to_free_pages(self, task: Task, zones: Sequence[Zone], gfp_mask: int) -> int:
        """Reclaim a cluster; progress is whether any page came back."""
        return int(self._reclaim(zones, gfp_mask) > 0)

    def out_of_memory(self, task: Task, zones: Sequence[Zone], gfp_mask: int, order: int) -> int:
        """The victim's anonymous pages come back; the caller sleeps a tick meanwhile."""
        anon = sum(map(len, self.pools["anon"]))
        self._give_back("anon", self.machine.zones, min(math.ceil(anon / 4), VICTIM_PAGES))
        return 1

    def congestion_wait(self, task: Task, timeout: int) -> int:
        """The whole time-out, in which kswapd may work."""
        self._kswapd()
        return timeout

    def zone_reclaim(self, task: Task, zone: Zone, gfp_mask: int, order: int) -> int:
        """Reclaim in the near zone."""
        return self._reclaim([zone], gfp_mask)

    def random32(self) -> int:
        """Fault injection is off here; always 0."""
        return 0


def free_blocks(zone: Zone, target: int, scatter: int) -> list[int]:
    """How many free blocks of each order make up `target` pages at this scatter (0 = large blocks, 100 = single)."""
    whole = min(target, max(0, 2 * target - zone.present_pages))
    centre = TOP * (1 - scatter / 100)
    weights = [math.exp(-(((order - centre) / 1.6) ** 2)) for order in range(MAX_ORDER)]
    counts, due = [0] * MAX_ORDER, 0.0
    for order in range(TOP, -1, -1):
        due += (target - whole) * weights[order] / sum(weights)
        counts[order] = int(due + 1e-6) >> order
        due -= counts[order] << order
    for order in range(TOP):
        counts[order] += whole >> order & 1
    counts[TOP] += whole >> TOP
    counts[0] += target - sum(count << order for order, count in enumerate(counts))
    return counts


def populate(machine: Machine, mix: Mix, blocks: dict[str, list[int]], seed: int) -> Population:
    """Use up a freshly booted machine but for these free blocks by zone and order; every free block's buddy is used."""
    population, rng = Population(machine, mix), Random(seed)
    for zone in machine.zones:
        _populate_zone(population, zone, blocks[zone.label], rng)
    population.used.sort()
    return population


def _populate_zone(population: Population, zone: Zone, blocks: list[int], rng: Random) -> None:
    spare = zone.present_pages - sum(count << order for order, count in enumerate(blocks))
    items: list[tuple[int, str]] = []
    for order, count in enumerate(blocks):
        paired = min(count, max(spare, 0) >> order) if order < TOP else 0
        items += [(order, "pair")] * paired + [(order, "alone")] * (count - paired)
        spare -= paired << order
    items += [(rng.choice((2, 3, 4, 5)), "used") for _ in range(spare // 20)]
    rng.shuffle(items)
    chosen: list[tuple[int, int]] = []
    for order, how in sorted(items, key=lambda item: item[0] < 8):
        _place(population, zone, order, how, chosen, rng)
    for order in range(TOP, -1, -1):
        while zone.nr_free(order):
            pfn = rmqueue(zone, order)
            if pfn is not None:
                population.settle(zone, pfn, order, _kind(population.mix, rng))
    _keep_at_hand(population, zone)
    for pfn, order in chosen:
        free_one_page(zone, pfn, order)


def _place(population: Population, zone: Zone, order: int, how: str, chosen: list[tuple[int, int]],
           rng: Random) -> None:  # fmt: skip
    """Take room for one block: one to be freed with its buddy in use ("pair"), one to be freed, or a used one.

    Where a zone has no room for the pair the block goes alone; where it has none for the block, two halves go.
    """
    pfn = rmqueue(zone, order + (how == "pair"))
    if pfn is None and how == "pair":
        how, pfn = "alone", rmqueue(zone, order)
    if pfn is None:
        for _ in range(2 if order else 0):
            _place(population, zone, order - 1, how, chosen, rng)
    elif how == "pair":
        upper = rng.randrange(2) << order
        chosen.append((pfn + upper, order))
        population.settle(zone, pfn + (1 << order) - upper, order, _kind(population.mix, rng))
    elif how == "alone":
        chosen.append((pfn, order))
    else:
        population.settle(zone, pfn, order, _kind(population.mix, rng))


def _kind(mix: Mix, rng: Random) -> str:
    return rng.choices(("kernel", "anon", "clean", "dirty"), (mix.kernel, mix.anon, mix.clean, mix.dirty))[0]


def _keep_at_hand(population: Population, zone: Zone) -> None:
    """Put some pages on the per-cpu lists: three quarters of a batch hot, a quarter of one cold."""
    for cold, count in ((0, zone.hot.batch * 3 // 4), (1, zone.cold.batch // 4)):
        for pools in population.pools.values():
            pool = pools[zone.place]
            while pool and count and count < (zone.cold if cold else zone.hot).high:
                pfn = pool.pop()
                del population.machine.owner[pfn]
                free_hot_cold_page(zone, pfn, cold)
                count -= 1


@lru_cache(maxsize=8)
def _prepared(machine_id: str, pressure: int | None, scatter: int, mix_id: str, seed: int) -> Population:
    hardware = MACHINES[machine_id]
    machine = hardware.machine()
    reported = {label: list(counts) for label, counts in hardware.blocks}
    blocks = {}
    for zone in machine.zones:
        position = default_pressure(machine_id) if pressure is None else pressure
        target, counts = pages_at(zone, position), reported.get(zone.label)
        if counts is not None and scatter == hardware.scatter:
            total = sum(count << order for order, count in enumerate(counts))
            if pressure is not None:
                counts = [count * target // total for count in counts]
            blocks[zone.label] = counts
        else:
            blocks[zone.label] = free_blocks(zone, target, scatter)
    return populate(machine, MIXES[mix_id], blocks, seed)


@lru_cache(maxsize=8)
def default_pressure(machine_id: str) -> int:
    """Where the pressure track stands when nobody has moved it: as reported, or a quarter above the high mark."""
    hardware = MACHINES[machine_id]
    zone = next(zone for zone in hardware.machine().zones if zone.name == "Normal")
    for label, counts in hardware.blocks:
        if label == zone.label:
            return position_of(zone, sum(count << order for order, count in enumerate(counts)))
    return position_of(zone, zone.pages_high * 5 // 4)


def prepare(machine_id: str = "report", pressure: int | None = None, scatter: int | None = None,
            mix_id: str = "desktop", seed: int = 1) -> Population:  # fmt: skip
    """A filled machine of its own: built once for each setting, copied for each run.

    pressure: 0..1000 on the track (None = as the machine stands), scatter: 0..100 percent (None = the machine's own).
    Raises ValueError for a number outside, KeyError for an unknown machine or mix.
    """
    for number, top, what in ((pressure, TRACK, "pressure"), (scatter, 100, "scatter")):
        if number is not None and (type(number) is not int or not 0 <= number <= top):
            raise ValueError(f"{what} must be a whole number from 0 to {top}, not {number!r}")
    scatter = MACHINES[machine_id].scatter if scatter is None else scatter
    pressure = None if pressure == default_pressure(machine_id) else pressure
    return _prepared(machine_id, pressure, scatter, mix_id, seed).copy()

