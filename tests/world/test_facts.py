"""The facts of kernel-traces/reclaim/FACTS.md that can be worked out by hand, numbered by its sections."""

import pytest

from buddylab.core import gfp
from buddylab.core.zone import SWAP_CLUSTER_MAX, Zone
from buddylab.reclaim import direct, shrink
from buddylab.reclaim.kswapd import Kswapd
from buddylab.reclaim.lru import DEF_PRIORITY, PAGEVEC_SIZE, LruZone, Pagevecs, end_page_writeback, mark_page_accessed
from buddylab.reclaim.oom import CAP_SYS_ADMIN, CAP_SYS_RAWIO, OomKiller, badness, constrained_alloc
from buddylab.reclaim.page import (
    PG_ACTIVE,
    PG_DIRTY,
    PG_LOCKED,
    PG_LRU,
    PG_PRIVATE,
    PG_RECLAIM,
    PG_REFERENCED,
    PG_SWAPCACHE,
    PG_WRITEBACK,
    AddressSpace,
    Page,
    page_referenced,
    page_remove_rmap,
    set_page_writeback,
)
from buddylab.reclaim.pageout import SWAP_AGAIN, SWAP_FAIL, SWAP_SUCCESS, PageOut, ScanControl
from buddylab.reclaim.slab import DEFAULT_SEEKS, SHRINK_BATCH, Shrinker, shrink_slab
from buddylab.reclaim.tasks import BackingDevInfo, Mm, ReclaimState, TaskStruct
from buddylab.reclaim.tracing import CONGESTION_WAIT, run
from buddylab.reclaim.vmscan import Vmscan
from buddylab.reclaim.writeback import get_dirty_limits, throttle_vm_writeout


def lru_zone(label="Normal", index=1, *, present=1 << 20, high=0, free=0, active=0, inactive=0, cold=(1, 100)):
    """A zone with counters only; its lists are empty."""
    core = Zone(label, index, index << 24, present, marks=(0, 0, high), lowmem_reserve=(0, 0, 0), cold=cold)
    core.nr_free_pages = free
    zone = LruZone(core)
    zone.nr_active, zone.nr_inactive = active, inactive
    return zone


class Lists:
    """What shrink_zone calls: nothing comes back."""

    def __init__(self):
        self.trace = None
        self.scanned = []

    def shrink_active_list(self, nr_pages, zone, sc, priority):
        self.scanned.append(("active", nr_pages))

    def shrink_inactive_list(self, max_scan, zone, sc):
        self.scanned.append(("inactive", max_scan))
        return 0

    def throttle_vm_writeout(self, gfp_mask):
        yield from ()


class Zones:
    """What try_to_free_pages and kswapd call: every zone scans and frees the same each time."""

    def __init__(self, scanned=0, reclaimed=0, slab_pages=0, slab_objects=0, write_off_at=None):
        self.trace = []
        self.laptop_mode, self.vm_swappiness = False, 60
        self.scanned, self.reclaimed = scanned, reclaimed
        self.slab_pages, self.slab_objects, self.write_off_at = slab_pages, slab_objects, write_off_at
        self.calls, self.pdflush, self.tokens = [], [], 0

    def shrink_zone(self, priority, zone, sc):
        self.calls.append((zone.zone.label, priority, sc.may_writepage))
        sc.nr_scanned += self.scanned
        zone.pages_scanned += self.scanned
        if priority == self.write_off_at:
            zone.all_unreclaimable = True
        yield from ()
        return self.reclaimed

    def shrink_slab(self, scanned, gfp_mask, lru_pages, current):
        if current.reclaim_state is not None:
            current.reclaim_state.reclaimed_slab += self.slab_pages
        return self.slab_objects

    def wakeup_pdflush(self, nr_pages):
        self.pdflush.append(nr_pages)

    def disable_swap_token(self):
        self.tokens += 1

    def naps(self):
        return [event for event in self.trace if event[0] == "congestion_wait"]


def direct_reclaim(zones, vm):
    return run(direct.try_to_free_pages(zones, gfp.GFP_KERNEL, TaskStruct(reclaim_state=ReclaimState()), vm))


def test_fact_0_constants():
    assert (SWAP_CLUSTER_MAX, DEF_PRIORITY, SHRINK_BATCH, DEFAULT_SEEKS, PAGEVEC_SIZE) == (32, 12, 128, 2, 14)
    assert CONGESTION_WAIT.timeout == 25


