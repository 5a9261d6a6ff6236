"""A machine by name, of sizes of one's own, or as a failure report says."""

from collections.abc import Mapping
from os import PathLike
from typing import Literal, overload

from buddylab.core.machine import Machine
from buddylab.explorer.filling import prepare
from buddylab.front.source import Source, content, names_a_file
from buddylab.machines.hardware import MACHINES, of
from buddylab.modern.machine import Machine as ModernMachine
from buddylab.modern.machine import named_machine
from buddylab.reports import explain, parse, rebuild
from buddylab.said import Said, SaidError, unknown

KERNELS = ("2.6.21", "6.12")
"""The kernels whose allocator is here, exact."""
OTHER_WAYS = Said(
    'or give MB such as {"DMA": 16, "Normal": 48}, or the text or the path of a failure report',
    '也可以给出 MB，如 {"DMA": 16, "Normal": 48}，或故障报告的文本或路径',
)


@overload
def machine(what: Mapping[str, int] | Source = "small", *, kernel: Literal["2.6.21"] = "2.6.21") -> Machine: ...
@overload
def machine(what: Mapping[str, int] | Source = "small", *, kernel: Literal["6.12"]) -> ModernMachine: ...
def machine(what: Mapping[str, int] | Source = "small", *, kernel: str = "2.6.21") -> Machine | ModernMachine:
    """A machine to ask memory of: a name, sizes in MB by zone type, or a failure report (text, path or open file).

    By sizes or by name it stands as after boot, all of it free, with the marks that the kernel computes. "report", and
    a report of your own, have the free blocks that the report prints; where they lie and who uses the rest is a model.
    kernel: which release's allocator; 6.12's stands as after boot, of one node, and is made by name or by sizes.
    Raises SaidError (a ValueError) with what is allowed.
    """
    if kernel not in KERNELS:
        raise unknown(Said("kernel", "内核"), kernel, KERNELS)
    if kernel == "6.12" and (isinstance(what, Mapping) or isinstance(what, str) and what in MACHINES):
        return named_machine(what)
    if isinstance(what, Mapping):
        return of(what).machine()
    if isinstance(what, str) and what in MACHINES:
        return prepare(what).machine if MACHINES[what].blocks else MACHINES[what].machine()
    if not isinstance(what, str | bytes | PathLike) and not hasattr(what, "read"):
        raise unknown(Said("machine", "机器"), what, MACHINES, OTHER_WAYS)
    if isinstance(what, str) and "\n" not in what and not names_a_file(what):
        raise unknown(Said("machine", "机器"), what, MACHINES, OTHER_WAYS)
    if kernel == "6.12":
        raise SaidError(
            "a report becomes a machine of Linux 2.6.21 only: leave out kernel, or give a name or sizes",
            "报告只能变成 Linux 2.6.21 的机器：请去掉 kernel，或给出名称或大小",
        )
    return _reported(what)


def _reported(source: Source) -> Machine:
    """The machine of the first report in a text."""
    found = parse(content(source))
    if not found:
        raise SaidError(
            "there is no report in this text: it needs zones with their figures, as dmesg has them after "
            "'page allocation failure'",
            "文本中没有报告：需要各区的数字，如 dmesg 在“page allocation failure”之后所列",
        )
    told = explain(found[0])
    return rebuild(found[0], told.zone_types or None)
