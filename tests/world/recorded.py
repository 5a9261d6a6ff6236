"""The recorded decisions of 2.6.21, driven through buddylab.world: the inputs of one vector in, its outputs back.

Nothing is decided here: the cases are turned into the product's objects, the recorded outside world answers from its
script, and what the product traced is written as the recording writes it.
"""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from buddylab.core.events import Event
from buddylab.core.zone import Zone
from buddylab.reclaim.direct import try_to_free_pages
from buddylab.reclaim.kswapd import Kswapd
from buddylab.reclaim.lru import LruZone, Pagevecs, activate_page, end_page_writeback, mark_page_accessed
from buddylab.reclaim.oom import OomKiller, badness, constrained_alloc
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
from buddylab.reclaim.pageout import AOP_WRITEPAGE_ACTIVATE, SWAP_SUCCESS, PageOut, ScanControl
from buddylab.reclaim.shrink import reclaim_mapped, shrink_active_list, shrink_zone, swap_tendency
from buddylab.reclaim.slab import Shrinker, shrink_slab
from buddylab.reclaim.tasks import BackingDevInfo, Mm, ReclaimState, TaskStruct
from buddylab.reclaim.tracing import Nap, Steps, run
from buddylab.reclaim.vmscan import Vmscan
from buddylab.reclaim.writeback import throttle_vm_writeout

Case = dict[str, Any]
LABELS = ("DMA", "Normal", "HighMem")
ROOM = 1 << 20
"""Pages between two zones: more than any case has."""


def outputs(kind: str, case: Case) -> Case:
    """What 2.6.21 decides in this case, as FORMAT.md of kernel-traces/reclaim words it."""
    return KINDS[kind](case)


# badness and the OOM killer


def task_struct(given: Case, mm: Mm | None) -> TaskStruct:
    """A task from the badness inputs that the two OOM sets share."""
    return TaskStruct(
        mm=mm,
        PF_SWAPOFF=bool(given["swapoff"]),
        PF_EXITING=bool(given["exiting"]),
        start_time=given["start"],
        mems_overlap=bool(given["mems_overlap"]),
        **{key: given[key] for key in ("utime", "stime", "nice", "uid", "euid", "cap_effective", "oomkilladj")},
    )


def badness_outputs(case: Case) -> Case:
    mms: dict[int, Mm | None] = {-1: None}
    if case["mm"] != -1:
        mms[case["mm"]] = Mm(case["total_vm"])
    task = task_struct(case, mms[case["mm"]])
    for mm, total_vm in case["children"]:
        task.children.append(TaskStruct(mm=mms.setdefault(mm, Mm(total_vm))))
    return {"points": badness(task, case["uptime"]), "points32": badness(task, case["uptime"], bits=32)}


def oom_decisions_outputs(case: Case) -> Case:
    tasks = oom_tasks(case)
    events: list[Event] = []
    killer = OomKiller(
        tasks,
        next(p for p in tasks if p.pid == case["current"]),
        case["uptime"],
        bool(case["panic_on_oom"]),
        lambda: case["notifiers_freed"],
        lambda: bool(case["ratelimit_ok"]),
        events,
    )
    zonelist = [(node, not denied) for node, denied in case["zonelist"]]
    outcome = killer.out_of_memory(constrained_alloc(case["nodes"], zonelist))
    words = {"select_wait": ["select", -1], "select_nobody": ["select", 0]}
    return {
        "events": [words.get(event[0], list(event)) for event in events],
        "outcome": outcome,
        "memdie_after": [p.pid for p in tasks if p.TIF_MEMDIE],
    }


