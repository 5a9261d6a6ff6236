"""Tasks as reclaim and the OOM killer see them. C: include/linux/sched.h, struct task_struct."""

from dataclasses import dataclass, field

from buddylab.core.environment import Task

PF_EXITING = 0x4
PF_MEMALLOC = 0x800
PF_KSWAPD = 0x40000
PF_SWAPOFF = 0x80000
PF_SWAPWRITE = 0x800000


@dataclass(slots=True, eq=False)
class Mm:
    """An address space (C: struct mm_struct). total_vm: its size in pages, whether they are in memory or not."""

    total_vm: int = 0


@dataclass(slots=True, eq=False)
class BackingDevInfo:
    """A device's write queue. congested: it has no room just now (C: bdi_write_congested)."""

    congested: bool = False


@dataclass(slots=True)
class ReclaimState:
    """Where slab pages freed on behalf of a reclaimer are counted (C: struct reclaim_state), in pages."""

    reclaimed_slab: int = 0


@dataclass(slots=True, eq=False)
class TaskStruct(Task):
    """A thread: core's task with what reclaim and the OOM killer ask about it.

    tgid: pid of its group's leader. mm: None for kernel threads and the dead. utime, stime: CPU time in jiffies.
    start_time: seconds after boot. mems_overlap: its cpuset shares nodes with current's. children: in list order.
    undisturbed: nobody else runs while it reclaims, save while it naps.
    """

    pid: int = 0
    tgid: int = 0
    mm: Mm | None = None
    utime: int = 0
    stime: int = 0
    start_time: int = 0
    nice: int = 0
    uid: int = 0
    euid: int = 0
    cap_effective: int = 0
    oomkilladj: int = 0
    mems_overlap: bool = True
    children: list["TaskStruct"] = field(default_factory=list)
    PF_EXITING: bool = False
    PF_SWAPOFF: bool = False
    PF_SWAPWRITE: bool = False
    PF_KSWAPD: bool = False
    SIGKILL: bool = False
    time_slice: int = 0
    backing_dev_info: BackingDevInfo | None = None
    reclaim_state: ReclaimState | None = None
    undisturbed: bool = False

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @property
    def flags(self) -> int:
        """The PF_ bits as the kernel has them in one word."""
        return (
            PF_EXITING * self.PF_EXITING
            | PF_MEMALLOC * self.PF_MEMALLOC
            | PF_KSWAPD * self.PF_KSWAPD
            | PF_SWAPOFF * self.PF_SWAPOFF
            | PF_SWAPWRITE * self.PF_SWAPWRITE
        )
