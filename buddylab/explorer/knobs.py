"""The explorer's knobs: one record each, from which trait, deck, shared text, searches and lecture page derive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from buddylab.core import gfp
from buddylab.core.zone import TOP
from buddylab.explorer import filling, hand
from buddylab.machines import hardware
from buddylab.machines.hardware import MACHINES, Hardware, OwnSizes
from buddylab.said import Said, SaidError, as_is

Knobs = dict[str, Any]
"""A value for each of KNOBS."""
PRESETS = ("GFP_KERNEL", "GFP_ATOMIC", "GFP_NOIO", "GFP_NOFS", "GFP_USER", "GFP_HIGHUSER", "GFP_DMA", "GFP_THISNODE")


@dataclass(frozen=True, slots=True)
class Knob:
    """One thing to turn. name: its keyword, its trait and its word in a shared text.

    label: what stands beside it; title: what it is called where there is more room. part: what it is about; who: a flag
    of the task that asks. control: how the screen shows it. start: how it stands if nobody says otherwise. check: gives
    the value as it must be, or raises SaidError with what is allowed. most: of a number. choices: with their names.
    standing: what a machine has where the knob is None; a report's machine has that fixed. tries: what the search for
    stages may turn it to, in that order.
    """

    name: str
    label: Said
    part: Literal["memory", "request", "who", "hand"]
    control: Literal["mask", "order", "switch", "track", "slider", "choice", "machine", "none"]
    start: Any
    check: Callable[[Any], Any]
    title: Said | None = None
    most: int = 0
    choices: tuple[tuple[str, Said], ...] = ()
    standing: Callable[[Hardware], Any] | None = None
    tries: tuple[Any, ...] = ()

    def written(self, value: Any) -> str:
        """A value as Python has it; a mask in hexadecimal."""
        return f"{value:#x}" if self.control == "mask" else repr(value)


# -- what each knob may be


def _machine(value: Any) -> str | OwnSizes:
    """A name from MACHINES, or sizes in MB by zone type (and `nodes`)."""
    if isinstance(value, str) and value in MACHINES:
        return value
    if isinstance(value, Mapping):
        return hardware.sizes(value)
    names = ", ".join(MACHINES)
    raise SaidError(
        f'no machine {value!r}: choose one of {names}, or give MB such as {{"DMA": 16, "Normal": 48}}',
        f'没有机器 {value!r}：可选 {names}，或以 MB 给出大小，如 {{"DMA": 16, "Normal": 48}}',
    )


def _gfp_mask(value: Any) -> int:
    try:
        return gfp.gfp_parse(value) if isinstance(value, str) else gfp.check_mask(value)
    except ValueError as error:
        raise SaidError(
            str(error),
            f"{value!r} 不是可用的 gfp 掩码：可写名称（如 GFP_KERNEL|__GFP_ZERO）、"
            "十六进制（如 0x80d0）或十进制数，从 0 到 0xffffffff。",
        ) from error


def _order(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= TOP:
        raise SaidError(
            f"order must be a whole number from 0 (4 kB) to {TOP} (4 MB), not {value!r}",
            f"order 须为 0（4 kB）到 {TOP}（4 MB）的整数，不能是 {value!r}。",
        )
    return value


def _share(name: str, top: int, value: Any) -> int | None:
    """A place on a track; None = as the machine stands."""
    if value is not None and (type(value) is not int or not 0 <= value <= top):
        raise SaidError(
            f"{name} must be a whole number from 0 to {top}, not {value!r}",
            f"{name} 须为 0 到 {top} 的整数，不能是 {value!r}。",
        )
    return value


def _mix(value: Any) -> str:
    if not isinstance(value, str) or value not in filling.MIXES:
        names = ", ".join(filling.MIXES)
        raise SaidError(f"no mix {value!r}: choose one of {names}", f"没有用途 {value!r}：可选 {names}。")
    return value


def _flag(name: str, value: Any) -> bool:
    if value not in (False, True):
        raise SaidError(
            f"{name} must be True or False, not {value!r}", f"{name} 须为 True 或 False，不能是 {value!r}。"
        )
    return bool(value)


def switch(name: str, part: Literal["memory", "request", "who"] = "who") -> Knob:
    """A knob that is on or off, off at first."""
    return Knob(name, as_is(name), part, "switch", False, partial(_flag, name), tries=(True,))


KNOBS = (
    Knob("machine", Said("Machine", "机器"), "memory", "machine", "report", _machine),
    Knob(
        "gfp_mask",
        as_is("gfp_mask"),
        "request",
        "mask",
        "GFP_ATOMIC",
        _gfp_mask,
        title=Said("gfp_mask: hex, decimal or names", "gfp_mask：十六进制、十进制或名称"),
        tries=("GFP_ATOMIC", "GFP_NOFS", "GFP_HIGHUSER"),
    ),
    Knob("order", Said("Order", "阶"), "request", "order", 3, _order, most=TOP, tries=(3, TOP)),
    Knob(
        "pressure",
        Said("Free in {zone}", "{zone} 空闲"),
        "memory",
        "track",
        None,
        partial(_share, "pressure", filling.TRACK),
        title=Said("Memory pressure: free pages in {zone}", "内存压力：{zone} 空闲页"),
        most=filling.TRACK,
        standing=filling.default_pressure,
        tries=(900, filling.TRACK),
    ),
    Knob(
        "scatter",
        Said("Scattered", "零散"),
        "memory",
        "slider",
        None,
        partial(_share, "scatter", 100),
        most=100,
        standing=lambda chosen: chosen.scatter,
    ),
    Knob(
        "mix",
        Said("Used by", "用途"),
        "memory",
        "choice",
        "desktop",
        _mix,
        choices=tuple((key, mix.name) for key, mix in filling.MIXES.items()),
        tries=tuple(name for name in filling.MIXES if name != "desktop"),
    ),
    switch("in_interrupt"),
    switch("rt_task"),
    switch("PF_MEMALLOC"),
    switch("TIF_MEMDIE"),
    Knob("hand", Said("By hand", "手动"), "hand", "none", [], lambda value: hand.checked_hand(value, flags())),
)
"""Every knob there is, in the order of a shared text."""


def start() -> Knobs:
    """How the explorer stands if nobody says otherwise."""
    return {knob.name: knob.start for knob in KNOBS}


def flags() -> tuple[str, ...]:
    """The knobs that are flags of the task that asks."""
    return names("who")


def names(*parts: str) -> tuple[str, ...]:
    """The knobs that are about this."""
    return tuple(knob.name for knob in KNOBS if knob.part in parts)


def checked(knobs: Mapping[str, Any]) -> Knobs:
    """The knobs with every value as it must be, None as what the machine has. Raises SaidError with what is allowed."""
    known = start()
    if set(knobs) != set(known):
        wrong, there = ", ".join(sorted(set(knobs) ^ set(known))), ", ".join(known)
        raise SaidError(f"no such knob: {wrong}; there are {there}", f"没有这个旋钮：{wrong}；可用：{there}")
    good = {knob.name: knob.check(knobs[knob.name]) for knob in KNOBS}
    chosen = hardware.of(good["machine"])
    for knob in KNOBS:
        if knob.standing and chosen.reported:
            _require_none(good, knob)
        elif knob.standing and good[knob.name] is None:
            good[knob.name] = knob.standing(chosen)
    return good


def _require_none(knobs: Knobs, knob: Knob) -> None:
    """On a report's machine it is not to be turned how much is free, and how it lies."""
    if knobs[knob.name] is not None:
        raise SaidError(
            "the free memory of a report's machine is as the report says: leave out pressure, free and scatter, "
            "or choose another machine",
            "报告机器的空闲内存以报告为准：不要给出 pressure、free 和 scatter，或另选机器。",
        )


