"""Play a scenario: its machine, its operations, and the state after each; and the set-up figures of a machine."""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from buddylab.core import setup
from buddylab.core.attempt import Livelock
from buddylab.core.environment import FaultAttr
from buddylab.core.events import kernel_events
from buddylab.core.machine import Machine
from buddylab.core.zone import MAX_ORDER, Zone
from buddylab.scenario.schema import FAULT_KEYS, Json, ScenarioError, check_scenario, document, named, texts, zone_label
from buddylab.scenario.script import ScriptedWorld


def load(path: str | Path) -> list[Json]:
    """The scenarios of a .json file (one) or of a .jsonl or .jsonl.gz file (one a line), or of this name, checked.

    Raises ScenarioError with the place and the reason; OSError if the file cannot be read.
    """
    return [parse(text, where) for where, text in texts(path)]


def parse(text: str, where: str = "scenario") -> Json:
    """The scenario that a JSON text means, checked. Raises ScenarioError with the place and the reason."""
    return check(document(text, where), where)


def check(scenario: Any, where: str = "scenario") -> Json:
    """The scenario itself if it can be played. Raises ScenarioError with the place and the reason."""
    build_machine(scenario, where)
    return cast(Json, scenario)


def _zone(z: Json, types: Sequence[str], nodes: int) -> Zone:
    """One zone of a scenario or of a set-up row; what a row leaves out stays 0."""
    return Zone(
        z["name"],
        types.index(z["name"]),
        z["start_pfn"],
        z["spanned_pages"],
        node=z["node"],
        label=zone_label(z, nodes),
        holes=z.get("holes", ()),
        marks=[z.get(f"pages_{m}", 0) for m in ("min", "low", "high")],
        lowmem_reserve=z.get("lowmem_reserve", [0] * len(types)),
        hot=_pcp(z, "pcp_hot"),
        cold=_pcp(z, "pcp_cold"),
    )


def _pcp(z: Json, key: str) -> tuple[int, int]:
    pcp = z.get(key, {"batch": 1, "high": 0})
    return pcp["batch"], pcp["high"]


def build_machine(scenario: Any, where: str = "scenario") -> Machine:
    """The scenario's machine after boot, before its first operation. Raises ScenarioError."""
    where = named(scenario, where)
    check_scenario(scenario, where)
    types, machine = scenario["config"]["zone_types"], scenario["machine"]
    nodes, fault = machine["nodes"], machine.get("fault")
    zones = sorted((_zone(z, types, nodes) for z in machine["zones"]), key=lambda zone: (zone.node, zone.index))
    try:
        return Machine(
            zones,
            types,
            nodes=nodes,
            numa=scenario["config"]["numa"],
            remote_distance=machine["remote_distance"],
            jiffies=machine["jiffies"],
            fault=FaultAttr(**{key: fault[key] for key in FAULT_KEYS}) if fault else None,
        )
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from error


def counters(machine: Machine) -> Json:
    """{label: [NR_FREE_PAGES, [nr_free of order 0..10], hot pages, cold pages]}."""
    return {
        z.label: [z.nr_free_pages, [z.nr_free(o) for o in range(MAX_ORDER)], len(z.hot.pages), len(z.cold.pages)]
        for z in machine.zones
    }


def lists(machine: Machine) -> Json:
    """{label: free_lists (head pfns by order), pcp_hot, pcp_cold}, each from head to tail."""
    return {
        z.label: {
            "free_lists": [z.free_list(o) for o in range(MAX_ORDER)],
            "pcp_hot": list(z.hot.pages),
            "pcp_cold": list(z.cold.pages),
        }
        for z in machine.zones
    }


def lists_crc32(machine: Machine) -> int:
    """Checksum of every list's content and order."""
    parts = []
    for z in machine.zones:
        rows = [*(z.free_list(order) for order in range(MAX_ORDER)), z.hot.pages, z.cold.pages]
        parts.append(f"{z.label}|" + "".join(",".join(map(str, row)) + "|" for row in rows) + "\n")
    return zlib.crc32("".join(parts).encode())


def replay(scenario: Json) -> Json:
    """Play a scenario from its machine and operations alone; returns ops, initial and final as recorded files have.

    ops: per operation events, result and task_after (alloc only), zones, lists_crc32. Never reads `expect`, `initial`
    or `final`. Raises ScenarioError for what cannot be played, Livelock (a note names the op) for what never ends.
    """
    machine = build_machine(scenario)
    initial = {"zones": counters(machine), "lists_crc32": lists_crc32(machine), "lists": lists(machine)}
    world, played = ScriptedWorld(machine), []
    for number, op in enumerate(scenario["ops"]):
        machine.trace = []
        try:
            outcome = world.play(op)
        except Livelock as error:
            error.add_note(f"op {number}")
            raise
        events = [list(event) for event in kernel_events(machine.trace)]
        played.append({"events": events, **outcome, "zones": counters(machine), "lists_crc32": lists_crc32(machine)})
    return {"ops": played, "initial": initial, "final": {"lists": lists(machine)}}


def setup_figures(row: Json) -> Json:
    """The figures that the kernel computes at boot for a row of set-up data (see FORMAT.md), by zone."""
    zones = _setup_zones(row)
    min_free_kbytes = setup.setup_zones(zones, row["zone_types"])
    return {
        "min_free_kbytes": min_free_kbytes,
        "totalreserve_pages": setup.calculate_totalreserve_pages(zones),
        "zones": {
            z.label: {
                "pages_min": z.pages_min,
                "pages_low": z.pages_low,
                "pages_high": z.pages_high,
                "lowmem_reserve": z.lowmem_reserve,
                "pcp_hot": {"batch": z.hot.batch, "high": z.hot.high},
                "pcp_cold": {"batch": z.cold.batch, "high": z.cold.high},
            }
            for z in zones
            if z.present_pages
        },
    }


def build_zonelists(row: Json) -> list[dict[str, list[str]]]:
    """Per node and zone type of a row of set-up data the labels in the order in which they are tried."""
    numa = row["config"].startswith("numa")
    lists_ = setup.build_zonelists(_setup_zones(row), row["zone_types"], row["nodes"], numa, row["remote_distance"])
    return [
        {kind: [z.label for z in listed] for kind, listed in zip(row["zone_types"], kinds, strict=True)}
        for kinds in lists_
    ]


def _setup_zones(row: Json) -> list[Zone]:
    zones = [_zone(z, row["zone_types"], row["nodes"]) for z in row["zones"]]
    for zone, z in zip(zones, row["zones"], strict=True):
        zone.present_pages = z["present_pages"]
    return zones
