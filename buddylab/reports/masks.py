"""What a mask means in the release that printed it. Tables with their sources lie in gfp_tables.json.

`style`: `wait` has __GFP_WAIT (before 4.4); `reclaim` has __GFP_DIRECT_RECLAIM and __GFP_KSWAPD_RECLAIM.
C: include/linux/gfp.h; the words from 4.5 on: include/trace/events/mmflags.h.
"""

import json
import re
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from operator import itemgetter

from buddylab.printable import printable
from buddylab.reports.release import NEWEST, OLDEST, Release, release
from buddylab.said import SaidError

REFINED = (
    "DMA",
    "HIGHMEM",
    "DMA32",
    "HIGH",
    "ATOMIC",
    "IO",
    "FS",
    "COLD",
    "NOWARN",
    "REPEAT",
    "RETRY_MAYFAIL",
    "NOFAIL",
    "NORETRY",
    "COMP",
    "ZERO",
    "NOMEMALLOC",
    "MEMALLOC",
    "HARDWALL",
    "THISNODE",
    "RECLAIMABLE",
    "MOVABLE",
    "ACCOUNT",
    "NOTRACK",
    "WRITE",
)
"""The order in which 4.5 to 6.12 print single bits; the others follow by their value."""
BARE = {"DMA": "GFP_DMA", "DMA32": "GFP_DMA32"}
"""Bits that kernels which print names print under the name of their mask. C: include/trace/events/mmflags.h."""
IN_ORDER_FROM = Release(6, 13)
"""From here on single bits are printed by their value."""
MOST = (1 << 64) - 1
NUMERIC = re.compile(r"0[xX][0-9a-fA-F]{1,40}|0|[1-9][0-9]{0,40}", re.ASCII)


@dataclass(frozen=True)
class Table:
    """The bits of some releases. sure: False where the release has not been looked up itself."""

    first: Release
    last: Release
    style: str
    sure: bool
    source: str
    bits: dict[str, int]

    def bit(self, name: str) -> int:
        """Value of a bit, 0 if these releases have none of this name."""
        return self.bits.get(name, 0)

    def composed(self) -> dict[str, int]:
        """The masks with names of their own, the richest first, as the kernel looks for them."""
        return self._composed

    @cached_property
    def _composed(self) -> dict[str, int]:
        return _composed_reclaim(self) if self.style == "reclaim" else _composed_wait(self)

    @cached_property
    def by_value(self) -> list[tuple[str, int]]:
        """The bits in the order of their values."""
        return sorted(self.bits.items(), key=itemgetter(1))

    @cached_property
    def by_place(self) -> list[tuple[str, int]]:
        """The bits in the order of REFINED."""
        order = {name: place for place, name in enumerate(REFINED)}
        return sorted(self.bits.items(), key=lambda bit: order.get(bit[0], len(order)))


@dataclass(frozen=True, slots=True)
class Reading:
    """One meaning of a mask: its words, the bits without a name, and the table that says so."""

    words: tuple[str, ...]
    unknown: int
    table: Table

    def __str__(self) -> str:
        return "|".join(self.words + ((hex(self.unknown),) if self.unknown else ()))


def _composed_wait(table: Table) -> dict[str, int]:
    bit = table.bit
    kernel = bit("WAIT") | bit("IO") | bit("FS")
    user = kernel | bit("HARDWALL")
    named = {
        "GFP_HIGHUSER_MOVABLE": user | bit("HIGHMEM") | bit("MOVABLE") if bit("MOVABLE") else 0,
        "GFP_HIGHUSER": user | bit("HIGHMEM"),
        "GFP_USER": user if bit("HARDWALL") else 0,
        "GFP_TEMPORARY": kernel | bit("RECLAIMABLE") if bit("RECLAIMABLE") else 0,
        "GFP_KERNEL": kernel,
        "GFP_NOFS": bit("WAIT") | bit("IO"),
        "GFP_ATOMIC": bit("HIGH"),
        "GFP_NOIO": bit("WAIT"),
    }
    return {name: mask for name, mask in named.items() if mask}


def _composed_reclaim(table: Table) -> dict[str, int]:
    bit = table.bit
    noio = bit("DIRECT_RECLAIM") | bit("KSWAPD_RECLAIM")
    kernel = noio | bit("IO") | bit("FS")
    highuser = kernel | bit("HARDWALL") | bit("HIGHMEM")
    light = (highuser | bit("MOVABLE") | bit("COMP") | bit("NOMEMALLOC") | bit("NOWARN")) & ~noio
    old = bool(bit("NOTRACK"))
    named = {
        "GFP_TRANSHUGE": light | bit("DIRECT_RECLAIM"),
        "GFP_TRANSHUGE_LIGHT": light,
        "GFP_HIGHUSER_MOVABLE": highuser | bit("MOVABLE"),
        "GFP_HIGHUSER": highuser,
        "GFP_USER": kernel | bit("HARDWALL"),
        "GFP_TEMPORARY": kernel | bit("RECLAIMABLE") if old else 0,
        "GFP_KERNEL_ACCOUNT": kernel | bit("ACCOUNT") if bit("ACCOUNT") else 0,
        "GFP_KERNEL": kernel,
        "GFP_NOFS": noio | bit("IO"),
        "GFP_ATOMIC": bit("HIGH") | bit("ATOMIC") | bit("KSWAPD_RECLAIM"),
        "GFP_NOIO": noio,
        "GFP_NOWAIT": bit("KSWAPD_RECLAIM"),
    }
    return {name: mask for name, mask in named.items() if mask}