def oom_tasks(case: Case) -> list[TaskStruct]:
    """All threads, groups in order, threads in order."""
    mms: list[Mm | None] = [*(Mm(total_vm) for total_vm in case["mms"]), None]
    tasks, children = [], []
    for group in case["groups"]:
        for thread in group:
            task = task_struct(thread, mms[thread["mm"]])
            task.pid, task.tgid = thread["pid"], group[0]["pid"]
            task.TIF_MEMDIE = bool(thread["memdie"])
            tasks.append(task)
            children.append(thread["children"])
    by_pid = {task.pid: task for task in tasks}
    for task, pids in zip(tasks, children, strict=True):
        task.children = [by_pid[pid] for pid in pids]
    return tasks


# zones


def lru_zone(index: int, trace: list[Event] | None = None, *, present: int = 1, **figures: Any) -> LruZone:
    """Zone number `index` with these marks and per-cpu lists, nothing free in it."""
    return LruZone(Zone(LABELS[index], index, index * ROOM, present, lowmem_reserve=(0, 0, 0), **figures), trace)


def set_figures(target: object, given: Case, *names: str) -> None:
    """Copy inputs that the product calls by the same name."""
    for name in names:
        setattr(target, name, given[name])


def written(event: Event) -> list[Any]:
    """An event as the recording writes it: zones by number; core's zone_watermark_ok is `watermark`, without flags."""
    if event[0] == "zone_watermark_ok":
        event = ("watermark", *event[1:5], event[6])
    return [LABELS.index(value) if value in LABELS else value for value in event]


def zone_flags_outputs(case: Case) -> Case:
    zone = lru_zone(1, present=ROOM, hot=tuple(case["pcp"][0]), cold=tuple(case["pcp"][1]))
    zone.nr_active, zone.nr_inactive = case["nr_active"], case["nr_inactive"]
    blocks = itertools.count(ROOM, 1 << 11)
    after = []
    for name, *arguments in case["ops"]:
        if name == "set":
            zone.pages_scanned, zone.all_unreclaimable = arguments[0], bool(arguments[1])
        elif name == "free_page":
            zone.free_hot_cold_page(next(blocks), arguments[0])
        else:
            zone.free_pages_ok(next(blocks), arguments[0])
        core = zone.zone
        flags = [zone.pages_scanned, int(zone.all_unreclaimable)]
        pcp = [len(core.hot.pages), len(core.cold.pages)]
        after.append([core.nr_free_pages, *flags, *pcp, int(zone.zone_is_near_oom())])
    return {"after": after}


def lru_moves_outputs(case: Case) -> Case:
    zone = lru_zone(1)
    pagevecs = Pagevecs(lambda page, cold: None)
    cache = AddressSpace(BackingDevInfo())
    pages = [Page(pfn, zone, cache) for pfn in range(case["pages"])]
    results = []
    moves: dict[str, Callable[[Page], object]] = {
        "lru_cache_add": pagevecs.lru_cache_add,
        "lru_cache_add_active": pagevecs.lru_cache_add_active,
        "mark_page_accessed": mark_page_accessed,
        "activate_page": activate_page,
        "lru_add_drain": lambda page: pagevecs.lru_add_drain(),
        "start_write": set_page_writeback,
        "start_reclaim_write": start_reclaim_write,
        "end_write": end_page_writeback,
        "end_write_dirty": end_write_dirty,
        "page_referenced": lambda page: results.append(page_referenced(page, is_locked=False)),
    }
    for name, page, *_ in case["ops"]:
        moves[name](pages[page])
    return {
        "active": pfns(reversed(zone.active_list)),
        "inactive": pfns(reversed(zone.inactive_list)),
        "pending": pfns(pagevecs.lru_add_pvecs),
        "pending_active": pfns(pagevecs.lru_add_active_pvecs),
        "referenced": pfns(page for page in pages if page.flags & PG_REFERENCED),
        "nr_active": zone.nr_active,
        "nr_inactive": zone.nr_inactive,
        "results": results,
    }


def pfns(pages: Any) -> list[int]:
    return [page.pfn for page in pages]


def start_reclaim_write(page: Page) -> None:
    page.flags |= PG_RECLAIM
    set_page_writeback(page)