@pytest.mark.parametrize(
    ("mapped", "limits"),
    [(0, (1000, 4000)), (5000, (1000, 2500)), (8200, (400, 900)), (9900, (200, 500)), (10000, (200, 500))],
)
def test_fact_0_dirty_limits(mapped, limits):
    # 10,000 pages: 40 %, at most half of the unmapped share, at least 5 %; background 10 %, else half of dirty.
    assert get_dirty_limits(10_000, mapped) == limits


def test_fact_2_thirty_two_pages_are_progress_and_stop_the_priorities():
    zone, vm = lru_zone(), Zones(scanned=40, reclaimed=16)
    assert direct_reclaim([zone], vm) == 1
    assert [priority for _, priority, _ in vm.calls] == [12, 11]
    assert zone.prev_priority == 11


def test_fact_2_thirty_one_pages_and_all_zones_written_off_are_none():
    zone, vm = lru_zone(), Zones(scanned=40, reclaimed=31, write_off_at=12)
    assert direct_reclaim([zone], vm) == 0
    assert vm.calls == [("Normal", 12, True)]
    assert zone.prev_priority == 0


def test_fact_2_nothing_freed_but_a_zone_not_written_off_is_progress():
    zone, vm = lru_zone(), Zones()
    assert direct_reclaim([zone], vm) == 1
    assert [priority for _, priority, _ in vm.calls] == list(range(12, -1, -1))
    assert not zone.all_unreclaimable  # direct reclaim never writes a zone off
    assert vm.tokens == 1


def test_fact_2_slab_pages_count():
    assert direct_reclaim([lru_zone()], Zones(slab_pages=32, write_off_at=12)) == 1


def test_fact_2_pdflush_beyond_48_and_naps_below_priority_10():
    vm = Zones(scanned=16)
    direct_reclaim([lru_zone()], vm)
    # Totals 16, 32, 48 do not wake it; 64, 80 ... 208 do. Naps at 9, 8 ... 0.
    assert vm.pdflush == list(range(64, 209, 16))
    assert len(vm.naps()) == 10


def test_fact_2_laptop_mode_writes_late_and_then_everything():
    vm = Zones(scanned=49)
    vm.laptop_mode = True
    direct_reclaim([lru_zone()], vm)
    assert [may_writepage for _, _, may_writepage in vm.calls[:3]] == [0, 1, 1]
    assert set(vm.pdflush) == {0}


def test_fact_2_the_cpuset_decides_which_zones_count():
    normal, dma, vm = lru_zone(), lru_zone("DMA", 0), Zones(reclaimed=32)
    task = TaskStruct(cpuset_deny=frozenset({"Normal"}))
    run(direct.try_to_free_pages([normal, dma], gfp.GFP_KERNEL, task, vm))
    assert vm.calls == [("DMA", 12, True)]


def test_fact_3_kswapd_scans_lower_zones_that_are_fine():
    dma, normal = lru_zone("DMA", 0, free=1000, high=10, active=10), lru_zone(free=5, high=10, active=10)
    vm = Zones(scanned=10, reclaimed=32)

    def enough(nap):
        normal.zone.nr_free_pages = 1000

    assert run(Kswapd([dma, normal], vm).balance_pgdat(0), enough) == 0
    assert vm.calls == [("DMA", 12, True), ("Normal", 12, True)]
    assert dma.prev_priority == normal.prev_priority == 12  # the last round found all well


def test_fact_3_a_zone_is_written_off_after_six_times_its_lists():
    zone, vm = lru_zone(free=5, high=10, active=60, inactive=40), Zones(scanned=100)
    run(Kswapd([zone], vm).balance_pgdat(0))
    assert zone.all_unreclaimable
    assert [priority for _, priority, _ in vm.calls] == [12, 11, 10, 9, 8, 7]
    assert len(vm.naps()) == 3  # 9, 8, 7


def test_fact_3_slab_that_gives_something_keeps_a_zone_alive():
    zone, vm = lru_zone(free=5, high=10), Zones(scanned=100, slab_objects=1)
    kswapd = Kswapd([zone], vm).balance_pgdat(0)
    for nap in kswapd:
        if nap.name == "cond_resched":
            break
    assert not zone.all_unreclaimable
    assert len(vm.calls) == 13
    assert zone.prev_priority == 0


