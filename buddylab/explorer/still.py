"""A filled machine that stands still until somebody asks: the world behind the explorer. A MODEL (see MODEL.md).

A `World` is a copy of a plan's machine (plan.py) that can go its own way, quickly, since pages become objects only
when reclaim comes to them (runs.py). Units: pages, jiffies.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from random import Random

from buddylab.core.environment import Task
from buddylab.core.events import GIVEN, Event
from buddylab.core.machine import Machine
from buddylab.core.zone import Zone
from buddylab.explorer.owners import Slab
from buddylab.explorer.plan import ANON, DIRTY, MAPPED, PROCESSES, Listed, Plan, spread
from buddylab.explorer.stretches import LruList, Stretch
from buddylab.explorer.watched import REASONS, Watched
from buddylab.reclaim.lru import LruZone
from buddylab.reclaim.page import PG_ACTIVE, PG_LRU, PG_REFERENCED, Page
from buddylab.reclaim.tasks import TaskStruct
from buddylab.world.population import Population
from buddylab.world.simulation import Simulation
from buddylab.world.users import AnonPage, CachePage, File, Memory

TEXT_PAGES = 300
"""Address space of a process besides its private memory (model)."""
PACE = 256
"""Work that the others do in a jiffy while the caller sleeps, in pages: little, so that it can be followed."""
OTHERS_SHOW = frozenset(
    {
        "note",
        "freeing",
        "nested_alloc",
        "nested_alloc_result",
        "rmqueue_bulk",
        "__rmqueue",
        "buffered_rmqueue",
        "free_hot_cold_page",
        "free_pages_bulk",
        "__free_pages_ok",
        "__free_one_page",
    }
)
"""Of what others do while the caller sleeps: what changes the lists. Their own tests of the marks are not its story."""


class World(Simulation):
    """A prepared machine's world: the simulation, which tells in the trace what came back and why not more.

    machine: ready for requests. `kind_of` says what a page was used for before.
    """

    def __init__(self, plan: Plan, pinned: frozenset[int] = frozenset()) -> None:
        """A copy of the plan's machine; nothing has been touched. pinned: pages that are on no list of reclaim's."""
        machine = plan.machine.copy()
        slots = sum(users.pages["anon"] for users in plan.users) * plan.swap // 100
        population = Population(machine, swap_pages=slots, limit=machine_pages(machine))
        super().__init__(population, Random(1), cpus=1, speed=PACE)
        self.plan = plan
        self.told: Counter[tuple[str, str, str]] = Counter()
        self.freeing: tuple[str, str, str] | None = None
        self.victims: list[TaskStruct] = []
        self.cache, self.libraries = population.file(0), population.file(0)
        self.libraries.i_mmap = 1
        self.owners = [self.spawn(comm, total_vm=TEXT_PAGES) for comm, _ in PROCESSES]
        population.gave_back, population.asks = self._gave_back, self.tell
        vm = population.vm
        vm.page_out = Watched(population, vm.page_out.swapper_space, vm.pagevecs)
        vm.page_out.kept = self._kept
        for lru, lists in zip(population.zones, plan.lists, strict=True):
            self._put_on_lists(lru, *lists)
        population.slab.pages = self._slab(pinned)
        for pfn in pinned:
            self._pin(pfn)
        for place, p in enumerate(self.owners):
            p.memory().left = self._untouched(ANON, place)
        population.untouched_dirty = self._untouched(DIRTY, 0)
        for lru in population.zones:
            self._write_off(lru)

    def kind_of(self, pfn: int) -> str:
        """What the page was used for before the run: kernel, slab, anon, clean or dirty; "free" if it was not used."""
        return self.plan.kind_of(pfn)

    # the lists

    def _put_on_lists(self, lru: LruZone, active: Listed, inactive: Listed) -> None:
        population = self.population
        lru.active_list = oldest = LruList(Stretch(active, partial(self._make, lru, PG_LRU | PG_ACTIVE)))
        oldest.run.anon = all(part.kind == "anon" or not part.pages for part in active.parts)
        lru.inactive_list = LruList(Stretch(inactive, partial(self._make, lru, PG_LRU)))
        lru.nr_active, lru.nr_inactive = len(active), len(inactive)
        for tag, pages in (active.tags() + inactive.tags()).items():
            self._count(lru, tag, pages)
        population.nr_cached += len(active) + len(inactive)

    def _count(self, lru: LruZone, tag: int, pages: int) -> None:
        """So many entries of this sort more."""
        if tag & 3 == ANON:
            memory = self.owners[tag >> 2].memory()
            memory.untouched += pages
            memory.total_vm += pages
            lru.nr_anon_pages += pages
        elif tag == MAPPED:
            lru.nr_file_mapped += pages
        elif tag == DIRTY:
            self.population.nr_untouched_dirty += pages

    def _slab(self, pinned: frozenset[int]) -> Slab:
        """All pages of slab but those."""
        spared = sum(self.plan.kind_of(pfn) == "slab" for pfn in pinned)
        planned = (users.page("slab", number) for users in self.plan.users for number in range(users.pages["slab"]))
        pages = sum(users.pages["slab"] for users in self.plan.users) - spared
        return Slab((pfn for pfn in planned if pfn not in pinned), pages)

    def _pin(self, pfn: int) -> None:
        """The page leaves its list, if it is on one, and nobody has it."""
        for lru, users, lists in zip(self.population.zones, self.plan.users, self.plan.lists, strict=True):
            found = users.find(pfn) if users.holds(pfn) else None
            for pages, listed, counter in zip(
                (lru.active_list, lru.inactive_list), lists, ("nr_active", "nr_inactive"), strict=True
            ):
                place = listed.place_of(found[0], found[3]) if found else None
                if place is not None and isinstance(pages, LruList):
                    pages.run.lose(pages.run.stride.back(place))
                    setattr(lru, counter, getattr(lru, counter) - 1)
                    self._count(lru, listed.tag(place), -1)
                    self.population.nr_cached -= 1

    def _make(self, lru: LruZone, flags: int, entry: int) -> Page:
        """An entry becomes a page: one in eight was used a moment ago."""
        pfn, kind = entry >> 8, entry & 3
        used = spread(pfn) >> 9 == 0
        if kind == ANON:
            memory = self.owners[entry >> 2 & 63].memory()
            anon = AnonPage(pfn, lru, anon=True, mapcount=1, flags=flags, pte_young=int(used))
            anon.memory, anon.address = memory, pfn
            memory.pages[pfn] = anon
            memory.untouched -= 1
            return anon
        mapped = kind == MAPPED
        file: File = self.libraries if mapped else self.cache
        page = CachePage(
            pfn,
            lru,
            file,
            mapcount=int(mapped),
            count=1 + mapped,
            pte_young=int(mapped and used),
            flags=flags | (PG_REFERENCED if used and not mapped else 0),
        )
        page.index = pfn
        file.pages[pfn] = page
        if kind == DIRTY:
            self.population.set_page_dirty(page)
            self.population.nr_untouched_dirty -= 1
        return page

    def _untouched(self, kind: int, whose: int) -> Iterator[Page]:
        """The pages of this kind that are no objects yet, one after the other; each becomes one."""
        for lru in self.population.zones:
            for pages in (lru.active_list, lru.inactive_list):
                if isinstance(pages, LruList):
                    yield from self._untouched_of(pages.run, whose << 2 | kind)

    def _untouched_of(self, run: Stretch, tag: int) -> Iterator[Page]:
        place = run.at
        while place < run.end:
            page = run.page(place) if run.tag(place) == tag else None
            if page is not None:
                yield page
            place = max(place + 1, run.at)

    def _write_off(self, lru: LruZone) -> None:
        """kswapd has long written off a zone below pages_low in which nothing can come back (it takes three passes)."""
        pages = self.plan.users[lru.zone.place].pages
        hopeless = not (pages["clean"] or pages["dirty"] or self.plan.swap or self.population.slab.pages)
        if hopeless and lru.zone.nr_free_pages < lru.zone.pages_low:
            lru.pages_scanned = 6 * lru.lru_pages
            lru.all_unreclaimable = True

    # what the trace is told

    def _gave_back(self, kind: str, zone: Zone, pages: int) -> None:
        cause = kind, zone.label, "" if kind == "heads" else self._running()
        self.told[cause] += pages
        if self.machine.trace is not None and cause != self.freeing:
            self.machine.trace.append(("freeing", *cause))
            self.freeing = cause

    def _kept(self, why: str, page: Page) -> None:
        self.told[why, page.zone.zone.label, self._running()] += 1

    def _running(self) -> str:
        """Who has the CPU."""
        return self.population.current.comm if self.population.current is not None else ""

    def tell(self) -> None:
        """Note in the trace what happened since last told: what came back first, then what stayed and why."""
        trace = self.machine.trace
        if trace is not None:
            kinds, labels = (*GIVEN, *REASONS), [zone.label for zone in self.machine.zones]
            for kind, label, by in sorted(
                self.told, key=lambda one: (kinds.index(one[0]), labels.index(one[1]), one[2])
            ):
                trace.append(("note", kind, label, self.told[kind, label, by], by))
        self.told.clear()
        self.freeing = None

    def others_run(self, jiffies: int, until_writes: bool = False) -> int:
        """The others have the CPU; the trace gets what they changed in the lists, and is then told what they did."""
        outer = self.machine.trace
        if outer is None:
            return super().others_run(jiffies, until_writes)
        inner: list[Event] = []
        self.machine.trace, awake = inner, self._awake()
        try:
            slept = super().others_run(jiffies, until_writes)
            self.tell()
        finally:
            self.machine.trace = outer
            outer += [event for event in inner if event[0] in OTHERS_SHOW]
        outer += [("kswapd_sleeps", comm) for comm in sorted(awake - self._awake())]
        return slept

    def _awake(self) -> set[str]:
        """The kswapd threads that have work."""
        return {thread.comm for thread in self.kswapd if thread.waits != "event"}

    def try_to_free_pages(self, task: Task, zones: Sequence[Zone], gfp_mask: int) -> int:
        """Direct reclaim; then it is told what came back, and what stood against more."""
        progress = super().try_to_free_pages(task, zones, gfp_mask)
        for lru in self.population.lru(zones):
            if not lru.lru_pages:
                self.told["empty", lru.zone.label, ""] += lru.zone.present_pages - lru.zone.nr_free_pages
            elif lru.all_unreclaimable:
                self.told["written_off", lru.zone.label, ""] += lru.lru_pages
            if lru.nr_anon_pages and not self.population.vm.total_swap_pages:
                self._no_swap(lru)
        self.tell()
        return progress

    def _no_swap(self, lru: LruZone) -> None:
        """No anonymous page of this zone has a place to go: told once, of all of them."""
        for one in [one for one in self.told if one[:2] == ("no_swap", lru.zone.label)]:
            del self.told[one]
        self.told["no_swap", lru.zone.label, ""] = lru.nr_anon_pages

    def zone_reclaim(self, task: Task, zone: Zone, gfp_mask: int, order: int) -> int:
        """Reclaim in the near zone, and what came of it."""
        value = super().zone_reclaim(task, zone, gfp_mask, order)
        self.tell()
        return value

    def out_of_memory(self, task: Task, zones: Sequence[Zone], gfp_mask: int, order: int) -> int:
        """The OOM killer; with nobody left to kill the kernel would panic, which is only told."""
        self.victims.clear()
        slept = super().out_of_memory(task, zones, gfp_mask, order)
        if self.machine.trace is not None:
            if self.panic:
                self.machine.trace.append(("note", "panic", zones[0].label, 0, ""))
            for victim in self.victims:
                if isinstance(victim.mm, Memory) and victim.mm.resident:
                    self.machine.trace.append(("note", "holds", victim.comm, victim.mm.resident, ""))
        self.panic = ""
        return slept

    def judged(self, points: Mapping[int, int]) -> None:
        """What the killer found for each task is told."""
        if self.machine.trace is not None:
            names = {task.pid: task.comm for task in self.population.tasks}
            self.machine.trace += [("judged", names[pid], found) for pid, found in points.items()]

    def killed(self, victim: TaskStruct) -> None:
        """The killer's choice is told too."""
        if self.machine.trace is not None:
            pages = victim.mm.resident if isinstance(victim.mm, Memory) else 0
            self.machine.trace.append(("note", "killed", victim.comm, pages, ""))
        self.victims.append(victim)
        super().killed(victim)


def machine_pages(machine: Machine) -> int:
    """All pages of the machine."""
    return sum(zone.present_pages for zone in machine.zones)
