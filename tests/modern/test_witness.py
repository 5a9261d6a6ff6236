"""Operations of a stock Debian kernel 6.12.117 under QEMU, one by one: the same result, lists and counters."""

import copy
import json
from typing import Any

import pytest

from buddylab.modern import mm
from buddylab.modern.machine import Machine
from buddylab.modern.scenario import blocks, build_world
from modern.kept import DATA, full_set, lines

STARTS = {"DMA": 0, "DMA32": 4096}
UNREACHED = 32
"""Frames that memory ends before the end of its last pageblock."""
PCP = ("batch", "high", "high_min", "high_max", "alloc_factor", "free_count", "flags")


def overlay(state: dict[str, Any], change: dict[str, Any]) -> None:
    """Write what differs over a state; null: gone."""
    for key, value in change.items():
        if value is None:
            state.pop(key, None)
        elif isinstance(value, dict):
            overlay(state.setdefault(key, {}), value)
        else:
            state[key] = value


def zone_of(name: str, z: dict[str, Any], last: bool) -> dict[str, Any]:
    """A zone as a scenario has it."""
    first = STARTS[name]
    span = len(z["blocks"]) * mm.PAGEBLOCK_PAGES - (UNREACHED if last else 0)
    return {
        "name": name,
        "start_pfn": first,
        "spanned_pages": span,
        "holes": [],
        "present_pages": span,
        "managed_pages": z["managed"],
        "marks": [*z["mark"], 0],
        "lowmem_reserve": z["reserve"][: mm.MAX_NR_ZONES],
        "boost": z["boost"],
        "flags": z["flags"],
        "nr_reserved_highatomic": z["highatomic"][0],
        "blocks": z["blocks"].replace("-", "M"),
        "lists": {key: [[pfn, 1, 1] for pfn in pfns] for key, pfns in z["lists"].items()},
        "pcp": {key: z["pcp"][key] for key in PCP},
        "pcp_lists": {key: pfns for key, pfns in z["pcp"].items() if key.isdigit()},
    }


def world_of(state: dict[str, Any]):
    """A machine in this state."""
    zones = [zone_of(name, z, name == list(state)[-1]) for name, z in state.items()]
    machine = {"zones": zones, "held": [], "jiffies": 1, "mobility_grouping": 1, "fault": None}
    machine |= {"watermark_boost_factor": 15000, "watchdog": 400}
    return build_world({"format": "alloc-oracle-2", "machine": machine, "ops": []})


def seen(machine: Machine, state: dict[str, Any]) -> dict[str, Any]:
    """The machine's state as the rows have it; what no operation changes is taken over."""
    found = {}
    for zone in machine.zones:
        pcp, given = zone.pcp, state[zone.name]
        lists = {
            f"{order}{letter}": list(of_type[order])
            for letter, of_type in zip(mm.LETTERS, zone.free_list, strict=True)
            for order in range(mm.NR_PAGE_ORDERS)
            if list(of_type[order])
        }
        types = "".join("-" if old == "-" else new for old, new in zip(given["blocks"], blocks(zone), strict=True))
        at_hand = {str(number): list(pfns) for number, pfns in enumerate(pcp.lists) if pfns}
        found[zone.name] = {
            "free": zone.nr_free_pages,
            "managed": zone.managed_pages,
            "mark": zone.watermark[:3],
            "reserve": [*zone.lowmem_reserve, given["reserve"][-1]],
            "boost": zone.watermark_boost,
            "flags": zone.flags,
            "highatomic": [zone.nr_reserved_highatomic, zone.nr_free_highatomic],
            "lists": lists,
            "pcp": {key: getattr(pcp, key) for key in ("count", *PCP)} | at_hand,
            "blocks": types,
        }
    return found


def play(rows) -> int:
    """Play rows of one boot after the other, each from the state that was seen; how many were played."""
    state: dict[str, Any] = {}
    boot, world, played = None, None, 0
    for row in map(json.loads, rows):
        if row["boot"] != boot:
            boot, state = row["boot"], {}
        overlay(state, row["before"])
        if row["before"]:
            world = world_of(state)
        assert row.get("kernel", "6.12.117").startswith("6.12.117")
        op = row["op"] | {"id": 1}
        world.live.clear()
        if op["op"] == "free":
            world.hold(1, op["pfn"], op["order"], lru=False)
        outcome = world.play(op)
        assert outcome.get("result") == row.get("result"), row["op"]
        wished = copy.deepcopy(state)
        overlay(wished, row["after"])
        assert seen(world.machine, state) == wished, row["op"]
        state, played = wished, played + 1
    return played


def test_the_witness_agrees_in_what_is_kept():
    assert play(lines(DATA / "witness.jsonl.gz")) == 300


@pytest.mark.skipif(full_set() is None, reason="BUDDYLAB_RECORDINGS names no folder with kernel-6.12 in it")
@pytest.mark.parametrize("boot", range(5))
def test_the_whole_witness_agrees(boot):
    mine = f'{{"boot":{boot},'
    assert play(line for line in lines(full_set() / "witness.jsonl.gz") if line.startswith(mine)) > 200
