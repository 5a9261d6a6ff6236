"""Every recorded decision of 2.6.21's vmscan.c and oom_kill.c, field by field."""

import gzip
import json
from pathlib import Path

import pytest

from .recorded import KINDS, outputs

DATA = Path(__file__).parent / "data"
OUTPUTS = {
    "badness": {"points", "points32"},
    "oom_decisions": {"events", "outcome", "memdie_after"},
    "shrink_zone": {"steps"},
    "shrink_active_list": {
        "near_oom",
        "values",
        "reclaim_mapped",
        "active_after",
        "inactive_after",
        "pages_scanned_after",
        "nr_active_after",
        "nr_inactive_after",
        "referenced_after",
        "private_after",
    },
    "shrink_slab": {"calls", "returned", "nr_after"},
    "page_decisions": {"outcome", "nr_scanned", "returned", "page_reached_allocator", "flags_after", "steps"},
    "try_to_free_pages": {"events", "returned", "prev_priority_after"},
    "balance_pgdat": {"events", "cut", "returned", "after"},
    "kswapd_loop": {"events", "flags"},
    "zone_flags": {"after"},
    "lru_moves": {
        "active",
        "inactive",
        "pending",
        "pending_active",
        "referenced",
        "nr_active",
        "nr_inactive",
        "results",
    },
    "throttle_vm_writeout": {"events"},
    "reclaim_integrated": {"events", "cut", "returned", "nr_scanned", "free_swap_after", "after"},
}
COUNTS = {
    "badness": 360,
    "oom_decisions": 180,
    "shrink_zone": 180,
    "shrink_active_list": 240,
    "shrink_slab": 180,
    "page_decisions": 3379 + 1500,
    "try_to_free_pages": 180,
    "balance_pgdat": 150,
    "kswapd_loop": 60,
    "zone_flags": 90,
    "lru_moves": 120,
    "throttle_vm_writeout": 48,
    "reclaim_integrated": 120,
}


def load(kind):
    """The vectors of one kind; page_decisions' rows as dicts by column name."""
    with gzip.open(DATA / f"{kind}.json.gz", "rt", encoding="utf-8") as file:
        recorded = json.load(file)
    if "columns" in recorded:
        return [dict(zip(recorded["columns"], row, strict=True)) for row in recorded["core"] + recorded["random"]]
    return recorded["vectors"]


def split(kind, vector):
    """(the case without anything that the kernel decided, what it decided)."""
    if kind == "shrink_zone":
        return split_shrink_zone(vector)
    expected = {key: vector[key] for key in vector.keys() & OUTPUTS[kind]}
    case = {key: vector[key] for key in vector.keys() - OUTPUTS[kind]}
    if kind == "shrink_slab":
        case["answers"] = [call[2] for call in vector["calls"] if call != ["printk"]]
    if kind == "lru_moves":
        expected["results"] = [op[2] for op in vector["ops"] if op[0] == "page_referenced"]
        case["ops"] = [op[:2] for op in vector["ops"]]
    return case, expected


def split_shrink_zone(vector):
    """Per step the answers of shrink_inactive_list go in, everything that was decided comes out."""
    given = ("nr_active", "nr_inactive", "priority", "swap_cluster_max", "gfp_mask")
    steps, expected = [], []
    for step in vector["steps"]:
        answers = [event[2] for event in step["events"] if event[0] == "inactive"]
        steps.append({key: step[key] for key in given} | {"answers": answers})
        expected.append({key: value for key, value in step.items() if key not in given})
    return vector | {"steps": steps}, {"steps": expected}


def first_difference(expected, actual, path=""):
    """Where two values part, and how; None if they do not."""
    if isinstance(expected, dict) and isinstance(actual, dict) and expected.keys() == actual.keys():
        pairs = [(f"{path}.{key}", expected[key], actual[key]) for key in expected]
    elif isinstance(expected, list) and isinstance(actual, list):
        pairs = [(f"{path}[{i}]", *pair) for i, pair in enumerate(zip(expected, actual, strict=False))]
        pairs.append((f"len({path})", len(expected), len(actual)))
    else:
        return None if expected == actual else f"{path}: recorded {expected!r}, ours {actual!r}"
    return next(filter(None, (first_difference(a, b, where) for where, a, b in pairs)), None)


@pytest.mark.parametrize("kind", KINDS)
def test_recorded(kind):
    vectors = load(kind)
    assert len(vectors) == COUNTS[kind]
    for i, vector in enumerate(vectors):
        case, expected = split(kind, vector)
        actual = outputs(kind, case)
        if expected.get("cut"):
            # The recording stopped in the middle: its last event is the one that was too many.
            expected, actual = ({"cut": 1, "events": side["events"][:450]} for side in (expected, actual))
        difference = first_difference(expected, actual)
        assert difference is None, f"{kind}, case {i}: {difference}"
