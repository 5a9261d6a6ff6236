"""How full a machine is, of what, and how its free memory lies: the explorer's machine, filled by a seeded rule.

The placing is a MODEL; free lists, splits, merges and per-cpu lists are the exact core's own. How memory comes back
is `prepared.World`'s business.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from buddylab.core.buddy import free_one_page, place_free, rmqueue
from buddylab.core.gfp import GFP_KERNEL
from buddylab.core.machine import Machine
from buddylab.core.pcp import free_hot_cold_page
from buddylab.core.zone import MAX_ORDER, TOP, Zone
from buddylab.explorer.plan import Plan
from buddylab.explorer.still import World
from buddylab.machines import hardware
from buddylab.machines.hardware import Hardware
from buddylab.machines.reported import ReportedMachine

TRACK = 1000
"""The largest memory pressure, at the right end of its track: no page free. 0 = all free."""
CUT = 520
"""Where the track is torn: right of it, to give the marks room, pages up to `NEAR` high marks, left the rest."""
NEAR = 1.65


@dataclass(frozen=True, slots=True)
class Mix:
    """Shares of the used pages in percent (model), 100 in all. kernel: pinned. slab: dentries that nobody uses.

    swap: free slots on the swap device, in percent of the anonymous pages; 0 = there is no swap device.
    Raises ValueError for shares that are not 100 together.
    """

    name_en: str
    name_zh: str
    kernel: int
    anon: int
    clean: int
    dirty: int
    slab: int = 0
    swap: int = 50

    def __post_init__(self) -> None:
        """Check the shares."""
        shares = (self.kernel, self.anon, self.clean, self.dirty, self.slab)
        if any(type(share) is not int or share < 0 for share in (*shares, self.swap)) or sum(shares) != 100:
            raise ValueError(
                f"kernel, anon, clean, dirty and slab must be whole percentages, 100 together, not "
                f"{', '.join(map(str, shares))}; swap 0 or more, not {self.swap}"
            )


MIXES = {
    "desktop": Mix("desktop", "桌面", 18, 41, 30, 7, slab=4),
    "file_server": Mix("file server", "文件服务器", 7, 10, 65, 15, slab=3),
    "dirty": Mix("dirty page cache", "脏页缓存", 12, 8, 0, 80),
    "swapping": Mix("processes, swap left", "进程，有交换区", 12, 88, 0, 0, swap=100),
    "no_swap": Mix("processes, no swap", "进程，无交换区", 12, 88, 0, 0, swap=0),
    "slab": Mix("kernel and slab", "内核与 slab", 30, 0, 30, 0, slab=40, swap=0),
    "kernel": Mix("kernel only", "全是内核页", 100, 0, 0, 0, swap=0),
}


def pages_at(zone: Zone, pressure: int) -> int:
    """Free pages that a memory pressure of 0..1000 leaves in this zone."""
    near = min(NEAR * zone.pages_high, zone.present_pages / 2)
    if pressure >= CUT:
        return round(near * (TRACK - pressure) / (TRACK - CUT))
    return round(near + (zone.present_pages - near) * (CUT - pressure) / CUT)


def position_of(zone: Zone, pages: int) -> int:
    """The memory pressure, a position of its track, that leaves this many pages free (or as near as a step comes)."""
    near = min(NEAR * zone.pages_high, zone.present_pages / 2) or 1
    if pages <= near:
        return TRACK - round((TRACK - CUT) * pages / near)
    return CUT - round(CUT * (pages - near) / (zone.present_pages - near))


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


def populate(machine: Machine, mix: Mix, blocks: dict[str, list[int]], seed: int) -> Plan:
    """Use up a freshly booted machine but for these free blocks by zone and order; every free block's buddy is used."""
    plan, rng = Plan(machine, mix.swap), Random(seed)
    for zone in machine.zones:
        _populate_zone(plan, mix, zone, blocks[zone.label], rng)
    plan.finish()
    return plan


def _populate_zone(plan: Plan, mix: Mix, zone: Zone, blocks: list[int], rng: Random) -> None:
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
        _place(plan, mix, zone, order, how, chosen, rng)
    for order in range(TOP, -1, -1):
        while zone.nr_free(order):
            pfn = rmqueue(zone, order)
            if pfn is not None:
                plan.settle(zone, pfn, order, _kind(mix, rng))
    _keep_at_hand(plan, zone)
    for pfn, order in chosen:
        free_one_page(zone, pfn, order)


def _place(plan: Plan, mix: Mix, zone: Zone, order: int, how: str, chosen: list[tuple[int, int]], rng: Random) -> None:
    """Take room for one block: one to be freed with its buddy in use ("pair"), one to be freed, or a used one.

    Where a zone has no room for the pair the block goes alone; where it has none for the block, two halves go.
    """
    pfn = rmqueue(zone, order + (how == "pair"))
    if pfn is None and how == "pair":
        how, pfn = "alone", rmqueue(zone, order)
    if pfn is None:
        for _ in range(2 if order else 0):
            _place(plan, mix, zone, order - 1, how, chosen, rng)
    elif how == "pair":
        upper = rng.randrange(2) << order
        chosen.append((pfn + upper, order))
        plan.settle(zone, pfn + (1 << order) - upper, order, _kind(mix, rng))
    elif how == "alone":
        chosen.append((pfn, order))
    else:
        plan.settle(zone, pfn, order, _kind(mix, rng))