def end_write_dirty(page: Page) -> None:
    page.flags |= PG_DIRTY
    end_page_writeback(page)
    page.flags &= ~PG_DIRTY


# slab and writeback


def shrink_slab_outputs(case: Case) -> Case:
    calls: list[list[Any]] = []
    answers = iter(case["answers"])

    def shrinker(number: int, seeks: int, nr: int) -> Shrinker:
        def shrink(nr_to_scan: int, gfp_mask: int) -> int:
            answer: int = next(answers)
            calls.append([number, nr_to_scan, answer])
            return answer

        return Shrinker(shrink, seeks, nr)

    class Complaints(list[Event]):
        def append(self, event: Event) -> None:
            calls.append(["printk"])

    shrinkers = [shrinker(i, seeks, nr) for i, (seeks, nr) in enumerate(case["shrinkers"])]
    returned = shrink_slab(
        shrinkers,
        case["scanned"],
        case["gfp_mask"],
        case["lru_pages"],
        lock_busy=bool(case["lock_busy"]),
        trace=Complaints(),
    )
    return {"calls": calls, "returned": returned, "nr_after": [shrinker.nr for shrinker in shrinkers]}


def throttle_vm_writeout_outputs(case: Case) -> Case:
    script = list(case["script"])
    events: list[Event] = []

    def look() -> tuple[int, int]:
        limit, writeback, unstable = script.pop(0) if len(script) > 1 else script[0]
        return limit, writeback + unstable

    run(throttle_vm_writeout(case["gfp_mask"], look, events))
    return {"events": [list(event) for event in events]}


# scanning


class ScriptedLists:
    """shrink_zone's two lists: what shrink_inactive_list frees comes from the script."""

    def __init__(self, answers: Iterator[int]) -> None:
        self.trace: list[Event] = []
        self.answers = answers

    def shrink_active_list(self, nr_pages: int, zone: LruZone, sc: ScanControl, priority: int) -> None:
        self.trace.append(("active", nr_pages))

    def shrink_inactive_list(self, max_scan: int, zone: LruZone, sc: ScanControl) -> int:
        self.trace.append(("inactive", max_scan, next(self.answers)))
        answer: int = self.trace[-1][2]
        return answer

    def throttle_vm_writeout(self, gfp_mask: int) -> Steps[None]:
        yield from ()


def shrink_zone_outputs(case: Case) -> Case:
    zone = lru_zone(1)
    set_figures(zone, case, "nr_scan_active", "nr_scan_inactive")
    steps = []
    for i, step in enumerate(case["steps"]):
        set_figures(zone, step, "nr_active", "nr_inactive")
        vm = ScriptedLists(iter(step["answers"] if "answers" in step else case["answers"][i]))
        sc = ScanControl(TaskStruct(), step["gfp_mask"], swap_cluster_max=step["swap_cluster_max"])
        returned = run(shrink_zone(step["priority"], zone, sc, vm))
        steps.append(
            {
                "events": [list(event) for event in vm.trace[1:]],
                "returned": returned,
                "nr_scan_active": zone.nr_scan_active,
                "nr_scan_inactive": zone.nr_scan_inactive,
            }
        )
    return {"steps": steps}


# single pages


