"""Time: turns from a seed, naps that end, kills that take a while, and the recheck that prevents the second one."""

from random import Random

import pytest

from buddylab.core.gfp import GFP_KERNEL, GFP_NOFS
from buddylab.core.ladder import begin, high_attempt
from buddylab.core.machine import Machine
from buddylab.core.setup import setup_zones
from buddylab.core.validate import validate_machine
from buddylab.core.zone import Zone
from buddylab.machines.hardware import MACHINES
from buddylab.reclaim.lru import validate_zone
from buddylab.reclaim.tracing import CONGESTION_WAIT
from buddylab.world.population import Population
from buddylab.world.process import EXIT_PAGES, Process
from buddylab.world.scheduler import cause
from buddylab.world.simulation import Simulation
from buddylab.world.workloads import start


def quiet(seed=1, machine="small", **options):
    return Simulation(Population(MACHINES[machine].machine()), Random(seed), **options)


def outcome(simulation):
    series = simulation.series
    return (
        series.jiffies,
        series.free,
        series.nr_free,
        series.reclaimed,
        series.stalls,
        series.kills,
        simulation.operations,
    )


def test_the_same_seed_gives_the_same_run():
    first, again, other = (start("memory_hog", seed=seed, rate=50_000) for seed in (3, 3, 4))
    for simulation in (first, again, other):
        simulation.run(200)
    assert outcome(first) == outcome(again) != outcome(other)


def test_a_run_in_two_parts_is_the_same_run():
    whole, parts = start("file_server"), start("file_server")
    whole.run(100)
    parts.run(60)
    parts.run(40)
    assert outcome(whole) == outcome(parts)


def test_a_sleeper_wakes_on_time_and_writers_wait_for_the_disk():
    simulation, woken = quiet(), []

    def sleeper(me):
        yield from me.sleep(7)
        woken.append(("clock", simulation.jiffies))

    def waiter(me):
        yield CONGESTION_WAIT
        woken.append(("timeout", simulation.jiffies))

    simulation.spawn("a", sleeper)
    simulation.spawn("b", waiter)
    simulation.run(40)
    assert woken == [("clock", 8), ("timeout", 26)], "both lie down in jiffy 1: 1 + 7, and 1 + 25 with an idle disk"


def test_congestion_wait_ends_with_the_write():
    """One page is being written from jiffy 1 on; it is done when jiffy 2 begins."""
    simulation, woken = quiet(), []
    population = simulation.population

    def writer(me):
        yield from me.write(population.file(8), 1, 1)
        population.write_oldest(1)
        yield CONGESTION_WAIT
        woken.append(simulation.jiffies)

    simulation.spawn("writer", writer)
    simulation.run(40)
    assert woken == [2]


def test_death_takes_time():
    """64 units a jiffy are one turn, and one turn of dying is 506 pages: 2,000 pages are 506 x 3 + 482."""
    simulation = quiet(speed=64, cpus=1)

    def script(me):
        yield from me.grow(2000)
        yield from me.sleep(10_000)

    victim = simulation.spawn("victim", script)
    simulation.run(60)
    memory = victim.memory()
    victim.SIGKILL = True
    simulation.scheduler.wake(victim)
    left = []
    for _ in range(5):
        left.append(memory.resident)
        simulation.run(1)
    assert EXIT_PAGES == 506 and left == [2000, 1494, 988, 482, 0]
    assert victim.mm is None and victim not in simulation.population.tasks


def test_kswapd_works_between_low_and_high():
    """A reader at 64 pages a jiffy on 1 GiB: kswapd keeps pace, nobody reclaims in his own time."""
    simulation = start("file_server", "i386_1g", burst=0, read_rate=16_000, kernel=60)
    series = simulation.run(4000)
    assert series.totals["kswapd"] > 100_000 and series.count["stalls"] == 0
    low = series.marks["Normal"][1]
    assert min(series.free["Normal"]) > low / 2
    sound(simulation)


def sound(simulation):
    validate_machine(simulation.machine)
    simulation.population.vm.pagevecs.lru_add_drain()
    for zone in simulation.population.zones:
        validate_zone(zone)


def crowd(seed, high_recheck):
    """A hog fills what is left of 64 MB, then 24 processes want 30 pages each. One kill is enough for all of them."""
    simulation = quiet(seed, cpus=4, speed=64, high_recheck=high_recheck)

    def kernel(me):
        yield from me.kernel(10, 12)
        yield from me.kernel(0, 1000)
        me.mm = None
        yield from me.sleep(100_000)

    def card(me):
        while True:
            yield from me.kernel(0, 1, "skb")
            yield from me.sleep(2)
            me.release(1)
            yield from me.sleep(10)

    def wants_little(me):
        yield from me.sleep(20)
        yield from me.grow(30)
        yield from me.sleep(10_000)

    def hog(me):
        while True:
            yield from me.grow(8)

    simulation.spawn("kernel", kernel, oomkilladj=-17)
    simulation.spawn("eth0", card, in_interrupt=True, oomkilladj=-17)
    for _ in range(24):
        simulation.spawn("little", wants_little)
    simulation.spawn("hog", hog)
    return simulation