def _kind(mix: Mix, rng: Random) -> str:
    return rng.choices(
        ("kernel", "slab", "anon", "clean", "dirty"), (mix.kernel, mix.slab, mix.anon, mix.clean, mix.dirty)
    )[0]


def _keep_at_hand(plan: Plan, zone: Zone) -> None:
    """Put some pages on the per-cpu lists: three quarters of a batch hot, a quarter of one cold."""
    for cold, count in ((0, zone.hot.batch * 3 // 4), (1, zone.cold.batch // 4)):
        for kind in ("clean", "dirty", "anon"):
            pool = plan.pool(kind, zone)
            while pool and count and count < (zone.cold if cold else zone.hot).high:
                pfn = pool.pop()
                del plan.machine.owner[pfn]
                free_hot_cold_page(zone, pfn, cold)
                count -= 1


@lru_cache(maxsize=8)
def _prepared(chosen: Hardware, pressure: int | None, scatter: int, mix: Mix, seed: int) -> Plan:
    if chosen.reported:
        return _as_reported(chosen.reported, chosen.machine(), mix, Random(seed))
    machine = chosen.machine()
    reported = {label: list(counts) for label, counts in chosen.blocks}
    blocks = {}
    for zone in machine.zones:
        position = default_pressure(chosen) if pressure is None else pressure
        target, counts = pages_at(zone, position), reported.get(zone.label)
        if counts is not None and scatter == chosen.scatter:
            total = sum(count << order for order, count in enumerate(counts))
            if pressure is not None:
                counts = [count * target // total for count in counts]
            blocks[zone.label] = counts
        else:
            blocks[zone.label] = free_blocks(zone, target, scatter)
    return populate(machine, mix, blocks, seed)


LIVE = 1 << 17
"""Pages of a report's machine that are given to users which can lose them, half a GB; what is above stays the kernel's.

So a machine of many GB is there in a moment. A report says little about who uses what anyway."""


def _as_reported(told: ReportedMachine, machine: Machine, mix: Mix, rng: Random) -> Plan:
    """A machine with exactly the free blocks that a report prints, somewhere in its zones; the rest is used."""
    plan, total = Plan(machine, mix.swap), sum(zone.pages for zone in told.zones)
    for zone, figures in zip(machine.zones, told.zones, strict=True):
        left = LIVE * zone.present_pages // max(total, 1) if total > LIVE else zone.present_pages
        used = place_free(zone, figures.blocks)
        rng.shuffle(used)
        for pfn, order in used:
            kind = _kind(mix, rng) if left >= 1 << order else "kernel"
            left -= 1 << order if kind != "kernel" else 0
            plan.settle(zone, pfn, order, kind)
        _keep_at_hand(plan, zone)
        zone.nr_free_pages = figures.free
    plan.finish()
    return plan


def main_zone(machine: Machine) -> Zone:
    """The zone that the pressure track speaks of: where GFP_KERNEL looks first."""
    return machine.zonelist(GFP_KERNEL, 0).zones[0]


def default_pressure(machine: str | Hardware | Mapping[str, int]) -> int:
    """Where the pressure track stands when nobody has moved it: as reported, or a quarter above the high mark."""
    return _default_pressure(hardware.of(machine))


@lru_cache(maxsize=32)
def _default_pressure(chosen: Hardware) -> int:
    zone = main_zone(chosen.machine())
    for label, counts in chosen.blocks:
        if label == zone.label:
            return position_of(zone, sum(count << order for order, count in enumerate(counts)))
    return position_of(zone, zone.pages_high * 5 // 4)


def prepare(
    machine: str | Hardware | Mapping[str, int] = "report",
    pressure: int | None = None,
    scatter: int | None = None,
    mix: str | Mix = "desktop",
    seed: int = 1,
    pinned: Sequence[int] = (),
) -> World:
    """A filled machine's world of its own (`.machine` asks it): built once for each setting, copied for each run.

    machine: a name of `hardware.MACHINES`, or sizes in MB by zone type, such as {"DMA": 16, "Normal": 48}.
    pressure: 0 (all free) to 1000 (None = as the machine stands), scatter: 0..100 percent (None = the machine's own).
    mix: a name from MIXES, or shares of your own. pinned: pages in use that nobody may reclaim.
    Raises ValueError for a number outside, KeyError for an unknown machine or mix.
    """
    for number, top, what in ((pressure, TRACK, "pressure"), (scatter, 100, "scatter")):
        if number is not None and (type(number) is not int or not 0 <= number <= top):
            raise ValueError(f"{what} must be a whole number from 0 to {top}, not {number!r}")
    chosen = hardware.of(machine)
    if chosen.reported and (pressure, scatter) != (None, None):
        raise ValueError("the free memory of a report's machine is as the report says: leave out pressure and scatter")
    scatter = chosen.scatter if scatter is None else scatter
    pressure = None if chosen.reported or pressure == default_pressure(chosen) else pressure
    plan = _prepared(chosen, pressure, scatter, MIXES[mix] if isinstance(mix, str) else mix, seed)
    return World(plan.without(frozenset(pinned)) if pinned else plan)