class ScriptedBacking:
    """The rest of the kernel: every page answers as its script says."""

    def __init__(self, free_swap: int) -> None:
        self.free_swap = free_swap
        self.scripts: dict[Page, Case] = {}
        self.under_write: list[Page] = []
        self.swapper_space = AddressSpace(BackingDevInfo(), self.writepage)
        self.freed: list[Page] = []

    def get_swap_page(self, page: Page) -> bool:
        self.free_swap -= 1
        if self.free_swap >= 0:
            return True
        self.free_swap = 0
        return False

    def swap_free(self, page: Page) -> None:
        pass

    def remove_from_page_cache(self, page: Page) -> None:
        pass

    def try_to_unmap(self, page: Page) -> int:
        script = self.scripts[page]
        result: int = script["unmap_result"]
        if result == SWAP_SUCCESS:
            page.flags |= PG_DIRTY * script["pte_dirty"]
            while page.mapcount:
                page_remove_rmap(page)
                page.count -= 1
        return result

    def try_to_free_buffers(self, page: Page) -> bool:
        return bool(self.scripts[page].get("release_ok", 1))

    def writepage(self, page: Page) -> int:
        result = self.scripts[page]["writepage_result"]
        if result == 1:
            page.flags |= PG_DIRTY
            return AOP_WRITEPAGE_ACTIVATE
        if result == 0:
            set_page_writeback(page)
            self.under_write.append(page)
        if result == 4:
            page.flags |= PG_DIRTY
        if result != 5:
            page.flags &= ~PG_LOCKED
        return {3: -5, 7: -28}.get(result, 0)


def page_decisions_outputs(case: Case) -> Case:
    backing = ScriptedBacking(case["free_swap"])
    trace: list[Event] = []
    pagevecs = Pagevecs(lambda page, cold: backing.freed.append(page))
    page = decision_page(case, backing)
    task = TaskStruct(PF_SWAPWRITE=case["congested"] == 2)
    backing.swapper_space.backing_dev_info.congested = case["congested"] in (1, 2)
    if page.mapping is not None and case["congested"] == 3:
        task.backing_dev_info = page.mapping.backing_dev_info
    sc = ScanControl(task, case["gfp_mask"], bool(case["may_writepage"]), bool(case["may_swap"]))
    returned, _ = PageOut(backing, backing.swapper_space, pagevecs, trace).shrink_page_list([page], sc)
    return {
        "outcome": "freed" if returned else "activated" if page.flags & PG_ACTIVE else "kept",
        "nr_scanned": sc.nr_scanned,
        "returned": returned,
        "page_reached_allocator": len(backing.freed),
        "flags_after": 0 if returned else page.flags,
        "steps": [event[0] for event in trace],
    }


def decision_page(case: Case, backing: ScriptedBacking) -> Page:
    """The page of a page_decisions row, taken off its list by reclaim."""
    kind = case["kind"]
    writepage = None if case["no_writepage"] else backing.writepage
    file = AddressSpace(BackingDevInfo(case["congested"] > 0), writepage, i_mmap=case["mapping_mmapped"])
    backing.swapper_space.writepage = writepage
    flags = (
        PG_LOCKED * case["locked"]
        | PG_REFERENCED * case["pg_referenced"]
        | PG_DIRTY * case["dirty"]
        | PG_PRIVATE * case["private"]
        | PG_WRITEBACK * case["writeback"]
        | PG_SWAPCACHE * (kind == "swapcache")
    )
    page = Page(
        0,
        lru_zone(1),
        file if kind == "file" else None,
        anon=kind in ("anon", "swapcache"),
        flags=flags,
        mapcount=case["mapcount"],
        pte_young=case["pte_young"],
        count=1 + (kind in ("file", "swapcache")) + case["mapcount"] + case["private"] + case["extra_refs"],
    )
    backing.scripts[page] = case
    return page


# the active list


