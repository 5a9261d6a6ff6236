"""Scenario files of Linux 6.12 (`alloc-oracle-2`): a machine, operations on it, and a script of the world.

`load` reads and checks a file, `replay` plays it, `compare` (buddylab.scenario) holds the outcome against what is
recorded. kernel-6.12/FORMAT.md describes the format.
"""

import zlib
from typing import Any

from buddylab.modern import setup
from buddylab.modern.buddy import load_free_lists
from buddylab.modern.environment import FaultAttr
from buddylab.modern.events import kernel_events
from buddylab.modern.machine import LRU, Machine
from buddylab.modern.schema import Json
from buddylab.modern.script import ScriptedWorld
from buddylab.modern.zone import (
    MIGRATETYPES,
    MOVABLE,
    NR_PAGE_ORDERS,
    PAGEBLOCK_ORDER,
    PAGEBLOCK_PAGES,
    PerCpuPages,
    Zone,
)


def _zone(z: Json) -> Zone:
    """One zone of a scenario, its free lists still empty."""
    zone = Zone(
        z["name"],
        z["start_pfn"],
        z["spanned_pages"],
        holes=z["holes"],
        managed_pages=z["managed_pages"],
        marks=z["marks"],
        lowmem_reserve=z["lowmem_reserve"],
        pcp=PerCpuPages(**z["pcp"]),
    )
    zone.present_pages = z["present_pages"]
    zone.watermark_boost, zone.flags = z.get("boost", 0), z.get("flags", 0)
    zone.nr_reserved_highatomic = z.get("nr_reserved_highatomic", 0)
    for pindex, pages in z.get("pcp_lists", {}).items():
        order = int(pindex) // 3 if int(pindex) < 12 else PAGEBLOCK_ORDER
        zone.pcp.lists[int(pindex)].extend(pages)
        zone.pcp.count += len(pages) << order
    return zone


def build_machine(scenario: Json) -> ScriptedWorld:
    """The scenario's machine before its first operation, in its scripted world."""
    machine = scenario["machine"]
    fault = machine["fault"]
    types = {}
    for z in machine["zones"]:
        first = z["start_pfn"] >> PAGEBLOCK_ORDER
        for number, letter in enumerate(z.get("blocks", ""), first):
            types[number] = MIGRATETYPES.index(letter)
    m = Machine(
        [_zone(z) for z in machine["zones"]],
        jiffies=machine["jiffies"],
        fault=FaultAttr(**fault) if fault else None,
        pageblock_types={number: letter for number, letter in types.items() if letter != MOVABLE},
        page_group_by_mobility_disabled=not machine["mobility_grouping"],
        watermark_boost_factor=machine["watermark_boost_factor"],
        booted=[z["name"] for z in machine["zones"] if "lists" not in z],
    )
    for z in machine["zones"]:
        zone = m.zone(z["name"])
        given: dict[int, dict[int, list[Any]]] = {}
        for key, runs in z.get("lists", {}).items():
            given.setdefault(MIGRATETYPES.index(key[-1]), {})[int(key[:-1])] = runs
        load_free_lists(zone, given)
    world = ScriptedWorld(m, machine["watchdog"])
    for key, pfn, order, lru in machine["held"]:
        zone = next(zone for zone in m.zones if zone.start_pfn <= pfn < zone.end_pfn)
        m.owner[pfn] = zone.index << 5 | order
        m.set_lru(pfn, bool(lru))
        world.live[key] = (pfn, order)
    return world


def counters(machine: Machine) -> Json:
    """The numbers of every zone, as FORMAT.md lists them."""
    return {
        z.name: [
            z.nr_free_pages,
            [z.nr_free(order) for order in range(NR_PAGE_ORDERS)],
            z.watermark_boost,
            z.flags,
            z.nr_reserved_highatomic,
            z.nr_free_highatomic,
            [z.pcp.count, z.pcp.high, z.pcp.alloc_factor, z.pcp.free_count, z.pcp.flags],
        ]
        for z in machine.zones
    }


def blocks(zone: Zone) -> str:
    """The letters of all pageblocks that the zone touches."""
    types = zone.pageblock_types
    numbers = range(zone.start_pfn >> PAGEBLOCK_ORDER, (zone.end_pfn - 1 >> PAGEBLOCK_ORDER) + 1)
    return "".join([MIGRATETYPES[types.get(number, MOVABLE)] for number in numbers])


def lists(machine: Machine) -> Json:
    """{zone: free_lists (by type, first pfns by order), pcp_lists, blocks}, each from head to tail."""
    return {
        z.name: {
            "free_lists": {t: [list(fl) for fl in z.free_list[i]] for i, t in enumerate(MIGRATETYPES)},
            "pcp_lists": [list(pages) for pages in z.pcp.lists],
            "blocks": blocks(z),
        }
        for z in machine.zones
    }


def crc32(machine: Machine) -> int:
    """Checksum of every list's content and order, and of the pageblocks' types."""
    parts = []
    for z in machine.zones:
        rows = [z.free_list[t][order] for order in range(NR_PAGE_ORDERS) for t in range(len(MIGRATETYPES))]
        parts += [z.name, "|"]
        for row in (*rows, *z.pcp.lists):
            parts += [",".join(map(str, row)), "|"]
        parts += [blocks(z), "\n"]
    return zlib.crc32("".join(parts).encode())


def state(machine: Machine) -> Json:
    """The state fields: zones, kswapd, crc32."""
    node = machine.node
    kswapd = [node.kswapd_order, node.kswapd_highest_zoneidx]
    return {"zones": counters(machine), "kswapd": kswapd, "crc32": crc32(machine)}


def replay(scenario: Json) -> Json:
    world = build_machine(scenario)
    machine, played = world.machine, []
    initial = {**state(machine), "lists": lists(machine)}
    for op in scenario["ops"]:
        machine.trace = []
        outcome = world.play(op)
        played.append({"events": kernel_events(machine.trace), **outcome, **state(machine)})
    return {"ops": played, "initial": initial, "final": {"lists": lists(machine)}}
