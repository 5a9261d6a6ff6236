"""What the frames say: every row of every test against the recorded kernel, every sentence in both languages."""

import json
import re
import string
from functools import partial
from pathlib import Path

import pytest
from recordings import NAMED, named, some_random

import buddylab.view
from buddylab import scenario
from buddylab.core.environment import Task
from buddylab.core.events import GIVEN
from buddylab.core.machine import Machine
from buddylab.core.record import apply, record
from buddylab.core.zone import Zone, lowered, watermark_rows
from buddylab.explorer.filling import prepare
from buddylab.explorer.watched import REASONS
from buddylab.view.document import side_by_side, text, to_json, transcript, view
from buddylab.view.frames import frames
from buddylab.view.lists import net
from buddylab.view.sentences import say, sentences

HERE = Path(buddylab.view.__file__).parent


def runs(recording):
    """Every allocation of a recording as a run."""
    world = scenario.ScriptedWorld(scenario.build_machine(recording))
    for op in recording["ops"]:
        if op["op"] == "alloc" and op["order"] < 11:
            yield world.record(op)
        else:
            world.play(op)


def holds_against_the_kernel(recording):
    """The rows of every test end where the kernel's zone_watermark_ok said they do."""
    tests = 0
    for run in runs(recording):
        for frame in frames(run):
            if "test" in frame:
                *_, result = frame["event"]
                rows, order = frame["test"]["rows"], frame["test"]["order"]
                assert (rows[-1]["ok"] and len(rows) == order + 1) == bool(result)
                assert all(row["ok"] for row in rows[:-1])
                tests += 1
    return tests


@pytest.mark.parametrize("name", NAMED)
def test_rows_agree_with_the_kernel(name):
    holds_against_the_kernel(named(name))


def test_rows_agree_with_the_kernel_in_random_recordings():
    assert sum(holds_against_the_kernel(recording) for recording in some_random()[::6]) > 5000


@pytest.mark.parametrize("name", NAMED)
def test_every_frame_of_the_recordings_can_be_told_in_both_languages(name):
    for run in runs(named(name)):
        shown = view(run)
        assert len(transcript(shown, "en")) == len(transcript(shown, "zh")) == len(shown["frames"])
        assert shown["frames"][-1]["event"] == ["end", run.end]
        assert "{" not in "".join(transcript(shown, "en") + transcript(shown, "zh"))
        json.loads(to_json(shown))


@pytest.mark.parametrize("name", NAMED)
def test_the_changes_of_the_frames_lead_to_the_state_at_the_end(name):
    for run in runs(named(name)):
        shown = view(run)
        zones = shown["initial"]["zones"]
        for frame in shown["frames"]:
            for change in frame.get("changes", ()):
                play(zones, change)
        after = [zone.copy() for zone in run.before]
        for changed in run.changes():
            for change in changed:
                apply(after, change)
        for left, right in zip(zones, after, strict=True):
            assert left["lists"] == {str(order): right.free_list(order) for order in range(11)}
            assert left["counts"] == {"NR_FREE_PAGES": right.nr_free_pages}
            assert left["pcp"] == {"hot": [*right.hot.pages], "cold": [*right.cold.pages]}


def play(zones, change):
    """A change of the document, made as FORMAT.md words it."""
    place, part, key, *rest = change
    if part == "counts":
        (zones[place]["counts"][key],) = rest
        return
    operation, pfn = rest
    pfns = zones[place][part][key]
    {0: pfns.remove, 1: partial(pfns.insert, 0), 2: pfns.append}[operation](pfn)


def flagship():
    """The real report: 280 MB free in Normal, GFP_ATOMIC, order 3, from an interrupt."""
    population = prepare("report")
    run = record(population.machine, 0x20, 3, task=Task(in_interrupt=True))
    return run, population


def test_the_flagship_row_by_row():
    """By hand: 44578 + 2*11117 + 4*800 + 16 + 32 = 70060 free; mark 939 -> 470 -> 353, then halved order by order."""
    run, _ = flagship()
    told = frames(run)
    tests = {(f["stage"], f["test"]["zone"]): f["test"] for f in told if "test" in f and not f["test"]["own"]}
    normal, dma = tests["min_attempt", 1], tests["min_attempt", 0]
    assert normal["mark"] == 939 and normal["chain"] == [("HIGH", 470), ("HARDER", 353)]
    assert [(r["f"], r["m"], r["ok"]) for r in normal["rows"]] == [
        (70060 - 8 + 1, 353, True),
        (70053 - 44578, 176, True),
        (25475 - 2 * 11117, 88, True),
        (3241 - 4 * 800, 44, False),
    ]
    assert [(r["f"], r["m"], r["ok"]) for r in dma["rows"]] == [(894 - 8 + 1, 7 + 880, False)]
    assert told[told[-1]["decides"]]["test"] is normal
    assert transcript(view(run))[-1] == (
        "got_pg: Refused. Normal has 280,240 kB free, but blocks of order 3 or more count 41 pages; "
        "more than 44 are needed."
    )
    assert [f["log"] for f in told if "log" in f] == ["swapper: page allocation failure. order:3, mode:0x20"]