def shrink_active_list_outputs(case: Case) -> Case:
    backing = ScriptedBacking(0)
    zone = lru_zone(1, present=ROOM)
    set_figures(zone, case, "pages_scanned", "prev_priority")
    zone.nr_file_mapped, zone.nr_anon_pages = case["nr_file_mapped"], case["nr_anon_pages"]
    vm = Vmscan(
        [zone],
        backing,
        backing.swapper_space,
        vm_total_pages=case["vm_total_pages"],
        total_swap_pages=case["total_swap_pages"],
    )
    vm.buffer_heads_over_limit = bool(case["buffer_heads_over_limit"])
    names = ("kind", "mapcount", "referenced", "young", "locked", "private", "release_ok", "freeing")
    pages = [listed_page(i, zone, backing, dict(zip(names, row, strict=True))) for i, row in enumerate(case["active"])]
    first = len(pages)
    spare = {"kind": 0, "mapcount": 0, "release_ok": 1}
    pages += [listed_page(first + i, zone, backing, spare) for i in range(case["inactive_count"])]
    put_on_lists(zone, pages[:first], pages[first:])
    sc = ScanControl(TaskStruct(), 0xD0, may_swap=bool(case["may_swap"]), swappiness=case["swappiness"])
    values = swap_tendency(zone, sc, case["priority"], vm)
    decided = {
        "near_oom": int(zone.zone_is_near_oom()),
        "values": values and list(values),
        "reclaim_mapped": int(reclaim_mapped(zone, sc, case["priority"], vm)),
    }
    shrink_active_list(case["nr_pages"], zone, sc, case["priority"], vm)
    return decided | {
        "active_after": pfns(reversed(zone.active_list)),
        "inactive_after": pfns(reversed(zone.inactive_list)),
        "pages_scanned_after": zone.pages_scanned,
        "nr_active_after": zone.nr_active,
        "nr_inactive_after": zone.nr_inactive,
        "referenced_after": pfns(page for page in pages if page.flags & PG_REFERENCED),
        "private_after": pfns(page for page in pages if page.flags & PG_PRIVATE),
    }


def listed_page(pfn: int, zone: LruZone, backing: ScriptedBacking, given: Case) -> Page:
    """A page for one of the lists. given: kind 0 file, 1 anonymous, 2 in swap cache; flags as 0 or 1."""
    kind = given["kind"]
    flags = {"referenced": PG_REFERENCED, "dirty": PG_DIRTY, "locked": PG_LOCKED, "private": PG_PRIVATE}
    page = Page(
        pfn,
        zone,
        None if kind else AddressSpace(BackingDevInfo(), backing.writepage),
        anon=kind > 0,
        mapcount=given["mapcount"],
        pte_young=given.get("young", 0),
        count=0,
        flags=sum(flag for name, flag in flags.items() if given.get(name)) | PG_SWAPCACHE * (kind == 2),
    )
    if not given.get("freeing"):
        page.count = (kind != 1) + page.mapcount + given.get("private", 0)
        page.count = page.count or 1
    backing.scripts[page] = given
    return page


def put_on_lists(zone: LruZone, active: list[Page], inactive: list[Page]) -> None:
    """Fill the zone's lists; both are given head first."""
    for page in reversed(active):
        page.flags |= PG_ACTIVE | PG_LRU
        zone.add_page_to_active_list(page)
    for page in reversed(inactive):
        page.flags |= PG_LRU
        zone.add_page_to_inactive_list(page)


# direct reclaim and kswapd


class Cut(Exception):
    """The recording stopped here."""


class CutTrace(list[Event]):
    """A record that stops the run behind its limit, as the recorder did. With zones to watch (balance_pgdat's) it notes
    changed flags just before a call to the outside; between shrink_zone and the end of shrink_slab it does not look.
    """

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit = limit
        self.zones: list[LruZone] = []
        self.flags: list[bool] = []

    def watch(self, zones: list[LruZone]) -> None:
        self.zones, self.flags = zones, [zone.all_unreclaimable for zone in zones]
        for zone in zones:
            zone.zone.trace = self

    def append(self, event: Event) -> None:
        if event[0] not in ("shrink_zone", "shrink_slab"):
            self.note()
        self.record(event)

    def note(self) -> None:
        for i, zone in enumerate(self.zones):
            if zone.all_unreclaimable != self.flags[i]:
                self.flags[i] = zone.all_unreclaimable
                self.record(("unreclaimable", zone.zone.label, int(zone.all_unreclaimable)))

    def record(self, event: Event) -> None:
        super().append(event)
        if len(self) > self.limit:
            raise Cut


