"""Reclaim on a real machine of the core: its pages come from the ladder and go back to the machine."""

import pytest

from buddylab.core import gfp
from buddylab.core.environment import NobodyElse
from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.setup import setup_zones
from buddylab.core.validate import validate_machine
from buddylab.core.zone import Zone
from buddylab.reclaim.kswapd import Kswapd
from buddylab.reclaim.lru import LruZone, end_page_writeback, validate_zone
from buddylab.reclaim.page import PG_DIRTY, PG_LOCKED, AddressSpace, Page, set_page_writeback
from buddylab.reclaim.pageout import SWAP_SUCCESS
from buddylab.reclaim.tasks import BackingDevInfo, TaskStruct
from buddylab.reclaim.tracing import CONGESTION_WAIT, SCHEDULE, run
from buddylab.reclaim.vmscan import Vmscan


class World(NobodyElse):
    """A machine whose only user is a file's cache; writes end when somebody naps. kswapd runs only if it is asked."""

    def __init__(self, dirty):
        zones = [Zone("DMA", 0, 0, 1024), Zone("Normal", 1, 1024, 3072)]
        setup_zones(zones, ("DMA", "Normal"))
        self.machine = Machine(zones, ("DMA", "Normal"))
        self.machine.world = self
        self.lru = {zone.label: LruZone(zone) for zone in zones}
        self.dirty = dirty
        self.file = AddressSpace(BackingDevInfo(), self.writepage)
        self.vm = Vmscan(list(self.lru.values()), self, AddressSpace(BackingDevInfo()), free_hot_cold_page=self.free)
        self.task = TaskStruct(pid=2)
        self.under_write = []
        self.kswapd = Kswapd(list(self.lru.values()), self.vm, self.machine.nodes[0])
        self.kswapd_steps = self.kswapd.kswapd()
        assert next(self.kswapd_steps) is SCHEDULE

    def free(self, page, cold):
        page.zone.freeing(lambda: self.machine.free_pages(page.pfn, 0, cold=bool(cold)))

    def read_page(self, mask=gfp.GFP_HIGHUSER):
        """A page of the file comes into the cache."""
        pfn = alloc_pages(self.machine, mask, 0, task=self.task)
        if pfn is not None:
            zone = self.lru["DMA" if pfn < 1024 else "Normal"]
            self.vm.pagevecs.lru_cache_add(Page(pfn, zone, self.file, flags=PG_DIRTY if self.dirty else 0))
        return pfn

    def try_to_free_pages(self, task, zones, gfp_mask):
        return run(self.vm.try_to_free_pages([self.lru[zone.label] for zone in zones], gfp_mask, task), self.nap)

    def congestion_wait(self, task, timeout):
        self.end_writes()
        return timeout

    def nap(self, nap):
        if nap is CONGESTION_WAIT:
            self.machine.tick(nap.timeout)
            self.end_writes()

    def end_writes(self):
        while self.under_write:
            end_page_writeback(self.under_write.pop(0))

    def writepage(self, page):
        page.flags &= ~PG_LOCKED
        set_page_writeback(page)
        self.under_write.append(page)
        return 0

    def get_swap_page(self, page):
        return False

    def swap_free(self, page):
        raise AssertionError("there is no swap here")

    def try_to_unmap(self, page):
        return SWAP_SUCCESS

    def try_to_free_buffers(self, page):
        return True

    def remove_from_page_cache(self, page):
        assert page.mapping is self.file

    def check(self):
        validate_machine(self.machine)
        self.vm.pagevecs.lru_add_drain()
        for zone in self.lru.values():
            validate_zone(zone)
        assert sum(zone.lru_pages for zone in self.lru.values()) == len(self.machine.owner)


@pytest.mark.parametrize("dirty", [False, True])
def test_a_cache_larger_than_memory_lives_on_direct_reclaim(dirty):
    world = World(dirty)
    assert all(world.read_page() is not None for _ in range(3 * 4096))
    world.check()
    assert world.machine.jiffies > 0 or not dirty


def test_kswapd_works_between_low_and_high():
    world = World(dirty=False)
    normal = world.machine.zone("Normal")
    while normal.nr_free_pages >= normal.pages_low:
        world.read_page(gfp.GFP_KERNEL)
    before = normal.nr_free_pages
    world.kswapd.node.kswapd_max_order = 0
    naps = 0
    for nap in world.kswapd_steps:  # somebody woke it
        naps += 1
        if nap is SCHEDULE:
            break
    assert naps > 1
    assert before < normal.pages_high < normal.nr_free_pages
    world.check()


def test_two_reclaimers_take_turns():
    world = World(dirty=True)
    for _ in range(4000):
        world.read_page(gfp.GFP_KERNEL)
    zones = [world.lru["Normal"], world.lru["DMA"]]
    tasks = [TaskStruct(pid=pid) for pid in (3, 4)]
    running = {task.pid: world.vm.try_to_free_pages(zones, gfp.GFP_KERNEL, task) for task in tasks}
    progress = {}
    while running:
        for pid, steps in list(running.items()):
            try:
                world.nap(next(steps))
            except StopIteration as end:
                progress[pid] = end.value
                del running[pid]
    assert progress == {3: 1, 4: 1}
    world.check()
