"""Cause before effect: what a frame changes is what its event may change, and every count is the recorded one."""

from itertools import groupby, product

import pytest
from recordings import NAMED, named, some_random

from buddylab import scenario
from buddylab.core.events import GIVEN
from buddylab.explorer.knobs import checked, start
from buddylab.explorer.recording import recording
from buddylab.scenario.play import counters
from buddylab.view.document import view

FREE, HOT, COLD = ("counts", "NR_FREE_PAGES"), ("pcp", "hot"), ("pcp", "cold")
LISTS, PER_CPU = [("lists", str(order)) for order in range(11)], (HOT, COLD)

# What an event may change, written by hand from mm/page_alloc.c: pages on the per-cpu lists, and pages that the zone
# counts as free (NR_FREE_PAGES, which is what lies on its lists). "+" up, "-" down, "=" not at all, "~" either way.
MAY_CHANGE = {
    "buffered_rmqueue": ("-", "="),  # a single page, from the per-cpu list to the caller
    "__rmqueue": ("=", "-"),  # a block from a free list; what is split off stays free
    "rmqueue_bulk": ("+", "-"),  # pages from the free lists to a per-cpu list
    "free_hot_cold_page": ("+", "="),
    "free_pages_bulk": ("=", "="),  # announces; each page's way is a __free_one_page
    "__free_one_page": ("~", "+"),  # from a per-cpu list, or a block from its user
    "__free_pages_ok": ("=", "="),  # announces too
    "drain_local_pages": ("-", "+"),  # the per-cpu lists into the free lists
    "script_free": ("~", "+="),  # a script's frees: the per-cpu list may overflow into the free lists
    **dict.fromkeys(GIVEN, ("~", "+=")),  # the world's frees, likewise
}


def state_at_first(document):
    """Pages free and blocks or pages per list, by zone."""
    return [
        {FREE: zone["counts"]["NR_FREE_PAGES"]}
        | {(part, key): count(entry) for part in ("lists", "pcp") for key, entry in zone[part].items()}
        for zone in document["initial"]["zones"]
    ]


def count(entry):
    return entry["count"] if isinstance(entry, dict) else len(entry)


def after(state, frame):
    """The state after one frame: what a screen shows that only adds up changes."""
    state = [dict(zone) for zone in state]
    for zone, part, key, operation, *_ in frame.get("changes", ()):
        if (part, key) == FREE:
            state[zone][FREE] = operation
        else:
            state[zone][part, key] += -1 if operation == 0 else 1
    return state


def sign(step):
    return "+" if step > 0 else "-" if step < 0 else "="


def allowed(frame):
    return MAY_CHANGE.get(frame.get("note") or (frame.get("event") or ["verdict"])[0], ("=", "="))


def walk(document):
    """Every frame against the table, every test against the counts shown; the counts at the end."""
    state = state_at_first(document)
    for frame in document["frames"]:
        if "test" in frame:
            shown = state[frame["test"]["zone"]]
            assert frame["test"]["rows"][0]["above"] == shown[FREE]
            assert all(row["nr"] == shown["lists", str(row["o"] - 1)] for row in frame["test"]["rows"][1:])
        new = after(state, frame)
        per_cpu, free = allowed(frame)
        for zone, (old, now) in zip(document["machine"]["zones"], zip(state, new, strict=True), strict=True):
            pages = sum(now[part, key] << int(key) for part, key in LISTS)
            assert pages == now[FREE], "what the lists hold is what NR_FREE_PAGES says"
            assert min(now.values()) >= 0
            moved = sign(sum(now[at] - old[at] for at in PER_CPU))
            risen = sign(now[FREE] - old[FREE])
            assert per_cpu == "~" or moved in (per_cpu, "="), (frame["say"], moved)
            assert risen in (*free, "="), (frame["say"], risen)
            if frame.get("note"):
                assert zone["label"] == frame["args"]["zone"] or old == now, "a note changes its own zone"
        state = new
    return state


def what_came_back(document):
    """Of each run of notes: by zone, pages told and pages that the counts gained."""
    state = state_at_first(document)
    for told, frames in groupby(document["frames"], key=lambda frame: frame.get("note") in GIVEN):
        before, pages = state, {}
        for frame in frames:
            state = after(state, frame)
            if told:
                label = frame["args"]["zone"]
                pages[label] = pages.get(label, 0) + frame["args"]["pages"]
        for place, zone in enumerate(document["machine"]["zones"]):
            if told:
                gained = sum(state[place][at] - before[place][at] for at in (FREE, *PER_CPU))
                yield pages.get(zone["label"], 0), gained


def replayed(op_lists):
    """Every request of a recording as a document, with the counters that the kernel had after it."""
    world = scenario.ScriptedWorld(scenario.build_machine(op_lists))
    for op in op_lists["ops"]:
        if op["op"] == "alloc" and op["order"] < 11:
            run = world.record(op)
            yield view(run), counters(run.machine), op.get("expect", {}).get("zones")
        else:
            world.play(op)