class ScriptedZones:
    """What try_to_free_pages and balance_pgdat call: all answers from the script, by `apply` what else they change."""

    def __init__(self, case: Case, trace: list[Event]) -> None:
        self.trace: list[Event] | None = trace
        self.events = trace
        self.laptop_mode = bool(case["laptop_mode"])
        self.vm_swappiness = 60
        self.script = {kind: iter(entries) for kind, entries in case["script"].items()}

    def shrink_zone(self, priority: int, zone: LruZone, sc: ScanControl) -> Steps[int]:
        event = ("shrink_zone", zone.zone.label, priority, int(sc.may_writepage), zone.prev_priority)
        self.events.append(event)
        nr_scanned, reclaimed, *changes = next(self.script["shrink_zone"])
        sc.nr_scanned += nr_scanned
        self.change_zone(zone, changes)
        yield from ()
        return int(reclaimed)

    def change_zone(self, zone: LruZone, changes: list[Any]) -> None:
        """[all_unreclaimable] in try_to_free_pages."""
        if changes[0] != -1:
            zone.all_unreclaimable = bool(changes[0])

    def shrink_slab(self, scanned: int, gfp_mask: int, lru_pages: int, current: TaskStruct) -> int:
        self.events.append(("shrink_slab", scanned, lru_pages))
        value, reclaimed_slab, *changes = next(self.script["shrink_slab"])
        if current.reclaim_state is not None:
            current.reclaim_state.reclaimed_slab += reclaimed_slab
        for more in changes:
            self.change_free(more)
        return int(value)

    def change_free(self, changes: list[list[int]]) -> None:
        """[zone, pages, reset]... in balance_pgdat."""

    def wakeup_pdflush(self, nr_pages: int) -> None:
        self.events.append(("wakeup_pdflush", nr_pages))

    def disable_swap_token(self) -> None:
        self.events.append(("disable_swap_token",))


def try_to_free_pages_outputs(case: Case) -> Case:
    zones = []
    for given in case["zones"]:
        zone = lru_zone(given["zone"], present=given["present_pages"])
        set_figures(zone, given, "nr_active", "nr_inactive", "prev_priority")
        zone.all_unreclaimable = bool(given["all_unreclaimable"])
        zones.append(zone)
    task = TaskStruct(cpuset_deny=frozenset(LABELS[z["zone"]] for z in case["zones"] if z["cpuset_denied"]))
    task.reclaim_state = ReclaimState() if case["has_reclaim_state"] else None
    vm = ScriptedZones(case, [])
    returned = run(try_to_free_pages(zones, case["gfp_mask"], task, vm))
    return {
        "events": [written(event) for event in vm.events],
        "returned": returned,
        "prev_priority_after": [zone.prev_priority for zone in zones],
    }


class ScriptedNode(ScriptedZones):
    """balance_pgdat's world: its answers also free and take pages."""

    def __init__(self, case: Case, trace: CutTrace, zones: list[LruZone]) -> None:
        super().__init__(case, trace)
        self.record, self.zones = trace, zones

    def change_zone(self, zone: LruZone, changes: list[Any]) -> None:
        pages_scanned, active, inactive, blocks, reset = changes
        zone.pages_scanned += pages_scanned
        zone.nr_active += active
        zone.nr_inactive += inactive
        for order, count in enumerate(blocks):
            add_free(zone, order, count)
        if reset:
            zone.reached_buddy()

    def change_free(self, changes: list[list[int]]) -> None:
        for index, count, reset in changes:
            add_free(self.zones[index], 0, count)
            if reset:
                self.zones[index].reached_buddy()
        self.record.note()

    def nap(self, nap: Nap) -> None:
        if nap.name == "congestion_wait":
            self.change_free(next(self.script["congestion_wait"]))


def add_free(zone: LruZone, order: int, count: int) -> None:
    """Free blocks of an order come (or go); where they lie does not matter here."""
    core = zone.zone
    core.nr_free_pages += count << order
    core.free_area[order] = dict.fromkeys(range(len(core.free_area[order]) + count))


