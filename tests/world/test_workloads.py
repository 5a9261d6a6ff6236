"""The named workloads: each shows what its text says one should look for."""

import pytest

from buddylab.core.validate import validate_machine
from buddylab.reclaim.lru import validate_zone
from buddylab.world.workloads import WORKLOADS, parameters, start


def played(name, jiffies, machine="small", **given):
    simulation = start(name, machine, **given)
    simulation.run(jiffies)
    validate_machine(simulation.machine)
    simulation.population.vm.pagevecs.lru_add_drain()
    for zone in simulation.population.zones:
        validate_zone(zone)
    return simulation


@pytest.mark.parametrize("name", WORKLOADS)
def test_every_workload_is_described_and_runs_soundly(name):
    workload = WORKLOADS[name]
    for text in (workload.name, workload.story, workload.look_for):
        assert text and text.isascii()
    for text in (workload.name_zh, workload.story_zh, workload.look_for_zh):
        assert text and not text.isascii()
    assert workload.story.count(".") == 1, "one sentence"
    assert all(p.unit and p.unit_zh and p.text and p.text_zh for p in parameters(name).values())
    assert played(name, 250).operations > 0


def test_idle_desktop_sinks_to_pages_low_and_stays():
    series = played("idle_desktop", 2000).series
    low, high = series.marks["Normal"][1:]
    tail = series.free["Normal"][len(series.jiffies) // 2 :]
    assert low // 2 < min(tail) and max(tail) < 3 * high and series.count["kills"] == 0


def test_file_server_refuses_jumbo_frames_although_memory_is_free():
    series = played("file_server", 3000).series
    assert any(order == 3 and mask == 0x20 and why == "no_wait" for _, order, mask, why in series.failures)
    assert all(why == "no_wait" for *_, why in series.failures)


def test_fork_bomb_is_killed_child_by_child():
    series = played("fork_bomb", 1500, pages=200).series
    assert series.kills and {name for _, name, _ in series.kills} <= {"bomb", "editor"}


def test_memory_hog_fills_swap_and_dies():
    simulation = played("memory_hog", 1000, rate=50_000)
    assert [name for _, name, _ in simulation.series.kills] == ["hog"]
    assert simulation.series.count["stalls"] > 0


def test_slow_leak_ends_suddenly():
    series = played("slow_leak", 3000, rate=4000).series
    assert [name for _, name, _ in series.kills][:1] == ["leakyd"]
    assert series.kills[0][0] > 1000


def test_long_among_short_leaves_free_memory_in_small_pieces():
    simulation = played("long_among_short", 500)
    series = simulation.series
    zone = simulation.machine.zone("Normal")
    assert zone.nr_free_pages > zone.present_pages // 2
    assert series.unusable_index("Normal", 5)[-1] > 0.5 > series.unusable_index("Normal", 2)[-1]


def test_dirty_flood_is_slowed_to_the_disk():
    """10 MB/s are 10.24 pages a jiffy, 11 in whole pages; the writer wants 160."""
    simulation = played("dirty_flood", 2000, disk_rate=10, read_rate=0)
    written = simulation.scheduler.asked
    limit = simulation.population.dirty_limits()[1]
    assert simulation.population.disk.pages_per_jiffy == 11
    assert written < 2000 * 11 + limit + 5000 < 2000 * 160


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("fork_bmob", {}, "no workload 'fork_bmob': did you mean 'fork_bomb'\\? There are idle_desktop"),
        ("idle_desktop", {"machine": "cray"}, "no machine 'cray': there are report"),
        ("memory_hog", {"rate": -1}, "memory_hog: rate .* must be a whole number from 1 to 1,000,000 pages a second"),
        ("memory_hog", {"rate": 10**9}, "not 1000000000"),
        ("memory_hog", {"rate": 1.5}, "not 1.5"),
        ("file_server", {"every": -5}, "every .* jiffies, not -5"),
        ("file_server", {"speed": 5}, "no parameter of file_server 'speed': there are files"),
        ("memory_hog", {"neighbours": 50}, "102,400 pages|103,219 pages would be in use from the start"),
        (
            "long_among_short",
            {"kernel": 50},
            "22,937 pages would be in use from the start, the machine has 16,384 and 0",
        ),
    ],
)
def test_what_cannot_be_is_told(name, given, said):
    with pytest.raises(ValueError, match=said):
        start(name, **given)
