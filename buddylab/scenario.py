"""Scenario files: a machine, operations on it, and a script of what the world does. FORMAT.md describes them.

`load` reads and checks a file, `replay` plays it, `compare` holds the outcome against what is recorded.
"""

import json
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path
from typing import Any, cast

from buddylab.core import zone as zones_
from buddylab.core.environment import FaultAttr, Task
from buddylab.core.events import kernel_events
from buddylab.core.ladder import Livelock, alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.record import Trace, record
from buddylab.core.zone import MAX_ORDER, Zone, build_zonelists, setup_zones
from buddylab.schema import CONTEXT, FAULT_KEYS, FORMAT, Json, ScenarioError, check_scenario, texts, zone_label

__all__ = ["FORMAT", "Json", "ScenarioError", "ScriptedWorld", "build_machine", "check", "compare", "counters",
           "lists", "lists_crc32", "load", "parse", "recorded", "replay", "setup_figures", "setup_zonelists", "texts"]


def load(path: str | Path) -> list[Json]:
    """The scenarios of a .json file (one) or of a .jsonl or .jsonl.gz file (one a line), checked.

    Raises ScenarioError with the place and the reason; OSError if the file cannot be read.
    """
    return [parse(text, where) for where, text in texts(path)]


def parse(text: str, where: str = "scenario") -> Json:
    """The scenario that a JSON text means, checked. Raises ScenarioError with the place and the reason."""
    try:
        scenario = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"{where}: not a whole JSON document, perhaps cut short: {error}") from error
    return check(scenario, where)


def check(scenario: Any, where: str = "scenario") -> Json:
    """The scenario itself if it can be played. Raises ScenarioError with the place and the reason."""
    build_machine(scenario, where)
    return cast(Json, scenario)


def _zone(z: Json, types: Sequence[str], nodes: int) -> Zone:
    """One zone of a scenario or of a set-up row; what a row leaves out stays 0."""
    return Zone(z["name"], types.index(z["name"]), z["start_pfn"], z["spanned_pages"], node=z["node"],
                label=zone_label(z, nodes), holes=z.get("holes", ()),
                marks=[z.get(f"pages_{m}", 0) for m in ("min", "low", "high")],
                lowmem_reserve=z.get("lowmem_reserve", [0] * len(types)),
                hot=_pcp(z, "pcp_hot"), cold=_pcp(z, "pcp_cold"))  # fmt: skip


def _pcp(z: Json, key: str) -> tuple[int, int]:
    pcp = z.get(key, {"batch": 1, "high": 0})
    return pcp["batch"], pcp["high"]


def build_machine(scenario: Any, where: str = "scenario") -> Machine:
    """The scenario's machine after boot, before its first operation. Raises ScenarioError."""
    name = scenario.get("name") if isinstance(scenario, dict) else None
    where = f"{where} ({name})" if isinstance(name, str) else where
    check_scenario(scenario, where)
    types, machine = scenario["config"]["zone_types"], scenario["machine"]
    nodes, fault = machine["nodes"], machine.get("fault")
    zones = sorted((_zone(z, types, nodes) for z in machine["zones"]), key=lambda zone: (zone.node, zone.index))
    try:
        return Machine(zones, types, nodes=nodes, numa=scenario["config"]["numa"],
                       remote_distance=machine["remote_distance"], jiffies=machine["jiffies"],
                       fault=FaultAttr(**{key: fault[key] for key in FAULT_KEYS}) if fault else None)  # fmt: skip
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from error