def test_fact_3_an_empty_zone_is_written_off_at_once():
    zone, vm = lru_zone(free=5, high=10), Zones()
    run(Kswapd([zone], vm).balance_pgdat(0))
    assert zone.all_unreclaimable
    assert vm.calls == [("Normal", 12, True)]


def test_fact_3_a_zone_is_written_off_at_exactly_six_times_its_lists():
    for pages, written_off in ((101, False), (100, True)):
        zone, vm = lru_zone(free=5, high=10, active=pages), Zones(scanned=150)
        next(Kswapd([zone], vm).balance_pgdat(0))  # the first nap is at priority 9: 600 scanned
        assert zone.all_unreclaimable is written_off


def test_fact_3_scanning_a_written_off_zone_in_vain_does_not_allow_writes():
    dma, normal = lru_zone("DMA", 0, free=1000, high=10), lru_zone(free=5, high=10, active=1000)
    dma.all_unreclaimable = True
    vm = Zones(scanned=100)
    vm.laptop_mode = True
    steps = Kswapd([dma, normal], vm).balance_pgdat(0)
    while len(vm.calls) < 3:
        next(steps, None)
        if normal.all_unreclaimable:
            break
    assert vm.calls[:3] == [("DMA", 12, False), ("Normal", 12, False), ("Normal", 11, True)]


def test_fact_4_only_the_buddy_lists_reset_the_flags():
    zone = lru_zone(cold=(2, 3), active=100)
    zone.pages_scanned, zone.all_unreclaimable = 700, True
    zone.free_hot_cold_page(1 << 24, 1)
    zone.free_hot_cold_page((1 << 24) + 2, 1)
    assert (zone.pages_scanned, zone.all_unreclaimable) == (700, True)
    zone.free_hot_cold_page((1 << 24) + 4, 1)  # the third: a batch of two leaves
    assert (zone.pages_scanned, zone.all_unreclaimable, len(zone.zone.cold.pages)) == (0, False, 1)
    zone.pages_scanned, zone.all_unreclaimable = 700, True
    zone.free_pages_ok((1 << 24) + 8, 3)
    assert (zone.pages_scanned, zone.all_unreclaimable) == (0, False)


def test_fact_4_near_oom_is_three_times_the_lists():
    zone = lru_zone(active=60, inactive=40)
    zone.pages_scanned = 299
    assert not zone.zone_is_near_oom()
    zone.pages_scanned = 300
    assert zone.zone_is_near_oom()


@pytest.mark.parametrize(("length", "scanned", "due"), [(4096 * 31, [("active", 32)], 0), (4096 * 31 - 1, [], 31)])
def test_fact_5_lists_under_31_times_4096_are_left_alone_at_priority_12(length, scanned, due):
    zone, vm = lru_zone(active=length), Lists()
    run(shrink.shrink_zone(12, zone, ScanControl(TaskStruct(), gfp.GFP_KERNEL), vm))
    assert vm.scanned == scanned
    assert (zone.nr_scan_active, zone.nr_scan_inactive) == (due, 1)


def test_fact_5_turns_of_32_from_both_lists():
    zone, vm = lru_zone(active=69, inactive=39), Lists()
    run(shrink.shrink_zone(0, zone, ScanControl(TaskStruct(), gfp.GFP_KERNEL), vm))
    # 69 + 1 and 39 + 1 pages are due.
    assert vm.scanned == [("active", 32), ("inactive", 32), ("active", 32), ("inactive", 8), ("active", 6)]


@pytest.mark.parametrize("mask", [gfp.GFP_NOFS, gfp.GFP_NOIO])
def test_fact_5_without_io_or_fs_one_nap_unasked(mask):
    trace = []
    run(throttle_vm_writeout(mask, lambda: (0, 1), trace))
    assert trace == [("congestion_wait", 1, 25)]


def test_fact_5_others_wait_while_writeback_exceeds_the_limit_by_a_tenth():
    looks = iter([(100, 111), (100, 110)])
    trace = []
    run(throttle_vm_writeout(gfp.GFP_KERNEL, lambda: next(looks), trace))
    assert [event[0] for event in trace] == ["get_dirty_limits", "congestion_wait", "get_dirty_limits"]


# 6. The active list


