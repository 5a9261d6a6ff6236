"""Scenario files: a machine, operations on it, and a script of what the world does. FORMAT.md describes them.

`load` reads and checks a file, `replay` plays it, `compare` holds the outcome against what is recorded.
"""

import gzip
import json
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from buddylab.core import zone as zones_
from buddylab.core.environment import FaultAttr, Task
from buddylab.core.events import kernel_events
from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.zone import HZ, MAX_ORDER, PAGE_SIZE, ZONE_TYPES, Zone, build_zonelists, setup_zones

FORMAT = "alloc-oracle-1"
SCRIPT_KINDS = ("kswapd", "cond_resched", "try_to_free_pages", "out_of_memory", "congestion_wait", "zone_reclaim",
                "random32")  # fmt: skip
CONTEXT = ("in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE", "kswapd_awake", "make_it_fail", "cpuset_deny")
FREE_VIAS = ("__free_pages", "free_cold_page", "free_pages")
FAULT_KEYS = ("ignore_gfp_wait", "ignore_gfp_highmem", "probability", "interval", "times", "space", "task_filter")

Json = dict[str, Any]


class ScenarioError(ValueError):
    """A scenario that cannot be played; the message says where and why."""


def load(path: str | Path) -> list[Json]:
    """The scenarios of a .json file (one) or of a .jsonl or .jsonl.gz file (one a line), checked.

    Raises ScenarioError with the place and the reason; OSError if the file cannot be read.
    """
    return list(_read(Path(path)))


def _read(path: Path) -> Iterator[Json]:
    try:
        if path.name.endswith((".jsonl", ".jsonl.gz")):
            with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    yield check(_parse(line, f"{path}, line {number}"), f"{path}, line {number}")
        else:
            yield check(_parse(path.read_text(encoding="utf-8"), str(path)), str(path))
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: cut short or damaged: {error}") from error