class ScriptedWorld:
    """A world that does what a script says, entry by entry, and keeps which id holds which block."""

    def __init__(self, machine: Machine) -> None:
        """Becomes the machine's world."""
        self.machine = machine
        self.live: dict[int, tuple[int, int]] = {}
        self.script: dict[str, Iterator[Any]] = {}
        machine.world = self

    def play(self, op: Json) -> Json:
        """Do one operation; `result` and `task_after` for an alloc, nothing for the others."""
        if op["op"] == "alloc":
            task = self._task(op.get("context", {}))
            pfn = self._alloc(op, task)
            return {"result": pfn, "task_after": [int(task.PF_MEMALLOC), int(task.TIF_MEMDIE)]}
        if op["op"] == "free":
            self._free(op["id"], cold=op.get("via") == "free_cold_page")
        elif op["op"] == "drain":
            self.machine.drain_local_pages()
        else:
            self.machine.tick(op["jiffies"])
        return {}

    def _task(self, context: Json) -> Task:
        flags: Json = {key: bool(context.get(key)) for key in CONTEXT if key not in ("kswapd_awake", "cpuset_deny")}
        return Task(cpuset_deny=frozenset(context.get("cpuset_deny", ())), **flags)

    def _alloc(self, op: Json, task: Task) -> int | None:
        with self._scripted(op):
            pfn = alloc_pages(self.machine, op["gfp_mask"], op["order"], node=op.get("node", 0), task=task)
        if pfn is not None:
            self.live[op["id"]] = (pfn, op["order"])
        return pfn

    def record(self, op: Json) -> Trace:
        """Do one alloc operation and record it."""
        with self._scripted(op):
            trace = record(self.machine, op["gfp_mask"], op["order"], node=op.get("node", 0),
                           task=self._task(op.get("context", {})))  # fmt: skip
        if trace.page is not None:
            self.live[op["id"]] = (trace.page, op["order"])
        return trace

    @contextmanager
    def _scripted(self, op: Json) -> Iterator[None]:
        """While an operation runs, its own script is in force, and kswapd is awake only if it says so."""
        outer_script, outer_awake = self.script, [node.kswapd_awake for node in self.machine.nodes]
        self.script = {kind: iter(entries) for kind, entries in op.get("script", {}).items()}
        for node in self.machine.nodes:
            node.kswapd_awake = bool(op.get("context", {}).get("kswapd_awake"))
        try:
            yield
        finally:
            self.script = outer_script
            for node, awake in zip(self.machine.nodes, outer_awake, strict=True):
                node.kswapd_awake = awake

    def _free(self, key: int, cold: bool = False) -> None:
        if key in self.live:
            pfn, order = self.live[key]
            self.machine.free_pages(pfn, order, cold=cold)
            del self.live[key]

    def _act(self, kind: str, task: Task) -> int:
        """Consume one entry of the script: time, frees, allocations, a drain, a death; its progress."""
        entry: Json = next(self.script.get(kind, iter(())), {})
        m = self.machine
        m.tick(entry.get("jiffies", 0))
        for key in entry.get("free", ()):
            if key in self.live:
                self._note("script_free", key)
                self._free(key)
        for op in entry.get("alloc", ()):
            self._nested_alloc(op, task)
        if entry.get("drain"):
            self._note("drain_local_pages")
            m.drain_local_pages()
        task.TIF_MEMDIE = task.TIF_MEMDIE or bool(entry.get("memdie"))
        return int(entry.get("progress", 0))

    def _nested_alloc(self, op: Json, task: Task) -> None:
        """An allocation in the same task while the outer one waits; its cpuset is its own."""
        self._note("nested_alloc", op["id"])
        outer_deny, task.cpuset_deny = task.cpuset_deny, frozenset(op.get("context", {}).get("cpuset_deny", ()))
        pfn = self._alloc(op, task)
        task.cpuset_deny = outer_deny
        self._note("nested_alloc_result", op["id"], -1 if pfn is None else pfn)

    def _note(self, *event: Any) -> None:
        if self.machine.trace is not None:
            self.machine.trace.append(event)

    def wake_up_interruptible(self, task: Task, node: int) -> None:
        """kswapd takes the order it was asked for, then the script acts."""
        self.machine.nodes[node].kswapd_max_order = 0
        self._act("kswapd", task)

    def cond_resched(self, task: Task) -> None:
        """The script acts."""
        self._act("cond_resched", task)

    def try_to_free_pages(self, task: Task, zones: Sequence[Zone], gfp_mask: int) -> int:
        """The script acts and says how much progress that was."""
        return self._act("try_to_free_pages", task)

    def out_of_memory(self, task: Task, zones: Sequence[Zone], gfp_mask: int, order: int) -> int:
        """The script acts; its own jiffies are the wait."""
        self._act("out_of_memory", task)
        return 0

    def congestion_wait(self, task: Task, timeout: int) -> int:
        """The script acts; its own jiffies are the wait."""
        self._act("congestion_wait", task)
        return 0

    def zone_reclaim(self, task: Task, zone: Zone, gfp_mask: int, order: int) -> int:
        """The script acts and says whether the zone may be tried."""
        return self._act("zone_reclaim", task)

    def random32(self) -> int:
        """The script's next number, 0 when there is none."""
        return int(next(self.script.get("random32", iter(())), 0))