class Kernel:
    """The rest of the kernel, as told."""

    def __init__(self, free_swap=0, unmap=SWAP_SUCCESS, asynchronous=True):
        self.free_swap, self.unmap, self.asynchronous = free_swap, unmap, asynchronous
        self.swapper_space = AddressSpace(BackingDevInfo(), self.writepage)
        self.freed = []
        self.page_out = PageOut(self, self.swapper_space, Pagevecs(lambda page, cold: self.freed.append((page, cold))))

    def get_swap_page(self, page):
        self.free_swap -= 1
        return self.free_swap >= 0

    def swap_free(self, page):
        pass

    def remove_from_page_cache(self, page):
        pass

    def try_to_free_buffers(self, page):
        return True

    def try_to_unmap(self, page):
        while self.unmap == SWAP_SUCCESS and page.mapcount:
            page_remove_rmap(page)
            page.count -= 1
        return self.unmap

    def writepage(self, page):
        page.flags &= ~PG_LOCKED
        if self.asynchronous:
            set_page_writeback(page)
        return 0


@pytest.mark.parametrize(
    ("priority", "distress"), [(12, 0), (7, 0), (6, 1), (5, 3), (4, 6), (3, 12), (2, 25), (1, 50), (0, 100)]
)
def test_fact_6_distress(priority, distress):
    zone = lru_zone(active=1)
    vm = Vmscan([zone], Kernel(), Kernel().swapper_space, vm_total_pages=100)
    tendency = shrink.swap_tendency(zone, ScanControl(TaskStruct(), gfp.GFP_KERNEL), priority, vm)
    assert tendency == (0, distress, distress + 60)


@pytest.mark.parametrize(
    ("mapped", "swappiness", "may_swap", "scanned", "taken"),
    [
        (799, 60, True, 0, False),  # 79 % / 2 = 39, + 60 = 99
        (800, 60, True, 0, True),
        (0, 100, True, 0, True),
        (0, 99, True, 0, False),
        (1000, 49, True, 0, False),
        (1000, 50, True, 0, True),
        (0, 0, True, 300, True),  # near OOM: no questions
        (1000, 100, False, 300, False),  # may_swap off: never
    ],
)
def test_fact_6_when_mapped_pages_may_leave(mapped, swappiness, may_swap, scanned, taken):
    zone = lru_zone(active=60, inactive=40)
    zone.nr_file_mapped, zone.pages_scanned = mapped, scanned
    vm = Vmscan([zone], Kernel(), Kernel().swapper_space, vm_total_pages=1000)
    sc = ScanControl(TaskStruct(), gfp.GFP_KERNEL, may_swap=may_swap, swappiness=swappiness)
    assert shrink.reclaim_mapped(zone, sc, 12, vm) is taken


def file_page(zone, kernel, *, flags=0, mapcount=0, **more):
    mapping = AddressSpace(BackingDevInfo(), kernel.writepage)
    count = 1 + mapcount + (1 if flags & PG_PRIVATE else 0)
    return Page(0, zone, mapping, flags=flags, mapcount=mapcount, count=count, **more)


def test_fact_6_unmapped_pages_go_and_keep_their_reference():
    zone, kernel = lru_zone(), Kernel()
    vm = Vmscan([zone], kernel, kernel.swapper_space, vm_total_pages=1000)
    quiet, used = (file_page(zone, kernel, flags=PG_LRU | PG_ACTIVE | more) for more in (0, PG_REFERENCED))
    mapped = file_page(zone, kernel, flags=PG_LRU | PG_ACTIVE, mapcount=1)
    for page in (mapped, used, quiet):
        zone.add_page_to_active_list(page)
    vm.shrink_active_list(3, zone, ScanControl(TaskStruct(), gfp.GFP_KERNEL), 12)
    assert list(zone.active_list) == [mapped]
    assert list(zone.inactive_list) == [used, quiet]  # the one taken first ends behind
    assert used.flags & PG_REFERENCED
    mark_page_accessed(used)  # one more touch
    assert used.flags & PG_ACTIVE


def test_fact_6_asking_for_references_clears_what_it_finds():
    zone, kernel = lru_zone(), Kernel()
    page = file_page(zone, kernel, flags=PG_REFERENCED, mapcount=3, pte_young=2)
    assert page_referenced(page, is_locked=False) == 3
    assert page_referenced(page, is_locked=False) == 0
    page.flags |= PG_LOCKED
    page.pte_young = 1
    assert page_referenced(page, is_locked=False) == 1  # locked by somebody else: counts, and stays young
    assert page.pte_young == 1