def _parse(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise ScenarioError(f"{where}: not a whole JSON document, perhaps cut short: {error}") from error


def check(scenario: Any, where: str = "scenario") -> Json:
    """The scenario itself if it can be played. Raises ScenarioError with the place and the reason."""
    if not isinstance(scenario, dict) or scenario.get("format") != FORMAT:
        given = scenario.get("format") if isinstance(scenario, dict) else type(scenario).__name__
        raise ScenarioError(f'{where}: "format" must be {FORMAT!r}, not {given!r}')
    name = scenario.get("name")
    where = f"{where} ({name})" if isinstance(name, str) else where
    _check_machine(_need(scenario, "config", dict, where), _need(scenario, "machine", dict, where), where)
    ops = _need(scenario, "ops", list, where)
    allocated = {op["id"] for op in _walk(ops, where) if op["op"] == "alloc"}
    labels = [_label(z, scenario["machine"]["nodes"]) for z in scenario["machine"]["zones"]]
    for number, op in enumerate(ops):
        _check_op(op, allocated, labels, scenario["machine"]["nodes"], f"{where}: op {number}")
    return scenario


def _need(table: Any, key: str, kind: type | tuple[type, ...], where: str, low: int | None = None) -> Any:
    """table[key], which must be there, of this kind, and at least `low`."""
    if not isinstance(table, dict) or key not in table:
        raise ScenarioError(f"{where}: {key!r} is missing")
    value = table[key]
    if not isinstance(value, kind) or isinstance(value, bool) and kind is int:
        raise ScenarioError(f"{where}: {key!r} must be {_kind_name(kind)}, not {value!r:.80}")
    if low is not None and value < low:
        raise ScenarioError(f"{where}: {key!r} must be {low} or more, not {value!r}")
    return value


def _kind_name(kind: type | tuple[type, ...]) -> str:
    words = {int: "a whole number", str: "text", list: "a list", dict: "an object", bool: "true or false"}
    return words[kind] if isinstance(kind, type) else " or ".join(words.get(k, "null") for k in kind)


def _check_machine(config: Json, machine: Json, where: str) -> None:
    types = _need(config, "zone_types", list, where)
    if "Normal" not in types or types != [name for name in ZONE_TYPES if name in types]:
        raise ScenarioError(f"{where}: zone_types must be some of {', '.join(ZONE_TYPES)} in this order, "
                            f"with Normal, not {types!r}")  # fmt: skip
    _need(config, "numa", bool, where)
    for key, only in (("HZ", HZ), ("MAX_ORDER", MAX_ORDER), ("page_size", PAGE_SIZE)):
        if config.get(key, only) != only:
            raise ScenarioError(f"{where}: config's {key} must be {only}, not {config[key]!r}")
    _need(machine, "nodes", int, where, 1)
    _need(machine, "jiffies", int, where, 0)
    _need(machine, "remote_distance", int, where, 10)
    for z in _need(machine, "zones", list, where):
        _check_zone(z, types, machine["nodes"], f"{where}: a zone")
    fault = machine.get("fault")
    for key in FAULT_KEYS if fault is not None else ():
        _need(fault, key, int, f"{where}: fault")
    try:
        _machine(config, machine)
    except ValueError as error:
        raise ScenarioError(f"{where}: {error}") from error


def _check_zone(z: Json, types: list[str], nodes: int, where: str) -> None:
    name = _need(z, "name", str, where)
    where = f"{where} {name}"
    if name not in types:
        raise ScenarioError(f"{where}: this zone type is not compiled in (zone_types: {', '.join(types)})")
    if _need(z, "node", int, where, 0) >= nodes:
        raise ScenarioError(f"{where}: node {z['node']} does not exist; the machine has {nodes}")
    for key in ("start_pfn", "spanned_pages", "present_pages", "pages_min", "pages_low", "pages_high"):
        _need(z, key, int, where, 0)
    for hole in _need(z, "holes", list, where):
        if not isinstance(hole, list) or len(hole) != 2 or not all(type(n) is int for n in hole):
            raise ScenarioError(f"{where}: a hole is [first pfn, pages], not {hole!r}")
    if z["present_pages"] != z["spanned_pages"] - sum(pages for _, pages in z["holes"]):
        raise ScenarioError(f"{where}: present_pages must be spanned_pages less the holes, not {z['present_pages']}")
    reserve = _need(z, "lowmem_reserve", list, where)
    if len(reserve) != len(types) or not all(type(n) is int and n >= 0 for n in reserve):
        raise ScenarioError(f"{where}: lowmem_reserve needs one number of pages per zone type, not {reserve!r}")
    for key in ("pcp_hot", "pcp_cold"):
        pcp = _need(z, key, dict, where)
        high = _need(pcp, "high", int, f"{where} {key}", 0)
        if _need(pcp, "batch", int, f"{where} {key}", 1) > max(high, 1):
            raise ScenarioError(f"{where}: {key} has batch {pcp['batch']} above high {high}: it would give back "
                                "more pages than it holds")  # fmt: skip


def _walk(ops: Any, where: str) -> Iterator[Json]:
    """All operations, those inside scripts too, with `op` and, where they need one, `id` checked."""
    for op in ops:
        kind = _need(op, "op", str, f"{where}: an operation")
        if kind not in ("alloc", "free", "drain", "tick"):
            raise ScenarioError(f"{where}: an operation is alloc, free, drain or tick, not {kind!r}")
        if kind in ("alloc", "free"):
            _need(op, "id", int, f"{where}: {kind}")
        yield op
        for entries in _need(op, "script", dict, where).values() if "script" in op else ():
            for entry in entries if isinstance(entries, list) else ():
                if isinstance(entry, dict):
                    yield from _walk(entry.get("alloc", []), where)


def _check_op(op: Json, allocated: set[int], labels: list[str], nodes: int, where: str) -> None:
    if op["op"] == "tick":
        _need(op, "jiffies", int, where, 0)
    elif op["op"] == "free":
        if op["id"] not in allocated:
            raise ScenarioError(f"{where}: frees id {op['id']}, which no operation ever allocates")
        if op.get("via", FREE_VIAS[0]) not in FREE_VIAS:
            raise ScenarioError(f"{where}: via must be one of {', '.join(FREE_VIAS)}, not {op['via']!r}")
    elif op["op"] == "alloc":
        _need(op, "order", int, where, 0)
        if _need(op, "gfp_mask", int, where, 0) > 0xFFFFFFFF:
            raise ScenarioError(f"{where}: gfp_mask must be from 0 to 2^32-1, not {op['gfp_mask']}")
        if not 0 <= op.get("node", 0) < nodes:
            raise ScenarioError(f"{where}: node {op['node']!r} does not exist; the machine has {nodes}")
        _check_context(op.get("context", {}), labels, where)
        for kind, entries in op.get("script", {}).items():
            _check_script(kind, entries, allocated, labels, nodes, where)


def _check_context(context: Any, labels: list[str], where: str) -> None:
    for key, value in context.items() if isinstance(context, dict) else [("context", context)]:
        if key not in CONTEXT:
            raise ScenarioError(f"{where}: context knows {', '.join(CONTEXT)}, not {key!r}")
        if key == "cpuset_deny" and (not isinstance(value, list) or set(value) - set(labels)):
            raise ScenarioError(f"{where}: cpuset_deny names zones of {', '.join(labels)}, not {value!r}")
        if key != "cpuset_deny" and value not in (0, 1):
            raise ScenarioError(f"{where}: context's {key} must be 0 or 1, not {value!r}")


def _check_script(kind: str, entries: Any, allocated: set[int], labels: list[str], nodes: int, where: str) -> None:
    if kind not in SCRIPT_KINDS or not isinstance(entries, list):
        raise ScenarioError(f"{where}: a script has lists for {', '.join(SCRIPT_KINDS)}, not {kind!r}: {entries!r:.40}")
    for entry in entries:
        if kind == "random32":
            _need({"random32": entry}, "random32", int, where, 0)
            continue
        for key in ("jiffies", "progress", "drain", "memdie"):
            if key in _need({kind: entry}, kind, dict, where):
                _need(entry, key, int, f"{where}: script {kind}", 0)
        for key in entry.get("free", []):
            if key not in allocated:
                raise ScenarioError(f"{where}: script {kind} frees id {key!r}, which no operation ever allocates")
        for nested in entry.get("alloc", []):
            _check_op(nested, allocated, labels, nodes, f"{where}: script {kind}")


def _label(z: Json, nodes: int) -> str:
    return f"{z['name']}/{z['node']}" if nodes > 1 else str(z["name"])


def _zone(z: Json, types: Sequence[str], nodes: int) -> Zone:
    """One zone of a scenario or of a set-up row; what a row leaves out stays 0."""
    return Zone(z["name"], types.index(z["name"]), z["start_pfn"], z["spanned_pages"], node=z["node"],
                label=_label(z, nodes), holes=z.get("holes", ()),
                marks=[z.get(f"pages_{m}", 0) for m in ("min", "low", "high")],
                lowmem_reserve=z.get("lowmem_reserve", [0] * len(types)),
                hot=tuple(z.get("pcp_hot", {"batch": 1, "high": 0}).values()),
                cold=tuple(z.get("pcp_cold", {"batch": 1, "high": 0}).values()))  # fmt: skip


def _machine(config: Json, machine: Json) -> Machine:
    types, nodes = config["zone_types"], machine["nodes"]
    fault = machine.get("fault")
    return Machine([_zone(z, types, nodes) for z in machine["zones"]], types, nodes=nodes, numa=config["numa"],
                   remote_distance=machine["remote_distance"], jiffies=machine["jiffies"],
                   fault=FaultAttr(**{key: fault[key] for key in FAULT_KEYS}) if fault else None)  # fmt: skip


def build_machine(scenario: Json) -> Machine:
    """The scenario's machine after boot, before its first operation. Raises ScenarioError."""
    check(scenario)
    return _machine(scenario["config"], scenario["machine"])


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
        flags = {key: bool(context.get(key)) for key in CONTEXT if key not in ("kswapd_awake", "cpuset_deny")}
        return Task(cpuset_deny=frozenset(context.get("cpuset_deny", ())), **flags)

    def _alloc(self, op: Json, task: Task) -> int | None:
        outer_script, outer_awake = self.script, [node.kswapd_awake for node in self.machine.nodes]
        self.script = {kind: iter(entries) for kind, entries in op.get("script", {}).items()}
        for node in self.machine.nodes:
            node.kswapd_awake = bool(op.get("context", {}).get("kswapd_awake"))
        pfn = alloc_pages(self.machine, op["gfp_mask"], op["order"], node=op.get("node", 0), task=task)
        if pfn is not None:
            self.live[op["id"]] = (pfn, op["order"])
        self.script = outer_script
        for node, awake in zip(self.machine.nodes, outer_awake, strict=True):
            node.kswapd_awake = awake
        return pfn

    def _free(self, key: int, cold: bool = False) -> None:
        if key in self.live:
            pfn, order = self.live[key]
            self.machine.free_pages(pfn, order, cold=cold)
            del self.live[key]

    def _act(self, kind: str, task: Task) -> int:
        """Consume one entry of the script: time, frees, allocations, a drain, a death; its progress."""
        entry, m = next(self.script.get(kind, iter(())), {}), self.machine
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
    or `final`. Raises ScenarioError for a scenario that cannot be played, Livelock for a request that never ends.
    """
    machine = build_machine(scenario)
    initial = {"zones": counters(machine), "lists_crc32": lists_crc32(machine), "lists": lists(machine)}
    world, played = ScriptedWorld(machine), []
    for op in scenario["ops"]:
        machine.trace = []
        outcome = world.play(op)
        events = [list(event) for event in kernel_events(machine.trace)]
        played.append({"events": events, **outcome, "zones": counters(machine), "lists_crc32": lists_crc32(machine)})
    return {"ops": played, "initial": initial, "final": {"lists": lists(machine)}}


def compare(scenario: Json, outcome: Json) -> tuple[str, str, Any, Any] | None:
    """The first difference from what is recorded: (place, field, recorded, played), or None. Unrecorded = no wish."""
    places = [("initial", scenario.get("initial", {}), outcome["initial"])]
    places += [(f"op {number}", op.get("expect", {}), played)
               for number, (op, played) in enumerate(zip(scenario["ops"], outcome["ops"], strict=True))]  # fmt: skip
    places += [("final", scenario.get("final", {}), outcome["final"])]
    for place, recorded, played in places:
        for name, value in recorded.items():
            if value != played.get(name):
                return place, *_narrow(name, value, played.get(name))
    return None


def _narrow(field: str, recorded: Any, played: Any) -> tuple[str, Any, Any]:
    """Follow a difference into dicts and lists, down to the first value that differs."""
    if isinstance(recorded, dict) and isinstance(played, dict):
        for key in (*recorded, *(k for k in played if k not in recorded)):
            if recorded.get(key) != played.get(key):
                return _narrow(f"{field}.{key}", recorded.get(key), played.get(key))
    if isinstance(recorded, list) and isinstance(played, list):
        for i in range(max(len(recorded), len(played))):
            pair = [side[i] if i < len(side) else None for side in (recorded, played)]
            if pair[0] != pair[1]:
                return _narrow(f"{field}[{i}]", *pair) if field != "events" else (f"events[{i}]", *pair)
    return field, recorded, played


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