def node_zone(index: int, given: Case) -> LruZone:
    zone = lru_zone(index, present=given["present_pages"], marks=(0, 0, given["pages_high"]))
    set_figures(zone, given, "nr_active", "nr_inactive", "pages_scanned", "prev_priority")
    zone.all_unreclaimable = bool(given["all_unreclaimable"])
    zone.zone.lowmem_reserve = given["lowmem_reserve"]
    for order, count in enumerate(given["nr_free"]):
        add_free(zone, order, count)
    zone.zone.nr_free_pages = given["free"]
    return zone


def balance_pgdat_outputs(case: Case) -> Case:
    events = CutTrace(450)
    zones = [node_zone(i, given) for i, given in enumerate(case["zones"])]
    events.watch(zones)
    vm = ScriptedNode(case, events, zones)
    cut, returned = 0, -1
    try:
        returned = run(Kswapd(zones, vm).balance_pgdat(case["order"]), vm.nap)
    except Cut:
        cut = 1
    return {
        "events": [written(event) for event in events],
        "cut": cut,
        "returned": returned,
        "after": [[z.zone.nr_free_pages, z.pages_scanned, int(z.all_unreclaimable), z.prev_priority] for z in zones],
    }


def kswapd_loop_outputs(case: Case) -> Case:
    vm = ScriptedZones(case | {"laptop_mode": 0}, [])
    kswapd = Kswapd([], vm)
    kswapd.node.kswapd_max_order = case["kswapd_max_order"]
    done = Nap("balance_pgdat", 0)

    def ask(kind: str) -> None:
        kswapd.node.kswapd_max_order = max(kswapd.node.kswapd_max_order, next(vm.script[kind]))

    def balance_pgdat(order: int) -> Steps[int]:
        ask("balance_pgdat")
        yield done
        return 0

    rounds = 0
    for nap in kswapd.kswapd(balance_pgdat):
        if nap.name == "schedule":
            ask("schedule")
        rounds += nap is done
        if rounds == case["rounds"]:
            break
    return {"events": [list(event) for event in vm.events], "flags": kswapd.task.flags}


# everything together


def reclaim_integrated_outputs(case: Case) -> Case:
    trace = CutTrace(100_000)  # no recorded case comes near; a run without end is a failure and not a hang
    backing = ScriptedBacking(case["free_swap"])
    zones = [integrated_zone(given, backing, trace) for given in case["zones"]]
    vm = Vmscan(
        sorted(zones, key=lambda zone: zone.zone.index),
        backing,
        backing.swapper_space,
        vm_swappiness=case["swappiness"],
        vm_total_pages=case["vm_total_pages"],
        total_swap_pages=case["total_swap_pages"],
        laptop_mode=bool(case["laptop_mode"]),
        dirty_limits=lambda: (1, 0),
        trace=trace,
    )

    def nap(nap: Nap) -> None:
        if nap.name == "congestion_wait":
            while backing.under_write:
                end_page_writeback(backing.under_write.pop(0))

    sc = ScanControl(
        TaskStruct(reclaim_state=ReclaimState()),
        case["gfp_mask"],
        bool(case["may_writepage"]),
        bool(case["may_swap"]),
        swappiness=case["swappiness"],
    )
    calls: dict[str, Callable[[], Steps[int]]] = {
        "shrink_zone": lambda: vm.shrink_zone(case["priority"], vm.zones[-1], sc),
        "try_to_free_pages": lambda: vm.try_to_free_pages(vm.zones[::-1], case["gfp_mask"], sc.current),
        "balance_pgdat": lambda: Kswapd(vm.zones, vm).balance_pgdat(0),
    }
    cut, returned = 0, -1
    try:
        returned = run(calls[case["call"]](), nap)
    except Cut:
        cut = 1
    return {
        "events": integrated_events(trace),
        "cut": cut,
        "returned": returned,
        "nr_scanned": sc.nr_scanned if case["call"] == "shrink_zone" else -1,
        "free_swap_after": backing.free_swap,
        "after": [integrated_after(zone) for zone in zones],
    }