def holds(recorded):
    for document, ours, kernel in replayed(recorded):
        shown = walk(document)
        for zone, end in zip(document["machine"]["zones"], shown, strict=True):
            counted = [end[FREE], [end[o] for o in LISTS], end[HOT], end[COLD]]
            assert counted == ours[zone["label"]]
            assert kernel is None or zone["label"] not in kernel or counted == kernel[zone["label"]]


@pytest.mark.parametrize("name", NAMED)
def test_named_scenarios_show_nothing_before_its_cause(name):
    holds(named(name))


def test_random_recordings_show_nothing_before_its_cause():
    for recorded in some_random()[::12]:
        holds(recorded)


GRID = [
    {"machine": "small", "gfp_mask": mask, "order": order, "pressure": pressure, "mix": mix, "in_interrupt": irq}
    for mask, order, pressure, mix, irq in product(
        ("GFP_KERNEL", "GFP_NOFS", "GFP_ATOMIC"), (0, 2, 4, 10), (1000, 700, 0), ("desktop", "no_swap"), (False, True)
    )
    if irq == (mask == "GFP_ATOMIC")
]


@pytest.mark.parametrize("mask", ["GFP_KERNEL", "GFP_NOFS", "GFP_ATOMIC"])
def test_the_knobs_show_nothing_before_its_cause(mask):
    told = 0
    for setting in GRID:
        if setting["gfp_mask"] != mask:
            continue
        recorded = recording(checked({**start(), **setting}))
        walk(recorded.document)
        for pages, gained in what_came_back(recorded.document):
            assert pages == gained
            told += pages
    assert (told > 0) == (mask != "GFP_ATOMIC")


def test_the_victim_is_struck_before_its_pages_come_back_and_the_rest_is_told():
    document = recording(
        checked(
            {**start(), "machine": "small", "gfp_mask": "GFP_KERNEL", "order": 0, "pressure": 1000, "mix": "no_swap"}
        )
    ).document
    frames = document["frames"]
    oom = next(frame for frame in frames if frame["say"] == "oom")
    place = next(at for at, frame in enumerate(frames) if frame.get("note") == "killed")
    killed, rest = frames[place], frames[place + 1 :]
    exits = [frame for frame in rest if frame.get("note") == "exit"]
    holds_still = next(frame for frame in rest if frame.get("note") == "holds")
    assert "changes" not in killed and "changes" not in oom
    assert max(oom["badness"], key=lambda one: one[1])[0] == killed["args"]["zone"]
    assert all(frame["by"] == killed["args"]["zone"] for frame in exits)
    given = sum(frame["args"]["pages"] for frame in exits)
    assert given + holds_still["args"]["pages"] == killed["args"]["pages"] and given <= 4 * 506


def test_who_frees_is_said():
    document = recording(checked({**start(), "machine": "small", "gfp_mask": "GFP_KERNEL", "pressure": 1000})).document
    by = {frame["stage"]: set() for frame in document["frames"]}
    for frame in document["frames"]:
        if frame.get("note") in ("clean", "anon"):
            by[frame["stage"]].add(frame["by"])
    assert by["direct_reclaim"] == {"caller"} and "kswapd0" in by["should_retry"]


def test_what_reclaim_reports_stands_behind_what_it_did():
    document = recording(checked({**start(), "machine": "small", "gfp_mask": "GFP_KERNEL", "pressure": 1000})).document
    says = [frame["say"] for frame in document["frames"]]
    first = says.index("reclaim_progress")
    assert says.index("reclaim_start") < min(says.index(f"note_{kind}") for kind in ("clean", "slab")) < first


def test_a_refill_tells_every_page_with_the_halvings_that_it_took():
    """A batch of single pages, each from the smallest list that has a block; a larger block is halved for it."""
    halved = 0
    for more in (
        {"pressure": 636, "hand": 2 * [["alloc", 0, 208, ""]]},
        {"scatter": 0, "hand": 3 * [["alloc", 0, 208, ""]]},
    ):
        document = recording(
            checked({**start(), "machine": "small", "gfp_mask": "GFP_KERNEL", "order": 0, "pressure": 0} | more)
        ).document
        refill = next(frame for frame in document["frames"] if frame["say"].startswith("refill"))
        place = refill["steps"][0][0][0]
        free = state_at_first(document)[place][FREE]
        for pages, ((_, _, source, out, pfn), *halves, entered, counted) in enumerate(refill["steps"], 1):
            assert out == 0 and [half[2] for half in halves] == [str(o) for o in range(int(source) - 1, -1, -1)]
            assert all(half[4] == pfn + (1 << int(half[2])) for half in halves)
            assert entered[1:3] == ["pcp", "hot"] and entered[4] == pfn
            assert counted == [place, "counts", "NR_FREE_PAGES", free - pages]
            halved += len(halves)
        assert len(refill["steps"]) == refill["args"]["batch"]
    assert halved > 0