def turned(stand: Mapping[str, Any], given: Mapping[str, Any]) -> Knobs:
    """How the knobs stand once these have been turned, checked.

    Another machine comes with its own pressure and scatter; on other memory nothing was done by hand yet. Raises
    SaidError for what cannot be.
    """
    given = placed(given, stand["machine"])
    changed = {name for name, value in given.items() if value != stand.get(name)}
    fresh: Knobs = {name: [] for name in names("hand")} if changed & {*names("memory")} else {}
    if "machine" in changed:
        fresh |= {knob.name: None for knob in KNOBS if knob.standing}
    return checked({**stand, **fresh, **given})


def placed(given: Mapping[str, Any], machine: str | OwnSizes) -> Knobs:
    """What was turned, `free` (pages of the main zone) as the memory pressure that leaves so many free.

    That is as near as a step of the pressure's track comes. machine: which it is where none was turned.
    """
    rest = {name: value for name, value in given.items() if name != "free"}
    if len(rest) == len(given):
        return rest
    if rest.get("pressure") is not None:
        raise SaidError(
            "give pressure or free, not both: each says how full the memory is",
            "pressure 与 free 只能给一个：两者都表示内存有多满。",
        )
    chosen = hardware.of(_machine(rest.get("machine", machine)))
    zone, free = filling.main_zone(chosen.machine()), given["free"]
    if type(free) is not int or not 0 <= free <= zone.present_pages:
        raise SaidError(
            f"free must be a whole number of pages from 0 to {zone.present_pages}, all of {zone.label}, not {free!r}",
            f"free 须为 0 到 {zone.present_pages}（{zone.label} 的全部）的整数页数，不能是 {free!r}。",
        )
    return rest | {"pressure": filling.position_of(zone, free)}


def who(knobs: Mapping[str, Any]) -> str:
    """The flags of the task that are on, with commas between; "" for an ordinary task."""
    return ",".join(flag for flag in flags() if knobs[flag])