def integrated_zone(given: Case, backing: ScriptedBacking, trace: list[Event]) -> LruZone:
    """One zone with all its pages; core's own tracepoints record too."""
    zone = lru_zone(
        given["zone"],
        trace,
        present=given["present_pages"],
        marks=(0, 0, given["pages_high"]),
        cold=tuple(given["pcp_cold"]),
    )
    zone.zone.nr_free_pages, zone.zone.trace = given["free"], trace
    set_figures(zone, given, "prev_priority", "pages_scanned", "nr_scan_active", "nr_scan_inactive")
    zone.all_unreclaimable = bool(given["all_unreclaimable"])
    names = (
        "id",
        "kind",
        "mapcount",
        "dirty",
        "referenced",
        "young",
        "private",
        "unmap_result",
        "pte_dirty",
        "writepage_result",
    )
    lists = []
    for name in ("active", "inactive"):
        rows = [dict(zip(names, row, strict=True)) for row in given[name]]
        lists.append([listed_page(row["id"], zone, backing, row) for row in rows])
    put_on_lists(zone, *lists)
    zone.nr_anon_pages = sum(page.anon for page in (*lists[0], *lists[1]) if page.mapcount)
    zone.nr_file_mapped = sum(not page.anon for page in (*lists[0], *lists[1]) if page.mapcount)
    return zone


NOT_RECORDED = {
    "zone_watermark_ok",
    "cond_resched",
    "try_to_freeze",
    "unreclaimable",
    "get_dirty_limits",
    "free_hot_cold_page",
    "free_pages_bulk",
}
"""What the product traces and reclaim_integrated leaves out."""


def integrated_events(trace: list[Event]) -> list[list[Any]]:
    """A page that core gives to the buddy lists is called `buddy` there, the end of a write `io_done`."""
    events = []
    for event in trace:
        if event[0] == "__free_one_page":
            events.append(["buddy", event[2]])
        elif event[0] == "end_page_writeback":
            events.append(["io_done", event[1]])
        elif event[0] not in NOT_RECORDED:
            events.append(written(event))
    return events


def integrated_after(zone: LruZone) -> Case:
    core = zone.zone
    return {
        "zone": core.index,
        "free": core.nr_free_pages,
        "pcp_cold": len(core.cold.pages),
        "pcp_hot": len(core.hot.pages),
        "pages_scanned": zone.pages_scanned,
        "all_unreclaimable": int(zone.all_unreclaimable),
        "prev_priority": zone.prev_priority,
        "nr_scan_active": zone.nr_scan_active,
        "nr_scan_inactive": zone.nr_scan_inactive,
        "anon_mapped": zone.nr_anon_pages,
        "file_mapped": zone.nr_file_mapped,
        "active": pfns(reversed(zone.active_list)),
        "inactive": pfns(reversed(zone.inactive_list)),
    }


KINDS: dict[str, Callable[[Case], Case]] = {
    "badness": badness_outputs,
    "oom_decisions": oom_decisions_outputs,
    "shrink_zone": shrink_zone_outputs,
    "shrink_active_list": shrink_active_list_outputs,
    "shrink_slab": shrink_slab_outputs,
    "page_decisions": page_decisions_outputs,
    "try_to_free_pages": try_to_free_pages_outputs,
    "balance_pgdat": balance_pgdat_outputs,
    "kswapd_loop": kswapd_loop_outputs,
    "zone_flags": zone_flags_outputs,
    "lru_moves": lru_moves_outputs,
    "throttle_vm_writeout": throttle_vm_writeout_outputs,
    "reclaim_integrated": reclaim_integrated_outputs,
}