# 7. The inactive list: the table of what happens at the first visit


def visit(page, kernel, *, mask=gfp.GFP_KERNEL, may_writepage=True, may_swap=True, task=None):
    """Isolate a page, let shrink_page_list decide; (freed, activated, sc.nr_scanned)."""
    page.count += 1
    sc = ScanControl(task or TaskStruct(), mask, may_writepage, may_swap)
    freed, _ = kernel.page_out.shrink_page_list([page], sc)
    return freed, bool(page.flags & PG_ACTIVE), sc.nr_scanned


def anon_page(zone, *, flags=0, mapcount=1):
    return Page(0, zone, anon=True, flags=flags, mapcount=mapcount, count=mapcount + (1 if flags & PG_SWAPCACHE else 0))


FREED, ACTIVATED, KEPT = (1, False), (0, True), (0, False)


def test_fact_7_clean_file_is_freed_at_once_into_the_cold_list():
    kernel = Kernel()
    page = file_page(lru_zone(), kernel)
    assert visit(page, kernel) == (*FREED, 1)
    assert kernel.freed == [(page, 1)]


def test_fact_7_clean_mapped_quiet_file_is_unmapped_and_freed_and_counts_twice():
    kernel = Kernel()
    assert visit(file_page(lru_zone(), kernel, mapcount=2), kernel) == (*FREED, 2)


def test_fact_7_dirty_file_takes_two_visits():
    kernel = Kernel()
    page = file_page(lru_zone(), kernel, flags=PG_DIRTY)
    assert visit(page, kernel) == (*KEPT, 1)
    assert page.flags & PG_WRITEBACK and page.flags & PG_RECLAIM
    page.count -= 1  # put back
    assert visit(page, kernel) == (*KEPT, 1)  # still under way
    page.count -= 1
    end_page_writeback(page)
    assert visit(page, kernel) == (*FREED, 1)


@pytest.mark.parametrize(("mask", "written"), [(gfp.GFP_KERNEL, True), (gfp.GFP_NOFS, False), (gfp.GFP_NOIO, False)])
def test_fact_7_file_pages_need_fs(mask, written):
    kernel = Kernel()
    page = file_page(lru_zone(), kernel, flags=PG_DIRTY)
    assert visit(page, kernel, mask=mask)[:2] == KEPT
    assert bool(page.flags & PG_WRITEBACK) is written


@pytest.mark.parametrize(("mask", "written"), [(gfp.GFP_KERNEL, True), (gfp.GFP_NOFS, True), (gfp.GFP_NOIO, False)])
def test_fact_7_anonymous_pages_get_a_slot_and_need_io(mask, written):
    kernel = Kernel(free_swap=1)
    page = anon_page(lru_zone())
    assert visit(page, kernel, mask=mask)[:2] == KEPT
    assert page.flags & PG_SWAPCACHE
    assert bool(page.flags & PG_WRITEBACK) is written


def test_fact_7_anonymous_without_swap_is_activated():
    kernel = Kernel(free_swap=0)
    assert visit(anon_page(lru_zone()), kernel)[:2] == ACTIVATED


def test_fact_7_clean_unmapped_swap_cache_is_freed():
    kernel = Kernel()
    assert visit(anon_page(lru_zone(), flags=PG_SWAPCACHE, mapcount=0), kernel) == (*FREED, 2)


def test_fact_7_referenced_is_activated_only_if_in_use():
    kernel = Kernel()
    assert visit(file_page(lru_zone(), kernel, mapcount=1, pte_young=1), kernel)[:2] == ACTIVATED
    assert visit(file_page(lru_zone(), kernel, flags=PG_REFERENCED), kernel)[:2] == FREED
    assert visit(file_page(lru_zone(), kernel, flags=PG_REFERENCED | PG_DIRTY), kernel)[:2] == KEPT
    mmapped = file_page(lru_zone(), kernel, flags=PG_REFERENCED)
    mmapped.mapping.i_mmap = 1
    assert visit(mmapped, kernel)[:2] == ACTIVATED