@cache
def tables() -> tuple[Table, ...]:
    """All tables, the oldest first."""
    data = json.loads(files("buddylab.reports").joinpath("gfp_tables.json").read_text(encoding="utf-8"))
    return tuple(
        Table(
            release(row["from"]),
            release(row["until"]),
            row["style"],
            row["sure"],
            row["source"],
            data["families"][row["family"]],
        )
        for row in data["releases"]
    )


def tables_for(first: Release, last: Release) -> list[Table]:
    """The tables of the releases from first to last; stable updates count as their release."""
    first, last = _series(first), _series(last)
    return [table for table in tables() if table.first <= last and first <= table.last]


def table_of(known: Release) -> Table:
    """The likeliest table of one release. Raises ValueError for one before 2.6 or newer than all that are known."""
    found = tables_for(known, known)
    if not found:
        first, last = tables()[0].first, tables()[-1].first.major
        raise SaidError(
            f"no mask of Linux {known} can be read: the tables go from {first} to {last}.x",
            f"无法读取 Linux {known} 的掩码：现有的表从 {first} 到 {last}.x",
        )
    return max(found, key=lambda table: table.sure)


def mask_of(text: str, table: Table) -> int:
    """A mask given as a number, hex or decimal, or in the names that it has in this table. Raises ValueError."""
    if NUMERIC.fullmatch(text.strip()):
        mask = int(text, 0)
        if mask > MOST:
            raise SaidError(f"a mask has 64 bits at most: {text:.40} is too large", f"掩码最多 64 位：{text:.40} 太大")
        return mask
    named = table.composed() | {f"__GFP_{name}": bit for name, bit in table.bits.items()}
    named |= {name: table.bit(name[4:]) for name in ("GFP_DMA", "GFP_DMA32") if table.bit(name[4:])}
    named |= {"GFP_NOWAIT": 0} if table.style == "wait" else {}
    mask = 0
    for word in (part.strip() for part in text.split("|")):
        if word not in named:
            names, shown = ", ".join(sorted(named)), f"{printable(word)!r:.60}"
            raise SaidError(
                f"{shown} is neither a number nor a name of a mask in this kernel; the names are {names}",
                f"{shown} 既不是数，也不是这个内核的掩码名；名称有 {names}",
            )
        mask |= named[word]
    return mask


def _series(known: Release) -> Release:
    """6.1.43 -> 6.1; 2.6.32 stays."""
    return known if known.major == 2 else Release(known.major, known.minor)


def read(mask: int, table: Table, known: Release | None = None) -> Reading:
    """The mask in the words of one table, in the order in which the kernel prints them."""
    rest, words = mask, []
    for name, value in table.composed().items():
        if rest & value == value and value:
            words.append(name)
            rest &= ~value
            if table.style == "wait" or len(words) == 1:
                break
    if not mask and table.style == "wait":
        words.append("GFP_NOWAIT")
    bare = BARE if table.style == "reclaim" else {}
    in_order = (known or table.last) >= IN_ORDER_FROM
    for name, value in table.by_value if in_order else table.by_place:
        if rest & value:
            words.append(bare.get(name, f"__GFP_{name}"))
            rest &= ~value
    return Reading(tuple(words), rest, table)


def decode(mask: int, first: Release = OLDEST, last: Release = NEWEST, names: str | None = None) -> list[Reading]:
    """All readings of a mask that these releases allow, each once, best first. names: as the kernel printed them.

    Best: no bit without a name, then a name of its own, then few words, then a table that was looked up.
    Raises ValueError for what is no mask.
    """
    if not isinstance(mask, int) or isinstance(mask, bool) or not 0 <= mask <= MOST:
        raise SaidError(
            f"a mask is an int from 0 to 2^64-1, not {mask!r:.60}", f"掩码是 0 到 2^64-1 的整数，不是 {mask!r:.60}"
        )
    return list(_readings(mask, first, last, names))


@lru_cache(maxsize=1024)
def _readings(mask: int, first: Release, last: Release, names: str | None) -> tuple[Reading, ...]:
    """As `decode` has them; kept, since a long log repeats its masks."""
    readings: dict[str, Reading] = {}
    for table in that_print(mask, names, first, last):
        reading = read(mask, table, last if first == last else None)
        if str(reading) not in readings or (table.sure and not readings[str(reading)].table.sure):
            readings[str(reading)] = reading
    return tuple(sorted(readings.values(), key=_rank))


def _rank(reading: Reading) -> tuple[int, bool, int, bool]:
    own = any(not word.startswith("__") for word in reading.words)
    return reading.unknown.bit_count(), not own, len(reading.words), not reading.table.sure


def that_print(mask: int, names: str | None, first: Release, last: Release) -> list[Table]:
    """The tables of these releases in which a mask has the names that the kernel printed; all if none has."""
    known = tables_for(first, last)
    return (names and [table for table in known if fits(mask, names, table)]) or known


def fits(mask: int, names: str, table: Table) -> bool:
    """Do the printed names stand for this mask in this table?"""
    words = table.composed() | {f"__GFP_{name}": value for name, value in table.bits.items()}
    words |= {"GFP_DMA": table.bit("DMA"), "GFP_DMA32": table.bit("DMA32"), "none": 0}
    words["__GFP_RECLAIM"] = table.bit("DIRECT_RECLAIM") | table.bit("KSWAPD_RECLAIM")
    total = 0
    for word in names.split("|") if names else ():
        if word not in words and not word.startswith("0x"):
            return False
        total |= words[word] if word in words else int(word, 16)
    return total == mask
