"""Who uses the memory: every page is allocated, listed, and given back by 2.6.21's rules."""

from random import Random

import pytest

from buddylab.core import gfp
from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.setup import setup_zones
from buddylab.core.validate import validate_machine
from buddylab.core.zone import Zone
from buddylab.reclaim.lru import validate_zone
from buddylab.reclaim.page import PG_DIRTY, PG_WRITEBACK
from buddylab.reclaim.tracing import run
from buddylab.world.population import Population
from buddylab.world.process import Process
from buddylab.world.simulation import Simulation
from buddylab.world.users import CONGESTION_OFF, CONGESTION_ON, Disk, Memory, SlabCache


def machine(pages=8192):
    zones = [Zone("Normal", 0, 0, pages)]
    setup_zones(zones, ("Normal",))
    return Machine(zones, ("Normal",))


def populate(swap=0, **options):
    population = Population(machine(), swap_pages=swap, **options)
    population.current = Process("reclaimer", PF_MEMALLOC=True)
    return population


def cached(population, file, indices, dirty=False):
    for index in indices:
        page = population.add_cached(file, index, alloc_pages(population.machine, gfp.GFP_HIGHUSER, 0))
        if dirty:
            population.set_page_dirty(page)
    population.vm.pagevecs.lru_add_drain()


def reclaim(population, gfp_mask=gfp.GFP_KERNEL):
    """Direct reclaim in one go, no time passing: pages given back."""
    before = population.freed
    run(population.vm.try_to_free_pages(population.zones, gfp_mask, population.current))
    return population.freed - before


def check(population):
    validate_machine(population.machine)
    population.vm.pagevecs.lru_add_drain()
    for zone in population.zones:
        validate_zone(zone)
    assert sum(zone.lru_pages for zone in population.zones) == population.nr_cached


def test_clean_cache_comes_back_at_once():
    """A cluster of 32, out of the file and into the per-cpu lists."""
    population = populate()
    file = population.file(3000)
    cached(population, file, range(3000))
    assert reclaim(population) >= 32
    assert len(file.pages) == 3000 - population.freed
    check(population)


@pytest.mark.parametrize(("mask", "written"), [(gfp.GFP_KERNEL, True), (gfp.GFP_NOFS, False), (gfp.GFP_NOIO, False)])
def test_dirty_cache_is_written_first_and_only_with_fs(mask, written):
    population = populate()
    file = population.file(3000)
    cached(population, file, range(3000), dirty=True)
    assert reclaim(population, mask) == 0
    assert bool(population.disk.queue) == written
    under_way = list(population.disk.queue)
    assert all(page.flags & PG_WRITEBACK and not page.flags & PG_DIRTY for page in under_way)
    while population.disk.queue:
        population.writes_end()
    if written:
        assert reclaim(population) >= 32
    check(population)


def test_anonymous_pages_need_a_slot_a_write_and_a_second_visit():
    population = populate(swap=100)
    memory = Memory()
    for address in range(3000):
        population.add_anon(memory, address, alloc_pages(population.machine, gfp.GFP_HIGHUSER, 0))
    for page in memory.pages.values():
        page.pte_young = 0
    assert reclaim(population) == 0 and len(population.disk.queue) == 100 and population.nr_swap_pages == 0
    while population.disk.queue:
        population.writes_end()
    assert reclaim(population) >= 32
    assert len(memory.swapped) == population.freed and memory.resident == 3000 - population.freed
    check(population)


def test_without_swap_anonymous_pages_stay():
    population = populate()
    memory = Memory()
    for address in range(3000):
        population.add_anon(memory, address, alloc_pages(population.machine, gfp.GFP_HIGHUSER, 0))
    assert reclaim(population) == 0 and memory.resident == 3000
    check(population)


def test_slab_comes_back_by_the_page_and_not_without_fs():
    """30 objects a page: 128 empty 4 pages and 8 objects of the fifth. 20 pages hold 600; 472 left say 400."""
    freed = []
    cache = SlabCache(freed.append)
    for pfn in range(20):
        cache.add(pfn)
    assert cache.shrink(128, gfp.GFP_NOFS) == -1 and freed == []
    assert cache.shrink(128, gfp.GFP_KERNEL) == 400 and freed == [0, 1, 2, 3]
    assert cache.shrink(0, gfp.GFP_NOFS) == 400


def test_the_disk_writes_in_order_at_its_pace():
    population = populate(disk=Disk(pages_per_jiffy=10))
    file = population.file(1000)
    cached(population, file, range(1000), dirty=True)
    assert population.write_oldest(25) == 25
    assert [page.index for page in population.disk.queue] == list(range(25))
    assert population.writes_end() and len(population.disk.queue) == 15 and population.nr_dirty == 975


def test_a_full_queue_holds_waiters_until_it_is_below_the_lower_mark():
    """128 requests of 8 pages: congested from 113 on, free again below 103."""
    disk = Disk(pages_per_jiffy=80)
    population = populate(disk=disk)
    cached(population, population.file(904), range(904), dirty=True)
    population.write_oldest(904)
    assert (CONGESTION_ON, CONGESTION_OFF) == (904, 824) and disk.congested
    assert not population.writes_end() and disk.congested
    assert population.writes_end() and not disk.congested


def test_exit_gives_back_pages_slots_and_blocks():
    population = populate(swap=1000)
    free = population.machine.zones[0].nr_free_pages
    simulation = Simulation(population, Random(1))

    def script(me):
        yield from me.kernel(1, 3)
        yield from me.grow(2000)
        yield from me.touch_some(Random(2), 10)

    simulation.spawn("short", script)
    simulation.run(100)
    assert population.tasks == [] and population.nr_swap_pages == 1000
    assert population.nr_cached == 2000 % 14, "the last batch on its way to the list still holds its pages"
    population.vm.pagevecs.lru_add_drain()
    population.machine.drain_local_pages()
    assert population.machine.zones[0].nr_free_pages == free
    check(population)


def test_what_cannot_be_is_told():
    with pytest.raises(ValueError, match="a swap device has 0 pages or more, not -1"):
        populate(swap=-1)
    with pytest.raises(ValueError, match="at least 1 page a jiffy, not 0"):
        Disk(pages_per_jiffy=0)
    population = populate(limit=5)
    with pytest.raises(ValueError, match="holds 5 pages, the most that it was built for"):
        cached(population, population.file(10), range(10))