@pytest.mark.parametrize(("unmap", "what"), [(SWAP_FAIL, ACTIVATED), (SWAP_AGAIN, KEPT)])
def test_fact_7_mlocked_is_activated_at_unmap_and_half_unmapped_kept(unmap, what):
    kernel = Kernel(unmap=unmap)
    assert visit(file_page(lru_zone(), kernel, mapcount=2), kernel)[:2] == what


def test_fact_7_locked_pages_are_not_counted_and_may_swap_spares_mapped_ones():
    kernel = Kernel()
    assert visit(file_page(lru_zone(), kernel, flags=PG_LOCKED), kernel) == (*KEPT, 0)
    assert visit(file_page(lru_zone(), kernel, mapcount=1), kernel, may_swap=False) == (*KEPT, 1)


def test_fact_7_a_full_queue_keeps_a_dirty_page_unless_kswapd_comes():
    kernel = Kernel()
    for task, written in ((TaskStruct(), False), (TaskStruct(PF_SWAPWRITE=True), True)):
        page = file_page(lru_zone(), kernel, flags=PG_DIRTY)
        page.mapping.backing_dev_info.congested = True
        visit(page, kernel, task=task)
        assert bool(page.flags & PG_WRITEBACK) is written


def test_fact_7_somebody_elses_reference_keeps_a_page():
    kernel = Kernel()
    page = file_page(lru_zone(), kernel)
    page.count += 1
    assert visit(page, kernel)[:2] == KEPT


def test_fact_7_a_write_that_finished_at_once_frees_in_one_visit():
    kernel = Kernel(asynchronous=False)
    assert visit(file_page(lru_zone(), kernel, flags=PG_DIRTY), kernel)[:2] == FREED


def test_fact_7_an_orphan_with_clean_buffers_is_cleaned_and_kept():
    # Dirty, its file truncated; the second reference is somebody else's, the third its buffers'.
    kernel = Kernel()
    page = Page(0, lru_zone(), flags=PG_DIRTY | PG_PRIVATE, count=2)
    assert visit(page, kernel) == (*KEPT, 1)
    assert page.flags == 0 and page.count == 2


def test_fact_7_after_its_write_a_page_goes_to_the_tail():
    zone, kernel = lru_zone(), Kernel()
    other, page = file_page(zone, kernel, flags=PG_LRU), file_page(zone, kernel, flags=PG_LRU | PG_RECLAIM)
    for listed in (other, page):
        zone.add_page_to_inactive_list(listed)
    set_page_writeback(page)
    end_page_writeback(page)
    assert list(zone.inactive_list) == [page, other]  # the tail comes first
    assert zone.nr_writeback == 0


# 8. Onto and up the lists


def test_fact_8_second_touch_activates_but_not_inside_the_batch():
    zone, kernel, pagevecs = lru_zone(), Kernel(), Pagevecs(lambda page, cold: None)
    page = file_page(zone, kernel)
    pagevecs.lru_cache_add(page)
    for _ in range(3):
        mark_page_accessed(page)
    assert page.flags == PG_REFERENCED and zone.nr_inactive == 0
    pagevecs.lru_add_drain()
    mark_page_accessed(page)
    assert page.flags == PG_LRU | PG_ACTIVE
    mark_page_accessed(page)
    assert page.flags == PG_LRU | PG_ACTIVE | PG_REFERENCED


def test_fact_8_fourteen_pages_fill_a_batch():
    zone, pagevecs = lru_zone(), Pagevecs(lambda page, cold: None)
    for number in range(15):
        pagevecs.lru_cache_add_active(Page(number, zone, anon=True))
    assert zone.nr_active == 14 and len(pagevecs.lru_add_active_pvecs) == 1


def test_fact_8_releasing_a_batch_drains_the_cpus_own():
    zone, pagevecs = lru_zone(), Pagevecs(lambda page, cold: None)
    pagevecs.lru_cache_add(Page(1, zone, anon=True))
    pagevecs.pagevec_release([Page(2, zone, count=2)])
    assert zone.nr_inactive == 1 and not pagevecs.lru_add_pvecs


def test_fact_8_the_last_reference_dropped_in_a_batch_frees_a_page_cold_last_first():
    zone, kernel, freed = lru_zone(), Kernel(), []
    pagevecs = Pagevecs(lambda page, cold: freed.append((page, cold)))
    pages = [file_page(zone, kernel, flags=PG_LRU) for _ in range(15)]
    for page in pages:
        zone.add_page_to_inactive_list(page)
    pagevecs.pagevec_release(list(pages))
    assert freed == [(page, 1) for page in [*pages[13::-1], pages[14]]]
    assert not zone.inactive_list and zone.nr_inactive == 0


