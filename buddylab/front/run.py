"""A recorded request that tells its own story, shows itself in a notebook and is taken along as a page."""

from collections.abc import Iterable
from dataclasses import fields
from html import escape
from os import PathLike
from pathlib import Path
from typing import Any, TypedDict, Unpack, overload

from buddylab.core import gfp
from buddylab.core import record as recording
from buddylab.core.environment import Task
from buddylab.core.machine import Machine
from buddylab.core.zone import MAX_ORDER
from buddylab.export import to_html
from buddylab.front import modern_run
from buddylab.front.modern_run import ModernRun
from buddylab.modern import gfp as modern_gfp
from buddylab.modern.environment import Task as ModernTask
from buddylab.modern.machine import Machine as ModernMachine
from buddylab.said import Said, SaidError, unknown
from buddylab.view.story import story


class Run(recording.Run):
    """A recorded request. `print` tells its story, a line a stage; `bl.Why(run)` and the other panels show it."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n".join(self.story())

    def __repr__(self) -> str:
        return f"<Run: order {self.order}, {gfp.gfp_str(self.gfp_mask)}, {len(self.events)} events, {self.end}>"

    def _repr_html_(self) -> str:
        """The story as a table, the Chinese folded away below."""
        return (
            f"{_table(self.story())}<details lang='zh-Hans'><summary>中文</summary>{_table(self.story('zh'))}</details>"
        )

    def story(self, lang: str = "en") -> list[str]:
        """A line for every stage. lang: "en" or "zh"."""
        return story(self, lang)

    def to_html(self, path: str | PathLike[str], *, title: str | None = None, overwrite: bool = False) -> Path:
        """Write the explorer on this run as one HTML file that works from disk, and return its path.

        Raises ExportError, an OSError, for a target that exists (unless overwrite) or cannot be written.
        """
        return to_html(self, path, title=title, overwrite=overwrite)


ONE_NODE = Said(
    "a machine of Linux 6.12 has one node and no cpusets here: leave out node and cpuset_deny",
    "这里 Linux 6.12 的机器只有一个节点，也没有 cpuset：请去掉 node 和 cpuset_deny",
)
LEFT = "<td style='text-align: left; vertical-align: top'>"
"""A notebook would set what stands in a table to the right."""


def _table(lines: Iterable[str]) -> str:
    cells = ((line.partition(" ")[0], line.partition(" ")[2].strip()) for line in lines)
    rows = "".join(
        f"<tr>{LEFT}<code>{escape(stage)}</code></td>{LEFT}{escape(said)}</td></tr>" for stage, said in cells
    )
    return f"<table>{rows}</table>"


class Asked(TypedDict, total=False):
    """The keywords of `record`, for type checkers."""

    node: int
    comm: str
    in_interrupt: bool
    rt_task: bool
    PF_MEMALLOC: bool
    TIF_MEMDIE: bool
    cpuset_deny: Iterable[str]
    max_rounds: int


@overload
def record(machine: Machine, gfp_mask: int | str, order: int = 0, **more: Unpack[Asked]) -> Run: ...
@overload
def record(machine: ModernMachine, gfp_mask: int | str, order: int = 0, **more: Unpack[Asked]) -> ModernRun: ...
def record(
    machine: Machine | ModernMachine,
    gfp_mask: int | str,
    order: int = 0,
    *,
    node: int = 0,
    comm: str = "swapper",
    in_interrupt: bool = False,
    rt_task: bool = False,
    PF_MEMALLOC: bool = False,
    TIF_MEMDIE: bool = False,
    cpuset_deny: Iterable[str] = (),
    max_rounds: int = 100,
) -> Run | ModernRun:
    """Ask this machine for 2^order pages, by `__alloc_pages()` of its kernel, and record everything that happens.

    gfp_mask: names such as "GFP_KERNEL|__GFP_ZERO", or a number. comm, in_interrupt, rt_task, PF_MEMALLOC, TIF_MEMDIE:
    the task that asks; cpuset_deny: labels of zones that its cpuset refuses. A request that goes round more than
    `max_rounds` times ends as a livelock. The machine is changed by it: a second call finds what the first left.
    Raises SaidError (a ValueError) with what is allowed.
    """
    if not isinstance(machine, Machine | ModernMachine):
        raise SaidError(
            f"a request goes to a machine, such as bl.machine('small') gives, not to {machine!r:.60}",
            f"请求须发给机器，如 bl.machine('small') 所给，不能是 {machine!r:.60}",
        )
    if type(order) is not int or not 0 <= order < MAX_ORDER:
        raise SaidError(
            f"order must be a whole number from 0 (4 kB) to {MAX_ORDER - 1} (4 MB), not {order!r}",
            f"order 须为 0（4 kB）到 {MAX_ORDER - 1}（4 MB）的整数，不能是 {order!r}",
        )
    if isinstance(machine, ModernMachine):
        if node or list(cpuset_deny):
            raise SaidError(*ONE_NODE)
        caller = ModernTask(
            comm, in_interrupt=in_interrupt, rt_task=rt_task, PF_MEMALLOC=PF_MEMALLOC, oom_victim=TIF_MEMDIE
        )
        return modern_run.record(machine, mask(gfp_mask, modern_gfp), order, caller, max_rounds)
    labels = [zone.label for zone in machine.zones]
    for label in cpuset_deny:
        if label not in labels:
            raise unknown(Said("zone", "区"), label, labels)
    task = Task(comm, in_interrupt, rt_task, PF_MEMALLOC, TIF_MEMDIE, cpuset_deny=frozenset(cpuset_deny))
    recorded = recording.record(machine, mask(gfp_mask), order, node=node, task=task, max_rounds=max_rounds)
    return Run(*(getattr(recorded, field.name) for field in fields(recorded)))


def mask(given: int | str, tables: Any = gfp) -> int:
    """The mask that a number or a text means. Raises SaidError, with the nearest name for a misspelt one.

    tables: `gfp` of the core or of the modern allocator.
    """
    words = [word.strip() for word in given.split("|")] if isinstance(given, str) else []
    for word in words:
        if word not in tables.NAMES and not word[:1].isdigit():
            more = Said("or a number such as 0x80d0", "也可以写数字，如 0x80d0")
            raise unknown(Said("gfp mask", " gfp 掩码"), word, tables.NAMES, more)
    try:
        return int(tables.gfp_parse(given) if isinstance(given, str) else tables.check_mask(given))
    except ValueError as error:
        raise SaidError(str(error), f"{given!r} 不是 gfp 掩码：写名称、十六进制或十进制数") from error
