"""Processes that use memory: a script says what they do, the simulation lets them do it.

A script is a generator. It yields a request (gfp_mask, order) and is sent the block's first pfn, or None; or it yields
a `Nap`. So a workload reads as a story, and every wait is a place where others may run. Units: pages, jiffies.
"""

from collections import deque
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from itertools import islice
from random import Random

from buddylab.core.attempt import Attempt
from buddylab.core.environment import Task
from buddylab.reclaim.lru import mark_page_accessed
from buddylab.reclaim.tasks import TaskStruct
from buddylab.reclaim.tracing import COND_RESCHED, CONGESTION_WAIT, Nap, Steps
from buddylab.world.population import MASKS, Population
from buddylab.world.users import File, Memory

Request = tuple[int, int]
"""(gfp_mask, order)."""
Script = Generator[Request | Nap, int | None, None]

EXIT_PAGES = 506
"""Pages that a dying process frees before it lets others run. C: asm-generic/tlb.h, FREE_PTE_NR."""
SWAP_IN = 2
"""Jiffies until a page has come back from the swap device (model)."""
RATELIMIT_PAGES = 32
"""A writer looks at the dirty limits after so many pages. C: mm/page-writeback.c, ratelimit_pages."""
STACK_ORDER = 1
"""Two pages of kernel stack a process (i386)."""


