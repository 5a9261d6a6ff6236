"""What a scenario file may say: the kind and the bounds of every key that is played. FORMAT.md describes them.

`texts` takes a file apart, `check_scenario` says where and why a scenario cannot be played. What is recorded in it
(`expect`, `initial`, `final`, `machine.zonelists`) is not looked at, and keys that nobody knows are left alone.
"""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from buddylab.core.gfp import GFP_MAX
from buddylab.core.zone import HZ, MAX_ORDER, PAGE_SIZE, ZONE_TYPES

FORMAT = "alloc-oracle-1"
OPS = ("alloc", "free", "drain", "tick")
SCRIPT_KINDS = (
    "kswapd",
    "cond_resched",
    "try_to_free_pages",
    "out_of_memory",
    "congestion_wait",
    "zone_reclaim",
    "random32",
)
ENTRY_NUMBERS = ("jiffies", "progress", "drain", "memdie")
CONTEXT = ("in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE", "kswapd_awake", "make_it_fail", "cpuset_deny")
FREE_VIAS = ("__free_pages", "free_cold_page", "free_pages")
FAULT_KEYS = ("ignore_gfp_wait", "ignore_gfp_highmem", "probability", "interval", "times", "space", "task_filter")

MAX_NUMNODES = 4
END_PFN = 1 << 34
"""Zones end below 64 TiB, the 46 address bits of 2.6.21's x86_64."""
MOST_INT = (1 << 31) - 1
MOST_LONG = (1 << 64) - 1
DEEPEST = 8
"""Allocations inside scripts may be nested so deep."""
SCENARIOS = Path(__file__).with_name("files")
"""The scenarios that come along, known by name: recordings of the kernel, played by the tests like the others."""

Json = dict[str, Any]


class ScenarioError(ValueError):
    """A scenario that cannot be played; the message says where and why."""


def json_schema() -> Json:
    """The JSON Schema (draft 2020-12) that scenarios keep to; `check_scenario` asks for more. A new dict each time."""
    parsed: Json = json.loads(Path(__file__).with_name("schema.json").read_text(encoding="utf-8"))
    return parsed


def find(path: str | Path) -> Path:
    """The file of this path; where there is none, the scenario of this name that comes along.

    Raises ScenarioError, listing those, for a name (no folder, no ending) that is neither.
    """
    path = Path(path)
    if str(path) != path.stem or path.exists() and not path.is_dir():
        return path
    known = sorted(file.stem for file in SCENARIOS.glob("*.json"))
    if path.name not in known:
        raise ScenarioError(
            f"{path}: there is no such file, and no scenario of that name comes along. "
            f"Those that do: {', '.join(known)}"
        )
    return SCENARIOS / f"{path.name}.json"