def counters(machine: Machine) -> Json:
    """{label: [NR_FREE_PAGES, [nr_free of order 0..10], hot pages, cold pages]}."""
    return {
        z.label: [z.nr_free_pages, [z.nr_free(o) for o in range(MAX_ORDER)], len(z.hot.pages), len(z.cold.pages)]
        for z in machine.zones
    }


def lists(machine: Machine) -> Json:
    """{label: free_lists (head pfns by order), pcp_hot, pcp_cold}, each from head to tail."""
    return {
        z.label: {"free_lists": [z.free_list(o) for o in range(MAX_ORDER)],
                  "pcp_hot": list(z.hot.pages), "pcp_cold": list(z.cold.pages)}
        for z in machine.zones
    }  # fmt: skip


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


def recorded(scenario: Json) -> list[tuple[str, Json]]:
    """(place, fields) of everything that is recorded in a scenario: initial, every op's expect, final.

    Raises ScenarioError if one of them is not an object.
    """
    parts = [("initial", scenario.get("initial", {}))]
    parts += [(f"op {number}", op.get("expect", {})) for number, op in enumerate(scenario["ops"])]
    parts += [("final", scenario.get("final", {}))]
    for place, fields in parts:
        if not isinstance(fields, dict):
            raise ScenarioError(f"{place}: what is recorded must be an object, not {fields!r:.80}")
    return parts


def compare(scenario: Json, outcome: Json) -> tuple[str, str, Any, Any] | None:
    """The first difference from what is recorded: (place, field, recorded, played), or None. Unrecorded = no wish."""
    played = [outcome["initial"], *outcome["ops"], outcome["final"]]
    for (place, wished), got in zip(recorded(scenario), played, strict=True):
        for name, value in wished.items():
            if value != got.get(name):
                return place, *_narrow(name, value, got.get(name))
    return None


def _narrow(field: str, wished: Any, got: Any) -> tuple[str, Any, Any]:
    """Follow a difference into dicts and lists, down to the first value that differs; an event stays whole."""
    if isinstance(wished, dict) and isinstance(got, dict):
        for key in (*wished, *(key for key in got if key not in wished)):
            if wished.get(key) != got.get(key):
                return _narrow(f"{field}.{key}", wished.get(key), got.get(key))
    if isinstance(wished, list) and isinstance(got, list) and not field.startswith("events["):
        for i, (one, other) in enumerate(zip_longest(wished, got)):
            if one != other:
                return _narrow(f"{field}[{i}]", one, other)
    return field, wished, got


def setup_figures(row: Json) -> Json:
    """The figures that the kernel computes at boot for a row of set-up data (see FORMAT.md), by zone."""
    zones = _setup_zones(row)
    min_free_kbytes = setup_zones(zones, row["zone_types"])
    return {
        "min_free_kbytes": min_free_kbytes,
        "totalreserve_pages": zones_.calculate_totalreserve_pages(zones),
        "zones": {
            z.label: {"pages_min": z.pages_min, "pages_low": z.pages_low, "pages_high": z.pages_high,
                      "lowmem_reserve": z.lowmem_reserve,
                      "pcp_hot": {"batch": z.hot.batch, "high": z.hot.high},
                      "pcp_cold": {"batch": z.cold.batch, "high": z.cold.high}}
            for z in zones if z.present_pages
        },
    }  # fmt: skip


def setup_zonelists(row: Json) -> list[dict[str, list[str]]]:
    """Per node and zone type of a row of set-up data the labels in the order in which they are tried."""
    lists_ = build_zonelists(_setup_zones(row), row["zone_types"], row["nodes"], row["config"].startswith("numa"),
                             row["remote_distance"])  # fmt: skip
    return [{kind: [z.label for z in listed] for kind, listed in zip(row["zone_types"], kinds, strict=True)}
            for kinds in lists_]  # fmt: skip


def _setup_zones(row: Json) -> list[Zone]:
    zones = [_zone(z, row["zone_types"], row["nodes"]) for z in row["zones"]]
    for zone, z in zip(zones, row["zones"], strict=True):
        zone.present_pages = z["present_pages"]
    return zones
