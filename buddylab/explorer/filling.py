"""How full a machine is, of what, and how its free memory lies: the explorer's machine, filled by a seeded rule.

The placing is a MODEL; free lists, splits, merges and per-cpu lists are the exact core's own. How memory comes back
is `prepared.World`'s business.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from buddylab.core.buddy import place_free
from buddylab.core.gfp import GFP_KERNEL
from buddylab.core.machine import Machine
from buddylab.core.pcp import free_hot_cold_page
from buddylab.core.zone import MAX_ORDER, TOP, Zone
from buddylab.explorer.carving import carve
from buddylab.explorer.owners import Owners
from buddylab.explorer.pieces import Blocks, Cutting
from buddylab.explorer.plan import Plan, Users
from buddylab.explorer.still import World
from buddylab.machines import hardware
from buddylab.machines.hardware import Hardware
from buddylab.machines.reported import ReportedMachine
from buddylab.said import Said

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

    name: Said
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
    "desktop": Mix(Said("desktop", "桌面"), 18, 41, 30, 7, slab=4),
    "file_server": Mix(Said("file server", "文件服务器"), 7, 10, 65, 15, slab=3),
    "dirty": Mix(Said("dirty page cache", "脏页缓存"), 12, 8, 0, 80),
    "swapping": Mix(Said("processes, swap left", "进程，有交换区"), 12, 88, 0, 0, swap=100),
    "no_swap": Mix(Said("processes, no swap", "进程，无交换区"), 12, 88, 0, 0, swap=0),
    "slab": Mix(Said("kernel and slab", "内核与 slab"), 30, 0, 30, 0, slab=40, swap=0),
    "kernel": Mix(Said("kernel only", "全是内核页"), 100, 0, 0, 0, swap=0),
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
    centre = TOP * (1 - scatter / 100)
    return blocks_like([math.exp(-(((order - centre) / 1.6) ** 2)) for order in range(MAX_ORDER)], zone, target)


def blocks_like(weights: Sequence[float], zone: Zone, target: int) -> list[int]:
    """How many free blocks of each order make up `target` pages, pages of each order by these weights.

    What is more than half of the zone is made up of the largest blocks, since each other one has a buddy in use.
    """
    whole = min(target, max(0, 2 * target - zone.present_pages))
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
    rng = Random(seed)
    return _settled(machine, mix, [carve(zone, blocks[zone.label], rng) for zone in machine.zones])


def _settled(machine: Machine, mix: Mix, cuttings: Sequence[Cutting]) -> Plan:
    """The plan of a machine of which this is in use, with some pages at hand."""
    shares = (mix.kernel, mix.slab, mix.anon, mix.clean, mix.dirty)
    users = [Users(zone, cutting, shares) for zone, cutting in zip(machine.zones, cuttings, strict=True)]
    for one in users:
        _keep_at_hand(one)
    machine.owner = Owners(users)
    return Plan(machine, users, mix.swap)


def _keep_at_hand(users: Users) -> None:
    """Put some pages on the per-cpu lists: three quarters of a batch hot, a quarter of one cold."""
    zone = users.zone
    for cold, count in ((0, zone.hot.batch * 3 // 4), (1, zone.cold.batch // 4)):
        for kind in ("clean", "dirty", "anon"):
            while users.pages[kind] and count and count < (zone.cold if cold else zone.hot).high:
                free_hot_cold_page(zone, users.take(kind), cold)
                count -= 1


@lru_cache(maxsize=8)
def _prepared(chosen: Hardware, pressure: int | None, scatter: int, mix: Mix, seed: int) -> Plan:
    if chosen.reported:
        return _as_reported(chosen.reported, chosen.machine(), mix)
    machine = chosen.machine()
    reported = {label: list(counts) for label, counts in chosen.blocks}
    blocks = {}
    for zone in machine.zones:
        position = default_pressure(chosen) if pressure is None else pressure
        target, counts = pages_at(zone, position), reported.get(zone.label)
        if counts is None or scatter != chosen.scatter:
            blocks[zone.label] = free_blocks(zone, target, scatter)
        elif pressure is None:
            blocks[zone.label] = counts
        else:
            blocks[zone.label] = blocks_like([count << order for order, count in enumerate(counts)], zone, target)
    return populate(machine, mix, blocks, seed)


def _as_reported(told: ReportedMachine, machine: Machine, mix: Mix) -> Plan:
    """A machine with exactly the free blocks that a report prints, somewhere in its zones; the rest is used."""
    cuttings = []
    for zone, figures in zip(machine.zones, told.zones, strict=True):
        used: Blocks = [[] for _ in range(MAX_ORDER)]
        for pfn, order in place_free(zone, figures.blocks):
            used[order].append(pfn)
        cuttings.append(Cutting(0, [sorted(blocks) for blocks in used]))
    plan = _settled(machine, mix, cuttings)
    for zone, figures in zip(machine.zones, told.zones, strict=True):
        zone.nr_free_pages = figures.free
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
    return World(plan, frozenset(pinned))
