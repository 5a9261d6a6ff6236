"""What a scenario file of Linux 6.12 may say (`alloc-oracle-2`): the kind and the bounds of every key that is played.

What is recorded in it (`expect`, `initial`, `final`) and `twin` are not looked at, and keys that nobody knows are left
alone. FORMAT-6.12.md describes the format.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from buddylab.scenario.schema import DEEPEST, END_PFN, MOST_INT, MOST_LONG, Json, ScenarioError, need, number

FORMAT = "alloc-oracle-2"
GFP_MAX = 0xFFFFFFFF
TWO_TYPES = 0x18
"""__GFP_MOVABLE and __GFP_RECLAIMABLE, which no request has both."""
MAX_PAGE_ORDER, NR_PCP_LISTS, PAGEBLOCK_ORDER = 10, 14, 9
ZONES, LETTERS = ("DMA", "DMA32", "Normal", "Movable"), "UMEH"
FLAGS = (
    *("PF_MEMALLOC", "PF_MEMALLOC_NOFS", "PF_MEMALLOC_NOIO", "PF_MEMALLOC_PIN", "PF_EXITING", "PF_DUMPCORE"),
    *("PF_WQ_WORKER", "PF_KTHREAD", "rt_task", "in_interrupt", "in_softirq", "oom_victim", "fatal_signal"),
    "make_it_fail",
)
"""What a context may say of the task."""
KINDS = (
    *("wake_up_interruptible", "try_to_free_pages", "try_to_compact_pages", "compaction_zonelist_suitable"),
    *("out_of_memory", "zone_reclaimable_pages", "mutex_trylock", "node_dirty_ok", "cond_resched"),
    *("schedule_timeout_uninterruptible", "get_random_u32_below"),
)
"""The lists that a script may have."""

Bounds = Mapping[str, tuple[int, int]]
MACHINE: Bounds = {
    "jiffies": (0, MOST_LONG),
    "mobility_grouping": (0, 1),
    "watermark_boost_factor": (0, MOST_INT),
    "watchdog": (0, MOST_INT),
}
ZONE: Bounds = {"present_pages": (0, END_PFN), "managed_pages": (0, END_PFN)}
ZONE_IF: Bounds = {"boost": (0, MOST_INT), "flags": (0, 7), "nr_reserved_highatomic": (0, END_PFN)}
PCP: Bounds = {"batch": (1, MOST_INT)} | dict.fromkeys(("high", "high_min", "high_max"), (0, MOST_INT))
PCP_IF: Bounds = {"alloc_factor": (0, 5), "free_count": (0, MOST_INT), "flags": (0, 3)}
FAULT: Bounds = {
    "ignore_gfp_reclaim": (0, 1),
    "ignore_gfp_highmem": (0, 1),
    **dict.fromkeys(("min_order", "probability", "interval", "space"), (0, MOST_INT)),
    "times": (-1, MOST_INT),
    "task_filter": (0, 1),
}
CONTEXT_IF: Bounds = dict.fromkeys((*FLAGS, "kswapd_awake"), (0, 1)) | {"kswapd_failures": (0, MOST_INT)}
ENTRY_IF: Bounds = {"value": (-MOST_LONG, MOST_LONG), "jiffies": (0, MOST_LONG), "drain": (0, 1), "oom_victim": (0, 1)}
OPS: Mapping[str, Bounds] = {
    "alloc": {"id": (-MOST_LONG, MOST_LONG), "gfp_mask": (0, GFP_MAX), "order": (0, MOST_INT)},
    "free": {"id": (-MOST_LONG, MOST_LONG)},
    "drain": {},
    "decay": {},
    "tick": {"jiffies": (0, MOST_LONG)},
    "lru": {"id": (-MOST_LONG, MOST_LONG), "on": (0, 1)},
    "zone": {},
}
ZONE_OP_IF: Bounds = {"set": (0, 7), "clear": (0, 7), "boost": (-1, MOST_INT)}


def check_scenario(scenario: Any, where: str) -> None:
    """Raise ScenarioError, with the place and the reason, for the first thing that cannot be played."""
    if not isinstance(scenario, dict) or scenario.get("format") != FORMAT:
        given = scenario.get("format", "missing") if isinstance(scenario, dict) else type(scenario).__name__
        raise ScenarioError(f'{where}: "format" must be {FORMAT!r}, not {given!r:.80}')
    machine = need(scenario, "machine", dict, where)
    _numbers(machine, MACHINE, where)
    if machine.get("fault") is not None:
        _numbers(need(machine, "fault", dict, where), FAULT, f"{where}: fault")
    zones: dict[str, Json] = {}
    claims: list[tuple[int, int, str]] = []
    for place, zone in enumerate(need(machine, "zones", list, where)):
        here = f"{where}: zone {place}"
        need({"a zone": zone}, "a zone", dict, here)
        zones[_one_of(zone, "name", ZONES, here)] = zone
        claims += _check_zone(zone, f"{here} ({zone['name']})")
    ids = {held[0] for held in _held(machine, zones, claims, where)}
    _check_claims(claims, where)
    ops = list(_walk(need(scenario, "ops", list, where), where))
    ids |= {op["id"] for op, _ in ops if op["op"] == "alloc"}
    for op, here in ops:
        _check_op(op, ids, zones, here)


def _numbers(table: Json, bounds: Bounds, where: str, optional: bool = False) -> None:
    """Every key of `bounds` must be a number within them; one that may be left out, if it is there and not null."""
    for key, (low, most) in bounds.items():
        if not optional or table.get(key) is not None:
            number(table, key, where, low, most)


def _one_of(table: Json, key: str, allowed: tuple[str, ...], where: str) -> str:
    value: str = need(table, key, str, where)
    if value not in allowed:
        raise ScenarioError(f"{where}: {key!r} must be one of {', '.join(allowed)}, not {value!r:.80}")
    return value


def _row(value: Any, count: int, what: str, where: str, most: int = MOST_LONG) -> list[int]:
    """A list of so many numbers, none below 0."""
    if not isinstance(value, list) or len(value) != count or not all(type(n) is int and 0 <= n <= most for n in value):
        raise ScenarioError(f"{where}: {what} must be a list of {count} numbers from 0 up, not {value!r:.80}")
    return value


def _check_zone(z: Json, where: str) -> Iterator[tuple[int, int, str]]:
    """(first pfn, pages, what) of everything that the zone lists: holes, free blocks, per-cpu blocks."""
    span = number(z, "spanned_pages", where, 1, END_PFN)
    first = number(z, "start_pfn", where, 0, END_PFN - span)
    _numbers(z, ZONE, where)
    _numbers(z, ZONE_IF, where, optional=True)
    _row(need(z, "marks", list, where), 4, "'marks'", where)
    _row(need(z, "lowmem_reserve", list, where), len(ZONES), "'lowmem_reserve'", where)
    pcp = need(z, "pcp", dict, where)
    _numbers(pcp, PCP, f"{where}: pcp")
    _numbers(pcp, PCP_IF, f"{where}: pcp", optional=True)
    if set(need({"blocks": ""} | z, "blocks", str, where)) - set(LETTERS):
        raise ScenarioError(f"{where}: 'blocks' must be letters of {LETTERS}, not {z['blocks']!r:.80}")
    blocks = [*_free_lists(z, where), *_pcp_lists(z, where)]
    for pfn, order, what in blocks:
        if pfn % (1 << order) or pfn < first or pfn + (1 << order) > first + span:
            raise ScenarioError(f"{where}: {what} at pfn {pfn} is not aligned to its order, or outside of the zone")
    holes = [_row(hole, 2, "a hole", where) for hole in need(z, "holes", list, where)]
    yield from ((pfn, pages, "a hole") for pfn, pages in holes)
    yield from ((pfn, 1 << order, what) for pfn, order, what in blocks)


def _free_lists(z: Json, where: str) -> Iterator[tuple[int, int, str]]:
    """(first pfn, order, what) of every free block."""
    for key, runs in need({"lists": {}} | z, "lists", dict, where).items():
        if key[-1:] not in LETTERS or key[:-1] not in map(str, range(MAX_PAGE_ORDER + 1)):
            raise ScenarioError(f"{where}: a list is an order from 0 to 10 and a letter of {LETTERS}, not {key!r:.80}")
        for run in need({key: runs}, key, list, where):
            pfn, count, step = _row(run, 3, f"a run of list {key!r}", where, END_PFN)
            for n in range(count):
                yield pfn + n * step, int(key[:-1]), f"a free block of order {key[:-1]}"


def _pcp_lists(z: Json, where: str) -> Iterator[tuple[int, int, str]]:
    """(first pfn, order, what) of every block on a per-cpu list."""
    for key, pages in need({"pcp_lists": {}} | z, "pcp_lists", dict, where).items():
        if key not in map(str, range(NR_PCP_LISTS)):
            raise ScenarioError(f"{where}: per-cpu lists are numbered from 0 to {NR_PCP_LISTS - 1}, not {key!r:.80}")
        order = min(int(key) // 3, 4)
        for pfn in _row(pages, len(need({key: pages}, key, list, where)), f"per-cpu list {key}", where):
            yield pfn, PAGEBLOCK_ORDER if order == 4 else order, f"a block on per-cpu list {key}"


def _held(machine: Json, zones: Mapping[str, Json], claims: list[tuple[int, int, str]], where: str) -> list[list[int]]:
    """The blocks in use that operations can free; each of them is a claim, too."""
    held: list[list[int]] = []
    for row in need(machine, "held", list, where):
        given = [*row[:3], row[3] or 0] if isinstance(row, list) and len(row) == 4 else row
        key, pfn, order, _ = _row(given, 4, "a block of 'held'", where)
        inside = any(z["start_pfn"] <= pfn and pfn < z["start_pfn"] + z["spanned_pages"] for z in zones.values())
        if order > MAX_PAGE_ORDER or pfn % (1 << order) or not inside:
            raise ScenarioError(f"{where}: held id {key}: no zone has a block of order {order} at pfn {pfn}")
        claims.append((pfn, 1 << order, f"held id {key}"))
        held.append(given)
    return held


def _check_claims(claims: list[tuple[int, int, str]], where: str) -> None:
    """No page may be in two places."""
    claims.sort()
    for (first, pages, what), (after, _, other) in pairwise(claims):
        if first + pages > after:
            raise ScenarioError(f"{where}: {what} at pfn {first} and {other} at pfn {after} overlap")


def _walk(ops: list[Any], where: str, depth: int = 0) -> Iterator[tuple[Json, str]]:
    """Every operation with its place, those inside scripts too, which need no `op`; their numbers are checked."""
    for place, given in enumerate(ops):
        here = f"{where}: op {place}"
        op = ({"op": "alloc"} if depth else {}) | need({"op": given}, "op", dict, here)
        _one_of(op, "op", ("alloc",) if depth else tuple(OPS), here)
        _numbers(op, OPS[op["op"]], here)
        yield op, here
        for kind, entry in _entries(op, here):
            if isinstance(entry, dict) and "alloc" in entry:
                if depth == DEEPEST:
                    raise ScenarioError(f"{where}: allocations inside scripts are nested more than {DEEPEST} deep")
                yield from _walk(need(entry, "alloc", list, here), f"{here}: script {kind}", depth + 1)


def _entries(op: Json, where: str) -> Iterator[tuple[str, Any]]:
    """(kind, entry) of an operation's whole script."""
    script = need({"script": {}} | op, "script", dict, where)
    for kind in script:
        _one_of({"a script's list": kind}, "a script's list", KINDS, where)
        yield from ((kind, entry) for entry in need(script, kind, list, f"{where}: script"))