def test_order_2_passes_where_order_3_fails():
    population = prepare("report")
    run = record(population.machine, 0x20, 2, task=Task(in_interrupt=True))
    assert run.end == "page"
    granted = frames(run)[frames(run)[-1]["decides"]]["test"]
    # the first try, at pages_low 1173: 70060 - 4 + 1 = 70057, less 44578, less 22234: 3245 > 1173 / 4 = 293
    assert granted["mark"] == 1173 and [(r["f"], r["m"]) for r in granted["rows"]] == [
        (70057, 1173),
        (25479, 586),
        (3245, 293),
    ]


def test_a_negative_count_slips_through_the_first_row():
    """500 pages free, order 9 asked: 500 - 512 + 1 = -11; C compares unsigned, row 1 refuses."""
    zone = Zone("Normal", 0, 0, 1024, marks=(10, 12, 15), lowmem_reserve=[0])
    zone.nr_free_pages = 500
    zone.free_area[2].update(dict.fromkeys(range(0, 500, 4)))
    rows = watermark_rows(zone, 9, 10, 0, 0)
    assert [(row.free_pages, row.ok, row.slips) for row in rows] == [(-11, True, True), (-11, False, False)]


@pytest.mark.parametrize(
    ("flags", "steps"),
    [(0x02, []), (0x22, [("HIGH", 470)]), (0x12, [("HARDER", 705)]), (0x32, [("HIGH", 470), ("HARDER", 353)])],
)
def test_the_mark_is_lowered_in_the_kernels_order(flags, steps):
    """939 - 469 = 470; 939 - 234 = 705; 470 - 117 = 353: why not 352? Each step rounds what it takes off down."""
    assert lowered(939, flags) == steps


def test_net_leaves_out_what_undoes_itself():
    z = "Normal"
    assert net([(z, 0, 1, 5), (z, 13, 0, 9), (z, 0, 0, 5), (z, 1, 1, 4), (z, 13, 0, 8), (z, 0, 0, 7)]) == [
        (z, 1, 1, 4),
        (z, 13, 0, 8),
        (z, 0, 0, 7),
    ]


def test_sentences_have_the_same_places_in_both_languages():
    def places(template):
        return sorted(name for _, name, _, _ in string.Formatter().parse(template) if name)

    for key, both in sentences().items():
        assert places(both.en) == places(both.zh), key


NOTES = {f"note_{kind}" for kind in (*GIVEN, *REASONS, "killed", "holds", "panic")}


def test_what_comes_back_is_no_reason_why_it_did_not():
    assert not set(GIVEN) & set(REASONS)


def test_every_sentence_is_used():
    source = "".join(
        (HERE / f"{name}.py").read_text(encoding="utf-8")
        for name in ("frames", "ending", "decisions", "given_back", "rows")
    )
    words = set(re.findall(r"\"@?([a-z_0-9]+)\"", source)) | NOTES
    made = {f"end_page{how}{one}" for how in ("", "_oom", "_reclaim") for one in ("", "1")}
    made |= {"refill_hot1", "refill_cold1"}
    words |= set(
        re.findall(r"\"(away_[a-z]+)\"", (HERE.parent / "explorer" / "neighbours.py").read_text(encoding="utf-8"))
    )
    assert set(sentences()) <= words | made, set(sentences()) - words - made


def test_a_number_gets_commas_and_a_reference_its_sentence():
    assert say("row_no0", {"zone": "Normal", "f": 1234567, "m": 8}).en == "Normal refuses: 1,234,567 is not above 8."
    assert say("rebalance_reserve", {"who": "@who_memdie"}).zh == "该任务正被杀死（TIF_MEMDIE）：储备向它开放。"


@pytest.mark.parametrize(
    ("machine", "order", "mask", "kilobytes"),
    [
        ("tiny", 1, 0xD0, 5),
        ("small", 0, 0xD0, 5),
        ("small", 3, 0x20, 5),
        ("report", 3, 0x20, 30),
        ("i386_1g", 0, 0xD0, 30),
        ("i386_1g", 10, 0xD0, 30),
    ],
)
def test_a_run_is_small_enough_to_travel(machine, order, mask, kilobytes):
    population = prepare(machine)
    run = record(population.machine, mask, order, task=Task(in_interrupt=mask == 0x20))
    assert len(to_json(view(run, kind_of=population.kind_of)).encode()) < kilobytes * 1000


