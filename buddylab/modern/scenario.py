"""Scenario files of Linux 6.12 (`alloc-oracle-2`): why one cannot be played, and playing it."""

import zlib
from typing import Any

from buddylab.core.environment import FaultAttr
from buddylab.modern import mm, setup
from buddylab.modern.buddy import account_freepages, add_to_free_list
from buddylab.modern.environment import FailPageAlloc
from buddylab.modern.machine import Machine
from buddylab.modern.record import kernel_events
from buddylab.modern.script import ScriptedWorld
from buddylab.modern.zone import PerCpuPages, Zone
from buddylab.scenario.schema import Json, ScenarioError, named
from buddylab.scenario.schema_6_12 import check_scenario

EXEMPTIONS = ("ignore_gfp_reclaim", "ignore_gfp_highmem", "min_order")


def check(scenario: Any, where: str = "scenario") -> Json:
    """The scenario itself if it can be played. Raises ScenarioError with the place and the reason."""
    build_world(scenario, where)
    checked: Json = scenario
    return checked


def build_world(scenario: Any, where: str = "scenario") -> ScriptedWorld:
    """The scenario's machine before its first operation, and its scripted world. Raises ScenarioError."""
    where = named(scenario, where)
    check_scenario(scenario, where)
    given = scenario["machine"]
    try:
        machine = Machine(
            [_zone(z) for z in given["zones"]],
            _pageblock_types(given["zones"]),
            page_group_by_mobility_disabled=not given["mobility_grouping"],
            booted=[z["name"] for z in given["zones"] if "lists" not in z],
        )
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from error
    machine.jiffies, machine.node.watermark_boost_factor = given["jiffies"], given["watermark_boost_factor"]
    machine.fail_page_alloc = _fault(given["fault"]) if given.get("fault") else None
    for z in given["zones"]:
        _fill(machine.zone(z["name"]), z)
    world = ScriptedWorld(machine, given["watchdog"])
    for key, pfn, order, lru in given["held"]:
        world.hold(key, pfn, order, bool(lru))
    return world


def _zone(z: Json) -> Zone:
    """One zone of a scenario, its lists still empty."""
    pcp = {key: value for key, value in z["pcp"].items() if key in PerCpuPages.__slots__}
    zone = Zone(z["name"], z["start_pfn"], z["spanned_pages"], z["holes"])
    zone.pcp, zone.watermark, zone.lowmem_reserve = PerCpuPages(**pcp), z["marks"][:], z["lowmem_reserve"][:]
    zone.managed_pages = z["managed_pages"]
    zone.present_pages, zone.watermark_boost, zone.flags = z["present_pages"], z.get("boost", 0), z.get("flags", 0)
    zone.nr_reserved_highatomic = z.get("nr_reserved_highatomic", 0)
    return zone


def _fault(fault: Json) -> FailPageAlloc:
    attr = {key: fault[key] for key in ("probability", "interval", "times", "space", "task_filter")}
    return FailPageAlloc(FaultAttr(**attr), **{key: fault[key] for key in EXEMPTIONS})


def _pageblock_types(zones: list[Json]) -> dict[int, int]:
    """Pageblock number -> type where it is not movable; of a block that two zones share the later zone's letter."""
    letters: dict[int, int] = {}
    for z in sorted(zones, key=lambda z: mm.ZONES.index(z["name"])):
        first = z["start_pfn"] >> mm.PAGEBLOCK_ORDER
        letters |= {first + n: mm.LETTERS.index(letter) for n, letter in enumerate(z.get("blocks", ""))}
    return {number: letter for number, letter in letters.items() if letter != mm.MOVABLE}


def _fill(zone: Zone, z: Json) -> None:
    """Put the blocks that a scenario lists on the zone's free lists and per-cpu lists."""
    for key, runs in z.get("lists", {}).items():
        order, migratetype = int(key[:-1]), mm.LETTERS.index(key[-1])
        for first, count, step in runs:
            for n in range(count):
                add_to_free_list(zone, first + n * step, order, migratetype, tail=True)
            account_freepages(zone, count << order, migratetype)
    for pindex, pages in z.get("pcp_lists", {}).items():
        order = int(pindex) // 3 if int(pindex) < 12 else mm.PAGEBLOCK_ORDER
        zone.pcp.lists[int(pindex)].extend(pages)
        zone.pcp.count += len(pages) << order