def _check_op(op: Json, ids: set[int], zones: Mapping[str, Json], where: str) -> None:
    """What is left to check of an operation: its context and script, or the id or zone that it names."""
    if op["op"] == "alloc":
        if op["gfp_mask"] & TWO_TYPES == TWO_TYPES:
            raise ScenarioError(
                f"{where}: 'gfp_mask' has both __GFP_MOVABLE and __GFP_RECLAIMABLE: {op['gfp_mask']:#x}"
            )
        _numbers(op, {"lru": (0, 1)}, where, optional=True)
        context = need({"context": {}} | op, "context", dict, where)
        for key in context:
            _one_of({"context": key}, "context", tuple(CONTEXT_IF), where)
        _numbers(context, CONTEXT_IF, f"{where}: context", optional=True)
        for kind, entry in _entries(op, where):
            _check_entry(kind, entry, ids, zones, f"{where}: script {kind}")
    elif op["op"] in ("free", "lru"):
        if op["id"] not in ids:
            raise ScenarioError(f"{where}: names id {op['id']}, which no operation ever allocates and nobody holds")
    elif op["op"] in ("decay", "zone"):
        _one_of(op, "zone", tuple(zones), where)
        _numbers(op, ZONE_OP_IF, where, optional=True)


def _check_entry(kind: str, entry: Any, ids: set[int], zones: Mapping[str, Json], where: str) -> None:
    """One entry of a script: a number, or an object (its `alloc` is checked as operations are)."""
    if type(entry) is int:
        return
    _numbers(need({"an entry": entry}, "an entry", dict, where), ENTRY_IF, where, optional=True)
    for row in need({"zone": []} | entry, "zone", list, where):
        if not isinstance(row, list) or len(row) != 4:
            raise ScenarioError(f"{where}: 'zone' must be rows of name, set, clear and boost, not {row!r:.80}")
        _one_of({"zone": row[0]}, "zone", tuple(zones), where)
        _numbers(dict(zip(ZONE_OP_IF, row[1:], strict=True)), ZONE_OP_IF, where)
    for key in need({"free": []} | entry, "free", list, where):
        if type(key) is not int or key not in ids:
            raise ScenarioError(f"{where} frees id {key!r:.80}, which no operation ever allocates and nobody holds")
    if entry.get("capture") is not None:
        if kind != "try_to_compact_pages" or entry.get("alloc"):
            raise ScenarioError(f"{where}: only a compaction has 'capture', and never together with 'alloc'")
        _one_of(entry, "capture", tuple(zones), where)