def test_long_lists_travel_as_two_ends_and_a_count():
    run, population = flagship()
    shown = view(run, kind_of=population.kind_of)["initial"]["zones"][1]
    whole = run.before[1].free_list(0)
    assert shown["lists"]["0"] == {"count": 44578, "head": whole[:32], "tail": whole[-8:]}
    assert shown["lists"]["4"] == run.before[1].free_list(4) and shown["counts"] == {"NR_FREE_PAGES": 70060}


def test_the_strips_show_the_blocks_that_could_not_grow():
    run, population = flagship()
    normal, dma = view(run, kind_of=population.kind_of)["strip"]
    assert (normal["zone"], dma["zone"]) == (1, 0)
    for strip, zone in ((normal, run.before[1]), (dma, run.before[0])):
        start, end = strip["start"], strip["start"] + 64
        assert strip["pages"] == 64 == len(strip["used"])
        assert start <= zone.free_list(2)[0] < end
        assert strip["free"] == sorted(
            [head, str(order)]
            for order in range(11)
            for head in zone.free_list(order)
            if head < end and head + (1 << order) > start
        )
        free = {pfn for head, order in strip["free"] for pfn in range(head, head + (1 << int(order)))}
        assert all((pfn in free) == (strip["used"][pfn - start] == "?") for pfn in range(start, end))


def test_a_free_block_is_known_by_place_and_order():
    zone = Machine([Zone("Normal", 0, 0, 4096 + 8, lowmem_reserve=[0])], ("Normal",)).zones[0]
    assert [zone.is_free(pfn, 10) for pfn in (0, 512, 1024, 3072, 4096)] == [True, False, True, True, False]
    assert zone.is_free(4096, 3) and not zone.is_free(4096, 2)


def test_what_stays_the_same_is_complete():
    constant = text()
    assert len(constant["source"]) == 175 and len(constant["stages"]) == 16
    assert ["fault_injection", None] in constant["chart"] and ["should_retry", "rebalance"] in constant["chart"]
    assert constant["say"] == sentences()


def test_side_by_side_reads_as_columns():
    zone = Zone("Normal", 0, 0, 64, marks=(1, 2, 3), lowmem_reserve=[0])
    machine = Machine([zone], ("Normal",))
    assert side_by_side(record(machine, 0xD0, 1), record(machine, 0x20, 9)).splitlines() == [
        "GFP_KERNEL        GFP_ATOMIC",
        "order 1           order 9",
        "",
        "might_sleep       might_sleep",
        "fault_injection   fault_injection",
        "restart           restart",
        "got_pg            thisnode",
        "= pfn 0           wake_kswapd",
        "                  alloc_flags",
        "                  min_attempt",
        "                  rebalance",
        "                  nopage",
        "                  got_pg",
        "                  = no page",
    ]


def test_a_transcript_in_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="'en' or 'zh', not 'fr'"):
        transcript(view(flagship()[0]), "fr")


def test_the_second_scan_of_a_numa_kernel_is_told():
    """Counted in the events: the first zone of the list is tested a second time in one get_page_from_freelist."""
    told = expected = 0
    for run in (run for name in NAMED if name.startswith("numa") for run in runs(named(name))):
        tested: list[str] = []
        for event in run.events:
            if event[0] == "get_page_from_freelist":
                tested = []
            elif event[0] == "zone_watermark_ok" and event[5]:
                tested.append(event[1])
                expected += tested.count(run.zonelist[0]) == 2 and event[1] == run.zonelist[0]
        told += sum(frame["say"] == "second_scan" for frame in frames(run))
    assert told == expected > 0


def test_an_interrupt_keeps_the_reserve_shut():
    """C: `&& !in_interrupt()` at the door of the reserve; without __GFP_WAIT there is no way on."""
    population = prepare("report")
    run = record(population.machine, 0x20, 3, task=Task(in_interrupt=True, PF_MEMALLOC=True))
    shut = next(frame for frame in frames(run) if frame["stage"] == "rebalance")
    assert shut["say"] == "rebalance_irq" and shut["conds"][0] == ["in_interrupt()", 1, "c_shuts"]
    assert transcript(view(run))[-3].startswith("rebalance: This task is itself freeing memory (PF_MEMALLOC), but an")
