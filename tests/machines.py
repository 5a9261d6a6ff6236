"""Small machines to try things on, and what they did: shared by the tests of the core."""

from buddylab.core.environment import NobodyElse
from buddylab.core.events import kernel_events
from buddylab.core.ladder import alloc_pages
from buddylab.core.machine import Machine
from buddylab.core.setup import setup_zones
from buddylab.core.zone import Zone

X86_32 = ("DMA", "Normal", "HighMem")
X86_64 = ("DMA", "DMA32", "Normal")


def one_zone(pages, marks=(0, 0, 0), start=0, hot=(1, 0), cold=(1, 0), holes=(), **options):
    """A machine whose only zone is Normal: pages from pfn `start` on, (min, low, high)."""
    zone = Zone("Normal", 0, start, pages, marks=marks, lowmem_reserve=[0], hot=hot, cold=cold, holes=holes)
    return Machine([zone], ("Normal",), **options)


def three_zones(pages=(64, 64, 64), marks=((0, 0, 0),) * 3, reserves=((0, 0, 0),) * 3, types=X86_32):
    """DMA, Normal and HighMem one above the other (or three other types); 0 pages = unpopulated."""
    zones, start = [], 0
    for index, name in enumerate(types):
        if pages[index]:
            zones.append(Zone(name, index, start, pages[index], marks=marks[index], lowmem_reserve=reserves[index]))
        start += 1 << (max(pages) - 1).bit_length()
    return Machine(zones, types)


def numa(nodes=2, pages=64, marks=(0, 0, 0), **options):
    """A Normal zone of so many pages on every node, each at the next multiple of 1024; a NUMA kernel."""
    zones = [
        Zone("Normal", 0, 1024 * node, pages, node=node, label=f"Normal/{node}", marks=marks, lowmem_reserve=[0])
        for node in range(nodes)
    ]
    return Machine(zones, ("Normal",), nodes=nodes, numa=True, **options)


def as_at_boot(present):
    """The Normal zone of a machine with nothing else, with the figures that the kernel computes for it."""
    zone = Zone("Normal", 0, 0, present)
    setup_zones([zone], ("Normal",))
    return zone


def ask(machine, gfp_mask, order=0, **options):
    """(first pfn or None, the kernel's events) of one request."""
    machine.trace = []
    pfn = alloc_pages(machine, gfp_mask, order, **options)
    return pfn, kernel_events(machine.trace)


def named(events, name):
    """The arguments of every event of this name."""
    return [event[1:] for event in events if event[0] == name]


def passes(events):
    """(gfp_mask, alloc_flags) of every pass over the zonelist."""
    return [(event[1], event[3]) for event in events if event[0] == "get_page_from_freelist"]


def state(machine):
    """Everything that an operation can change, to be compared."""
    zones = [
        (
            zone.label,
            zone.nr_free_pages,
            [zone.free_list(order) for order in range(11)],
            list(zone.hot.pages),
            list(zone.cold.pages),
        )
        for zone in machine.zones
    ]
    nodes = [(node.kswapd_max_order, node.kswapd_awake) for node in machine.nodes]
    caches = [(set(z.fullzones), z.last_full_zap) for kinds in machine.zonelists for z in kinds]
    limit, fault = machine.printk_ratelimit, machine.fault_attr
    others = (limit.toks, limit.last_msg, limit.missed, fault.times, fault.space, fault.count)
    return zones, dict(machine.owner), nodes, caches, others, machine.jiffies, list(machine.log)


class Scripted(NobodyElse):
    """A world by script: a call takes the next answer of its list; a function is called with the task first."""

    def __init__(self, **script):
        self.script = {kind: list(answers) for kind, answers in script.items()}

    def _answer(self, kind, task, otherwise):
        answers = self.script.get(kind)
        answer = answers.pop(0) if answers else None
        answer = answer(task) if callable(answer) else answer
        return otherwise if answer is None else answer

    def wake_up_interruptible(self, task, node):
        self._answer("kswapd", task, None)

    def cond_resched(self, task):
        self._answer("cond_resched", task, None)

    def try_to_free_pages(self, task, zones, gfp_mask):
        return self._answer("try_to_free_pages", task, 0)

    def out_of_memory(self, task, zones, gfp_mask, order):
        return self._answer("out_of_memory", task, 1)

    def congestion_wait(self, task, timeout):
        return self._answer("congestion_wait", task, timeout)

    def zone_reclaim(self, task, zone, gfp_mask, order):
        return self._answer("zone_reclaim", task, 0)

    def random32(self):
        return self._answer("random32", None, 0)