def counters(zone: Zone) -> list[Any]:
    """The numbers of a zone, in the order in which the recordings have them."""
    pcp, orders = zone.pcp, range(mm.NR_PAGE_ORDERS)
    highatomic = [zone.nr_reserved_highatomic, zone.nr_free_highatomic]
    free = [zone.nr_free_pages, [zone.nr_free(order) for order in orders]]
    at_hand = [pcp.count, pcp.high, pcp.alloc_factor, pcp.free_count, pcp.flags]
    return [*free, zone.watermark_boost, zone.flags, *highatomic, at_hand]


def blocks(zone: Zone) -> str:
    """The letters of all pageblocks that the zone touches."""
    types = zone.pageblock_types
    numbers = range(zone.start_pfn >> mm.PAGEBLOCK_ORDER, (zone.end_pfn - 1 >> mm.PAGEBLOCK_ORDER) + 1)
    return "".join([mm.LETTERS[types.get(number, mm.MOVABLE)] for number in numbers])


def lists(zone: Zone) -> Json:
    """free_lists (by type, first pfns by order), pcp_lists, blocks; each list from head to tail."""
    by_type = zip(mm.LETTERS, zone.free_list, strict=True)
    free_lists = {letter: [list(free_list) for free_list in of_type] for letter, of_type in by_type}
    return {"free_lists": free_lists, "pcp_lists": [list(pages) for pages in zone.pcp.lists], "blocks": blocks(zone)}


def crc32(machine: Machine) -> int:
    """Checksum of every list's content and order, and of the pageblocks' types."""
    parts = []
    for zone in machine.zones:
        rows = [of_type[order] for order in range(mm.NR_PAGE_ORDERS) for of_type in zone.free_list]
        texts = [",".join(map(str, row)) + "|" for row in [*map(list, rows), *map(list, zone.pcp.lists)]]
        parts += [zone.name, "|", *texts, blocks(zone), "\n"]
    return zlib.crc32("".join(parts).encode())


def state(machine: Machine) -> Json:
    """The state fields: zones, kswapd, crc32."""
    kswapd = [machine.node.kswapd_order, machine.node.kswapd_highest_zoneidx]
    return {"zones": {z.name: counters(z) for z in machine.zones}, "kswapd": kswapd, "crc32": crc32(machine)}


def replay(scenario: Json) -> Json:
    """Play a scenario from its machine and operations alone; returns ops, initial and final as recorded files have.

    ops: per operation events, result and task_after (alloc only), zones, kswapd, crc32. Never reads `expect`,
    `initial` or `final`. Raises ScenarioError for what cannot be played.
    """
    world = build_world(scenario)
    machine, played = world.machine, []
    initial = state(machine) | {"lists": {zone.name: lists(zone) for zone in machine.zones}}
    for op in scenario["ops"]:
        machine.trace = []
        outcome = world.play(op)
        played.append({"events": kernel_events(machine.trace), **outcome, **state(machine)})
    return {"ops": played, "initial": initial, "final": {"lists": {zone.name: lists(zone) for zone in machine.zones}}}


def setup_figures(row: Json) -> Json:
    """The figures that the kernel computes at boot for a row of set-up data (kernel-6.12/FORMAT.md)."""
    zones = [Zone(z["name"], z["start_pfn"], z["managed_pages"]) for z in row["zones"]]
    user, scale = row["min_free_kbytes"], row["watermark_scale_factor"] or setup.WATERMARK_SCALE_FACTOR
    fraction = row["percpu_pagelist_high_fraction"]
    min_free_kbytes = setup.setup_zones(zones, user, scale, row["lowmem_reserve_ratio"], fraction)
    return {
        "min_free_kbytes": min_free_kbytes,
        "totalreserve_pages": setup.totalreserve_pages(zones),
        "mobility_grouping": int(not setup.page_group_by_mobility_disabled(zones)),
        "zones": {
            z.name: {
                "marks": z.watermark,
                "lowmem_reserve": z.lowmem_reserve,
                "pcp": {"batch": z.pcp.batch, "high_min": z.pcp.high_min, "high_max": z.pcp.high_max},
            }
            for z in zones
        },
    }