# 9. Slab


class Objects:
    """A cache of so many objects; every batch shrinks it."""

    def __init__(self, count, refuses=False):
        self.count, self.refuses, self.scanned = count, refuses, 0

    def __call__(self, nr_to_scan, gfp_mask):
        if nr_to_scan and self.refuses:
            return -1
        self.scanned += nr_to_scan
        self.count -= nr_to_scan
        return self.count


def test_fact_9_pressure_by_hand():
    # (4 * 1000 / 2) * 10000 / 100000 = 200: one batch of 128, 72 stay pending.
    cache = Shrinker(Objects(10_000))
    assert shrink_slab([cache], 1000, gfp.GFP_KERNEL, 99_999) == 128
    assert cache.nr == 72


def test_fact_9_nothing_scanned_counts_as_32():
    cache = Shrinker(Objects(1000))
    shrink_slab([cache], 0, gfp.GFP_KERNEL, 999)
    assert cache.nr == 4 * 32 // 2


def test_fact_9_at_most_twice_the_objects():
    cache = Shrinker(Objects(60), nr=500)
    assert shrink_slab([cache], 32, gfp.GFP_KERNEL, 100) == 0
    assert cache.nr == 120


def test_fact_9_a_cache_that_refuses_keeps_its_share_pending():
    cache = Shrinker(Objects(10_000, refuses=True))
    assert shrink_slab([cache], 1000, gfp.GFP_NOFS, 99_999) == 0
    assert cache.nr == 200


def test_fact_9_a_busy_registry_answers_one():
    cache = Shrinker(Objects(10_000))
    assert shrink_slab([cache], 1000, gfp.GFP_KERNEL, 99_999, lock_busy=True) == 1
    assert cache.nr == 0


# 10. OOM


def task(pid=100, total_vm=1000, *, mm=None, **more):
    given = {"uid": 500, "euid": 500, "tgid": pid} | more
    return TaskStruct(pid=pid, mm=mm or Mm(total_vm), **given)


@pytest.mark.parametrize(
    ("more", "points"),
    [
        ({}, 1000),
        ({"PF_SWAPOFF": True}, 2**64 - 1),
        ({"utime": 4 << 11}, 500),  # 4 units of 8 s: root 2
        ({"utime": 1 << 11, "stime": (8 << 11) - 1}, 500),  # 8.99: root 2
        ({"utime": 2047}, 1000),
        ({"start_time": 1_000_000 - (16 << 10)}, 500),  # 16 units of 1024 s: fourth root 2
        ({"start_time": 1_000_000 - (16 << 10) + 1}, 1000),
        ({"start_time": 1_000_001}, 1000),
        ({"nice": 1}, 2000),
        ({"nice": -5}, 1000),
        ({"uid": 0}, 250),
        ({"euid": 0}, 250),
        ({"cap_effective": CAP_SYS_ADMIN}, 250),
        ({"cap_effective": CAP_SYS_ADMIN | CAP_SYS_RAWIO, "uid": 0}, 62),  # 1000 / 4 / 4
        ({"mems_overlap": False}, 125),
        ({"oomkilladj": 3}, 8000),
        ({"oomkilladj": -3}, 125),
        ({"PF_EXITING": True}, 1000),
    ],
)
def test_fact_10_badness_by_hand(more, points):
    assert badness(task(**{"start_time": 1_000_000} | more), 1_000_000) == points


def test_fact_10_badness_children_with_their_own_memory_add_half_and_one():
    shared, parent = Mm(100), task()
    parent.children = [task(mm=shared), task(mm=shared), task(total_vm=7), task(mm=parent.mm), TaskStruct()]
    assert badness(parent, 0) == 1000 + 51 + 51 + 4


def test_fact_10_badness_divides_one_after_the_other():
    # 1001 / 3 (root of 9 units) = 333, / 2 (fourth root of 16) = 166, * 2 = 332, / 4 = 83, / 4 = 20, / 8 = 2, << 2 = 8.
    old = task(
        total_vm=1001, utime=9 << 11, nice=1, uid=0, cap_effective=CAP_SYS_RAWIO, mems_overlap=False, oomkilladj=2
    )
    assert badness(old, 16 << 10) == 8