def texts(path: str | Path) -> Iterator[tuple[str, str]]:
    """(place, text) of every scenario in a file, or of the one of this name (`find`), none of them looked at yet.

    Raises ScenarioError for an unknown name and for a file that is cut short or empty, OSError for one that cannot be
    read.
    """
    path, number = find(path), 0
    try:
        if path.name.endswith((".jsonl", ".jsonl.gz")):
            with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    yield f"{path}, line {number}", line
        else:
            number = 1
            yield str(path), path.read_text(encoding="utf-8")
    except (EOFError, zlib.error, gzip.BadGzipFile, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: cut short or damaged after line {number}: {error}") from error
    if not number:
        raise ScenarioError(f"{path}: holds no scenario")


def document(text: str, where: str = "scenario") -> Any:
    """What a JSON text means, not looked at yet. Raises ScenarioError with the place and the reason."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ScenarioError(f"{where}: not a whole JSON document, perhaps cut short: {error}") from error


def named(scenario: Any, where: str) -> str:
    """The place, with the name that the scenario gives itself."""
    name = scenario.get("name") if isinstance(scenario, dict) else None
    return f"{where} ({name})" if isinstance(name, str) else where


def check_scenario(scenario: Any, where: str) -> None:
    """Raise ScenarioError, with the place and the reason, for the first thing that cannot be played."""
    if not isinstance(scenario, dict) or scenario.get("format") != FORMAT:
        given = scenario.get("format", "missing") if isinstance(scenario, dict) else type(scenario).__name__
        raise ScenarioError(f'{where}: "format" must be {FORMAT!r}, not {given!r:.80}')
    types = _check_config(need(scenario, "config", dict, where), where)
    machine = need(scenario, "machine", dict, where)
    labels = _check_machine(machine, types, where)
    ops = list(_walk(need(scenario, "ops", list, where), where))
    allocated: dict[int, int] = {}
    for op in (op for op, _ in ops if op["op"] == "alloc"):
        allocated[op["id"]] = max(op["order"], allocated.get(op["id"], 0))
    for op, place in ops:
        if op["op"] == "tick":
            number(op, "jiffies", place)
        elif op["op"] == "free":
            _check_free(op, allocated, place)
        elif op["op"] == "alloc":
            _check_alloc(op, machine["nodes"], labels, place)
            for kind, entry in _entries(op, place):
                _check_entry(kind, entry, allocated, f"{place}: script {kind}")


def need(table: Json, key: str, kind: type, where: str) -> Any:
    """table[key], which must be there and of this kind."""
    if key not in table:
        raise ScenarioError(f"{where}: {key!r} is missing")
    value = table[key]
    if not isinstance(value, kind) or isinstance(value, bool) and kind is int:
        words = {int: "a whole number", str: "text", list: "a list", dict: "an object", bool: "true or false"}
        raise ScenarioError(f"{where}: {key!r} must be {words[kind]}, not {value!r:.80}")
    return value


def number(table: Json, key: str, where: str, low: int = 0, most: int = MOST_LONG) -> int:
    """table[key], which must be a whole number from `low` to `most`."""
    value: int = need(table, key, int, where)
    if not low <= value <= most:
        bounds = f"{low} or more" if value < low else f"{most} or less"
        raise ScenarioError(f"{where}: {key!r} must be {bounds}, not {value}")
    return value


def _numbers(table: Json, key: str, count: int, where: str) -> list[int]:
    """table[key], which must be a list of so many numbers."""
    value: list[int] = need(table, key, list, where)
    if len(value) != count or not all(type(n) is int and 0 <= n <= MOST_LONG for n in value):
        raise ScenarioError(f"{where}: {key!r} must be a list of {count} numbers of pages, not {value!r:.80}")
    return value


def _check_config(config: Json, where: str) -> list[str]:
    """The zone types compiled in."""
    types: list[str] = need(config, "zone_types", list, where)
    if "Normal" not in types or types != [name for name in ZONE_TYPES if name in types]:
        raise ScenarioError(
            f"{where}: zone_types must be some of {', '.join(ZONE_TYPES)} in this order, with Normal, not {types!r:.80}"
        )
    need(config, "numa", bool, where)
    for key, only in (("HZ", HZ), ("MAX_ORDER", MAX_ORDER), ("page_size", PAGE_SIZE)):
        if config.get(key, only) != only:
            raise ScenarioError(f"{where}: config's {key} must be {only}, not {config[key]!r:.80}")
    return types


def _check_machine(machine: Json, types: list[str], where: str) -> set[str]:
    """The labels of the zones."""
    nodes = number(machine, "nodes", where, 1, MAX_NUMNODES)
    number(machine, "jiffies", where)
    number(machine, "remote_distance", where, 1, 255)
    labels = set()
    for place, z in enumerate(need(machine, "zones", list, where)):
        _check_zone(need({"zone": z}, "zone", dict, f"{where}: zone {place}"), types, nodes, f"{where}: zone {place}")
        labels.add(zone_label(z, nodes))
    if machine.get("fault") is not None:
        fault = need(machine, "fault", dict, where)
        for key in FAULT_KEYS:
            number(fault, key, f"{where}: fault", -1 if key == "times" else 0, MOST_INT)
    return labels


def zone_label(z: Json, nodes: int) -> str:
    """`Normal`, or `Normal/1` on a machine with several nodes."""
    return f"{z['name']}/{z['node']}" if nodes > 1 else str(z["name"])


def _check_zone(z: Json, types: list[str], nodes: int, where: str) -> None:
    name = need(z, "name", str, where)
    where = f"{where} ({name})"
    if name not in types:
        raise ScenarioError(f"{where}: this zone type is not compiled in (zone_types: {', '.join(types)})")
    number(z, "node", where, 0, nodes - 1)
    span = number(z, "spanned_pages", where, 1, END_PFN)
    number(z, "start_pfn", where, 0, END_PFN - span)
    present = span - sum(_numbers({"a hole": hole}, "a hole", 2, where)[1] for hole in need(z, "holes", list, where))
    if number(z, "present_pages", where, 1) != present:
        raise ScenarioError(
            f"{where}: 'present_pages' must be spanned_pages less the holes, {present}, not {z['present_pages']}"
        )
    for key in ("pages_min", "pages_low", "pages_high"):
        number(z, key, where)
    _numbers(z, "lowmem_reserve", len(types), where)
    for key in ("pcp_hot", "pcp_cold"):
        pcp = need(z, key, dict, where)
        high = number(pcp, "high", f"{where} {key}", 0, MOST_INT)
        if number(pcp, "batch", f"{where} {key}", 0, MOST_INT) > max(high, 1):
            raise ScenarioError(
                f"{where}: {key} has batch {pcp['batch']} above high {high}: it would give back "
                "more pages than it holds"
            )


def _walk(ops: list[Any], where: str, depth: int = 0) -> Iterator[tuple[Json, str]]:
    """Every operation with its place, those inside scripts too; `op`, and an alloc's `id` and `order`, are checked."""
    for place, op in enumerate(ops):
        here = f"{where}: op {place}"
        kind = need(need({"op": op}, "op", dict, here), "op", str, here)
        if kind not in OPS or depth and kind != "alloc":
            allowed = "alloc inside a script" if depth else "alloc, free, drain or tick"
            raise ScenarioError(f"{here}: an operation is {allowed}, not {kind!r:.80}")
        if kind in ("alloc", "free"):
            need(op, "id", int, here)
        if kind == "alloc":
            number(op, "order", here)
            yield op, here
            for inner, entry in _entries(op, here):
                if isinstance(entry, dict) and "alloc" in entry:
                    if depth == DEEPEST:
                        raise ScenarioError(f"{where}: allocations inside scripts are nested more than {DEEPEST} deep")
                    yield from _walk(need(entry, "alloc", list, here), f"{here}: script {inner}", depth + 1)
        else:
            yield op, here


def _entries(op: Json, where: str) -> Iterator[tuple[str, Any]]:
    """(kind, entry) of an operation's whole script."""
    script = need(op, "script", dict, where) if "script" in op else {}
    for kind in script:
        if kind not in SCRIPT_KINDS:
            raise ScenarioError(f"{where}: a script has lists for {', '.join(SCRIPT_KINDS)}, not {kind!r:.80}")
        yield from ((kind, entry) for entry in need(script, kind, list, f"{where}: script"))


def _check_free(op: Json, allocated: dict[int, int], where: str) -> None:
    if op["id"] not in allocated:
        raise ScenarioError(f"{where}: frees id {op['id']}, which no operation ever allocates")
    via = op.get("via", FREE_VIAS[0])
    if via not in FREE_VIAS:
        raise ScenarioError(f"{where}: 'via' must be one of {', '.join(FREE_VIAS)}, not {via!r:.80}")
    if via == "free_cold_page" and allocated[op["id"]]:
        raise ScenarioError(
            f"{where}: free_cold_page is for single pages, id {op['id']} is allocated with order {allocated[op['id']]}"
        )


def _check_alloc(op: Json, nodes: int, labels: set[str], where: str) -> None:
    number(op, "gfp_mask", where, 0, GFP_MAX)
    number({"node": 0} | op, "node", where, 0, nodes - 1)
    context = need(op, "context", dict, where) if "context" in op else {}
    for key, value in context.items():
        if key not in CONTEXT:
            raise ScenarioError(f"{where}: 'context' knows {', '.join(CONTEXT)}, not {key!r:.80}")
        if key == "cpuset_deny":
            for label in need(context, key, list, where):
                if not isinstance(label, str) or label not in labels:
                    raise ScenarioError(
                        f"{where}: 'cpuset_deny' names zones of {', '.join(sorted(labels))}, not {label!r:.80}"
                    )
        elif value not in (0, 1):
            raise ScenarioError(f"{where}: context's {key!r} must be 0 or 1, not {value!r:.80}")


def _check_entry(kind: str, entry: Any, allocated: dict[int, int], where: str) -> None:
    """One entry of a script: a number for random32, else an object (its `alloc` is checked as operations are)."""
    if kind == "random32":
        number({kind: entry}, kind, where, 0, GFP_MAX)
        return
    need({"an entry": entry}, "an entry", dict, where)
    for key in ENTRY_NUMBERS:
        if key in entry:
            number(entry, key, where, 0, MOST_LONG if key == "jiffies" else MOST_INT)
    for key in need(entry, "free", list, where) if "free" in entry else ():
        if type(key) is not int or key not in allocated:
            raise ScenarioError(f"{where} frees id {key!r:.80}, which no operation ever allocates")