def test_the_high_recheck_prevents_the_second_kill():
    """The hog's death frees some 2,000 pages, 24 x 30 are wanted: every further kill is one too many."""
    second = {}
    for high_recheck in (True, False):
        kills = [crowd(seed, high_recheck).run(400).count["kills"] for seed in range(16)]
        assert min(kills) >= 1
        second[high_recheck] = sum(kills) - len(kills)
    assert second[True] == 0 < second[False]


def test_two_requests_stand_before_the_killer_at_once():
    simulation = crowd(3, True)
    most = 0
    for _ in range(400):
        simulation.run(1)
        standing = 0
        for p in simulation.scheduler.runnable:
            standing += p.attempt is not None and p.attempt.stage is high_attempt
        most = max(most, standing)
    assert most >= 2


def test_an_endless_retry_is_a_process_that_goes_on():
    """Everything is pinned, GFP_NOFS may not kill. A round is 25 jiffies in throttle_vm_writeout and 5 of waiting."""
    simulation = quiet(machine="tiny")

    def pinned(me):
        yield from me.kernel(0, 895)
        yield from me.sleep(100_000)

    def stuck(me):
        yield from me.sleep(5)
        yield GFP_NOFS, 6
        while True:
            yield GFP_NOFS, 0

    simulation.spawn("pinned", pinned)
    p = simulation.spawn("stuck", stuck)
    simulation.run(1000)
    assert simulation.jiffies == 1000 and p.attempt is not None
    assert p.attempt.rounds == (1000 - 5) // 30


def test_the_kernel_panics_when_nobody_is_left():
    simulation = quiet(machine="tiny")

    def greedy(me):
        while True:
            yield from me.kernel(0, 1)

    def late(me):
        yield from me.sleep(50)
        yield from me.kernel(0, 10)

    simulation.spawn("greedy", greedy, oomkilladj=-17)
    simulation.run(1000)
    assert simulation.panic.startswith("Kernel panic - not syncing: Out of memory")


def test_a_million_pages_on_4_tib():
    zones = [Zone("Normal", 0, 0, 1 << 30)]
    setup_zones(zones, ("Normal",))
    simulation = start("file_server", Machine(zones, ("Normal",)), kernel=0, files=20, read_rate=100_000)
    simulation.run(100)
    assert 4000 < simulation.population.nr_cached <= 20 * 256 + 200, "the files, and the shell"
    sound(simulation)


def test_ctrl_c_keeps_what_was_gathered():
    simulation = start("idle_desktop")

    def impatient(share):
        if share > 0.5:
            raise KeyboardInterrupt

    series = simulation.run(100, progress=impatient)
    assert 40 < len(series.jiffies) < 60
    with pytest.raises(ValueError, match="broken off"):
        simulation.run(1)


def test_progress_is_told_to_the_end():
    told = []
    start("idle_desktop").run(operations=3000, progress=told.append)
    assert told[0] == 0.0 and told[-1] == 1.0 and told == sorted(told)


def test_the_cause_of_a_refusal():
    machine = MACHINES["tiny"].machine()
    for mask, order, flags, said in (
        (0x20, 3, {}, "no_wait"),
        (0xD0, 4, {}, "too_large"),
        (0x10D0, 0, {}, "noretry"),
        (0xD0, 0, {"PF_MEMALLOC": True}, "memalloc"),
    ):
        assert cause(Process("p", **flags), begin(machine, mask, order)) == said


@pytest.mark.parametrize(
    ("build", "said"),
    [
        (lambda: quiet(cpus=0), "at least 1 CPU, not 0"),
        (lambda: quiet(speed=-5), "at least 1 page a jiffy, not -5"),
        (lambda: quiet().run(-1), "goes forward by a whole number of jiffies or operations, not by -1"),
        (lambda: quiet().run(operations=1.5), "not by 1.5"),
        (lambda: quiet().run(), "say for how many jiffies"),
    ],
)
def test_what_cannot_be_is_told(build, said):
    with pytest.raises(ValueError, match=said):
        build()


def test_mask_of_a_process_is_the_kernels():
    simulation, seen = quiet(), []

    def script(me):
        seen.append(next(me.grow(1)))
        seen.append(next(me.kernel(2)))
        seen.append(next(me.kernel(3, 1, "skb")))
        seen.append(next(me.slab(1)))
        yield GFP_KERNEL, 0

    simulation.spawn("p", script)
    simulation.run(1)
    assert seen == [(0x200D2, 0), (0xD0, 2), (0x20, 3), (0xD0, 0)]