def test_fact_10_badness_wraps_at_32_bits_and_counts_no_kernel_thread():
    assert badness(task(total_vm=1 << 20, oomkilladj=15), 0, bits=32) == 0
    assert badness(task(total_vm=1 << 20, oomkilladj=15), 0) == 1 << 35
    assert badness(TaskStruct(PF_SWAPOFF=True), 0) == 0


def killer(*tasks, current=None, **more):
    return OomKiller(tasks, current or tasks[0], 0, trace=[], **more)


def test_fact_10_most_points_win_and_the_earlier_on_a_tie():
    init, small, big, same = task(1, 10**6), task(2, 10), task(3, 50), task(4, 50)
    oom = killer(init, small, big, same)
    assert oom.out_of_memory() == "killed"
    assert oom.victims == [big] and big.TIF_MEMDIE and big.SIGKILL and big.time_slice == 250
    assert oom.sleep() == 1


def test_fact_10_the_first_candidate_is_taken_with_no_points():
    oom = killer(task(2, 0, oomkilladj=-17), task(3, 0))
    assert oom.out_of_memory() == "killed"
    assert [p.pid for p in oom.victims] == [3]


def test_fact_10_a_victim_or_somebody_exiting_stops_the_search():
    assert killer(task(2), task(3, TIF_MEMDIE=True)).out_of_memory() == "wait"
    assert killer(task(2), task(3, PF_EXITING=True)).out_of_memory() == "wait"


def test_fact_10_the_caller_itself_exiting_is_the_choice_and_does_not_sleep():
    me = task(2, 1, PF_EXITING=True)
    oom = killer(me, task(3, 10**6))
    assert oom.out_of_memory() == "killed"
    assert oom.victims == [me]
    assert oom.sleep() == 0


def test_fact_10_the_first_child_that_can_be_killed_dies_instead():
    spared, young, elder = task(3, 10, oomkilladj=-17), task(4, 20), task(5, 30)
    parent = task(2, 1000, children=[spared, young, elder])
    oom = killer(parent, spared, young, elder)
    assert oom.out_of_memory() == "killed"
    assert oom.victims == [young]


def test_fact_10_a_child_that_shares_the_memory_is_no_scapegoat():
    parent = task(2)
    child = task(3, mm=parent.mm, tgid=3)
    parent.children = [child]
    oom = killer(parent, child)
    assert oom.out_of_memory() == "killed"
    assert oom.victims == [parent]


def test_fact_10_whoever_shares_the_memory_gets_the_signal_only():
    memory = Mm(1000)
    victim, thread, other = task(2, mm=memory), task(3, mm=memory, tgid=2), task(4, mm=memory)
    oom = killer(victim, thread, other)
    assert oom.out_of_memory() == "killed"
    assert [p.SIGKILL for p in (victim, thread, other)] == [True, False, True]
    assert not other.TIF_MEMDIE


def test_fact_10_a_victim_that_cannot_be_killed_is_chosen_for_ever():
    memory = Mm(1000)
    assert killer(task(2, mm=memory), task(3, mm=memory, oomkilladj=-17)).out_of_memory() == "livelock"


def test_fact_10_nobody_left_is_a_panic():
    assert killer(task(1), TaskStruct(pid=2)).out_of_memory() == "panic_no_process"
    assert killer(task(2), panic_on_oom=True).out_of_memory() == "panic_on_oom"


def test_fact_10_constraints():
    assert constrained_alloc([100, 100], [(0, True), (1, True)]) == "none"
    assert constrained_alloc([100, 0], [(0, True)]) == "none"
    assert constrained_alloc([100, 100], [(0, True)]) == "mempolicy"
    assert constrained_alloc([100, 100], [(0, True), (1, False)]) == "cpuset"
    me, big = task(2, 1), task(3, 10**6)
    oom = killer(me, big, panic_on_oom=True)
    assert oom.out_of_memory("cpuset") == "killed"
    assert oom.victims == [me]


def test_fact_10_notifiers_that_freed_something_end_it():
    oom = killer(task(2), oom_notify=lambda: 1)
    assert oom.out_of_memory() == "notifiers_freed"
    assert not oom.victims