@dataclass(slots=True, eq=False)
class Process(TaskStruct):
    """A task that runs a script on this population.

    script: None = it only owns memory. value: what the script is sent next. attempt: its request, while on the ladder.
    reclaim, progress, since: its direct reclaim under way, what came of it, and when it began. waits: "" = it may
    run, "time" = until wake_at, "writes" = until writes end or wake_at, "event" = until woken. spent: work done, in
    pages. resched: it offers its CPU to the next in the queue. blocks: (pfn, order).
    """

    script: Script | None = None
    value: int | None = None
    attempt: Attempt | None = None
    reclaim: Steps[int] | None = None
    progress: int | None = None
    since: int = 0
    waits: str = ""
    wake_at: int = 0
    spent: int = 0
    resched: bool = False
    refused: int = 0
    blocks: deque[tuple[int, int]] = field(default_factory=deque)
    population: Population | None = None

    def books(self) -> Population:
        """Where its pages are written down."""
        if self.population is None:
            raise ValueError(f"{self.comm} takes part in no simulation yet")
        return self.population

    def memory(self) -> Memory:
        """Its private memory."""
        if not isinstance(self.mm, Memory):
            raise ValueError(f"{self.comm} has no private memory")
        return self.mm

    # private memory

    def grow(self, pages: int) -> Script:
        """Touch so many pages for the first time."""
        memory = self.memory()
        for _ in range(pages):
            address = memory.total_vm
            memory.total_vm += 1
            yield from self.fault(memory, address)

    def fault(self, memory: Memory, address: int) -> Script:
        """A page of its own is missing: ask for one. Refused, the process is killed. C: do_page_fault, VM_FAULT_OOM."""
        pfn = yield MASKS["anon"], 0
        if pfn is None:
            self.SIGKILL = True
            yield COND_RESCHED
        else:
            self.books().add_anon(memory, address, pfn)

    def touch(self, address: int) -> Script:
        """Use a page of its own: there it is, or it is mapped again, or read back from the swap device."""
        memory = self.memory()
        page = memory.pages.get(address)
        if page is not None:
            if page.mapcount:
                page.pte_young = 1
            else:
                self.books().map_again(page)
        elif address in memory.swapped:
            yield Nap("swap_in", SWAP_IN)
            yield from self.fault(memory, address)

    def touch_some(self, rng: Random, pages: int) -> Script:
        """Use so many of its pages, chosen at random."""
        total = self.memory().total_vm
        for _ in range(pages if total else 0):
            yield from self.touch(int(rng.random() * total))

    # files

    def read(self, file: File, first: int, pages: int) -> Script:
        """Read pages of a file: those cached are touched, the others come from the disk."""
        for index in range(first, first + pages):
            yield from self.cached(file, index)

    def cached(self, file: File, index: int) -> Script:
        """One page of a file is in the cache afterwards, unless there is no memory for it."""
        page = file.pages.get(index)
        if page is not None:
            mark_page_accessed(page)
            return
        pfn = yield MASKS["cache"], 0
        if pfn is None:
            self.refused += 1
        elif index in file.pages:
            self.books().free_block(pfn, 0)
        else:
            self.books().add_cached(file, index, pfn)

    def map_file(self, file: File, first: int, pages: int) -> Script:
        """Use pages of a file through its mapping (a program's text, a library)."""
        for index in range(first, first + pages):
            yield from self.cached(file, index)
            if index in file.pages:
                self.books().map_cached(file.pages[index])

    def write(self, file: File, first: int, pages: int) -> Script:
        """Write pages of a file; past the dirty limit it has to wait for the disk."""
        for index in range(first, first + pages):
            yield from self.cached(file, index)
            page = file.pages.get(index)
            if page is not None:
                self.books().set_page_dirty(page)
            if index % RATELIMIT_PAGES == 0:
                yield from self.balance_dirty_pages()

    def balance_dirty_pages(self) -> Script:
        """A writer writes itself while too much is dirty. C: mm/page-writeback.c, balance_dirty_pages."""
        population = self.books()
        while population.nr_dirty + population.nr_writeback > population.dirty_limits()[1]:
            population.current = self
            population.write_oldest(RATELIMIT_PAGES * 3 // 2)
            yield CONGESTION_WAIT
        if population.nr_dirty > population.dirty_limits()[0]:
            population.vm.wakeup_pdflush(1)

    # the kernel's own

    def kernel(self, order: int = 0, blocks: int = 1, kind: str = "kernel") -> Script:
        """The kernel takes blocks on its behalf; they stay until released. kind: kernel or skb (GFP_ATOMIC)."""
        for _ in range(blocks):
            pfn = yield MASKS[kind], order
            if pfn is None:
                self.refused += 1
            else:
                self.blocks.append((pfn, order))

    def slab(self, pages: int) -> Script:
        """Look up new names: dentries that nobody uses afterwards."""
        for _ in range(pages):
            pfn = yield MASKS["slab"], 0
            if pfn is not None:
                self.books().slab.add(pfn)

    def release(self, blocks: int) -> None:
        """Give back the oldest of its blocks."""
        for _ in range(min(blocks, len(self.blocks))):
            self.books().free_block(*self.blocks.popleft())

    def sleep(self, jiffies: int) -> Script:
        """Do nothing for a while."""
        yield Nap("sleep", jiffies)

    # the end

    def do_exit(self) -> Script:
        """Give everything back, 506 pages at a time, and be gone. C: kernel/exit.c."""
        population, memory = self.books(), self.mm
        self.PF_EXITING = True
        while isinstance(memory, Memory) and memory.resident:
            for _ in islice(memory.left, EXIT_PAGES - min(len(memory.pages), EXIT_PAGES)):
                pass
            for address in list(islice(memory.pages, EXIT_PAGES)):
                population.unmap_anon(memory.pages.pop(address))
            yield COND_RESCHED
        if isinstance(memory, Memory):
            population.nr_swap_pages += len(memory.swapped)
        self.mm = None
        self.release(len(self.blocks))
        population.tasks.remove(self)


def as_script(steps: Iterator[Nap]) -> Script:
    """A kernel function as a script."""
    yield from steps


def as_task_struct(task: Task) -> TaskStruct:
    """The caller as reclaim and the OOM killer see it; one from outside has no memory of its own."""
    if isinstance(task, TaskStruct):
        return task
    return TaskStruct(**{name: getattr(task, name) for name in Task.__slots__}, undisturbed=True)
