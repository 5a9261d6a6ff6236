"""gfp_mask: what a request may do and wants. Plain ints; `gfp_str` does the talking.

C: include/linux/gfp.h of Linux 2.6.21.
"""

import re

DMA = 0x1
HIGHMEM = 0x2
DMA32 = 0x4
WAIT = 0x10
HIGH = 0x20
IO = 0x40
FS = 0x80
COLD = 0x100
NOWARN = 0x200
REPEAT = 0x400
NOFAIL = 0x800
NORETRY = 0x1000
NO_GROW = 0x2000
COMP = 0x4000
ZERO = 0x8000
NOMEMALLOC = 0x10000
HARDWALL = 0x20000
THISNODE = 0x40000

BITS = {name: value for name, value in list(globals().items()) if name.isupper() and isinstance(value, int)}
"""Every bit of the release by its name without `__GFP_`, in ascending order."""

GFP_NOWAIT = 0x0
GFP_ATOMIC = HIGH
GFP_NOIO = WAIT
GFP_NOFS = WAIT | IO
GFP_KERNEL = WAIT | IO | FS
GFP_USER = WAIT | IO | FS | HARDWALL
GFP_HIGHUSER = WAIT | IO | FS | HARDWALL | HIGHMEM
GFP_THISNODE = THISNODE | NOWARN | NORETRY
"""In a kernel without NUMA the name stands for 0; the three bits keep their meaning."""
GFP_DMA = DMA
GFP_DMA32 = DMA32
GFP_LEVEL_MASK = sum(BITS.values()) & ~(DMA | HIGHMEM | DMA32 | ZERO)

COMPOSED = {
    "GFP_HIGHUSER": GFP_HIGHUSER,
    "GFP_USER": GFP_USER,
    "GFP_KERNEL": GFP_KERNEL,
    "GFP_NOFS": GFP_NOFS,
    "GFP_NOIO": GFP_NOIO,
    "GFP_ATOMIC": GFP_ATOMIC,
}
"""The masks that say how hard a request may try, the richest first: the order in which `gfp_str` looks."""

NAMES = (
    {f"__GFP_{name}": value for name, value in BITS.items()}
    | COMPOSED
    | {
        "GFP_NOWAIT": GFP_NOWAIT,
        "GFP_THISNODE": GFP_THISNODE,
        "GFP_LEVEL_MASK": GFP_LEVEL_MASK,
        "GFP_DMA": GFP_DMA,
        "GFP_DMA32": GFP_DMA32,
    }
)
"""Every name that `gfp_parse` reads."""

GFP_MAX = 0xFFFFFFFF


def check_mask(gfp_mask: int) -> int:
    """The mask itself if it is one: an int from 0 to 2^32-1. Raises ValueError."""
    if not isinstance(gfp_mask, int) or isinstance(gfp_mask, bool) or not 0 <= gfp_mask <= GFP_MAX:
        raise ValueError(f"gfp_mask must be an int from 0 to 0xffffffff (unknown bits are carried), not {gfp_mask!r}")
    return gfp_mask


def gfp_str(gfp_mask: int) -> str:
    """The mask in the kernel's words, bits without a name as hex; `gfp_parse` reads it back.

    >>> gfp_str(0xd0), gfp_str(0x8050), gfp_str(0x80020)
    ('GFP_KERNEL', 'GFP_NOFS|__GFP_ZERO', 'GFP_ATOMIC|0x80000')
    """
    rest = check_mask(gfp_mask)
    if rest in (GFP_NOWAIT, GFP_DMA, GFP_DMA32):
        return {GFP_NOWAIT: "GFP_NOWAIT", GFP_DMA: "GFP_DMA", GFP_DMA32: "GFP_DMA32"}[rest]
    words = [name for name, value in COMPOSED.items() if rest & value == value][:1]
    rest &= ~COMPOSED[words[0]] if words else GFP_MAX
    if rest & GFP_THISNODE == GFP_THISNODE:
        words.append("GFP_THISNODE")
        rest &= ~GFP_THISNODE
    for name, bit in BITS.items():
        if rest & bit:
            words.append(f"__GFP_{name}")
            rest &= ~bit
    return "|".join(words + ([hex(rest)] if rest else []))


def gfp_parse(text: str) -> int:
    """The mask that a text means: names joined by `|`, hex (0x20) or decimal (32), spaces allowed.

    Raises ValueError with the word that could not be read.
    """
    mask = 0
    for word in text.split("|"):
        mask |= _parse_word(word.strip(), text)
    return check_mask(mask)


def _parse_word(word: str, text: str) -> int:
    if word in NAMES:
        return NAMES[word]
    if re.fullmatch(r"0[xX][0-9a-fA-F]+|[0-9]+", word, re.ASCII):
        return int(word, 16 if word[:2] in ("0x", "0X") else 10)
    where = "" if word == text else f" in {text!r}"
    raise ValueError(
        f"{word!r}{where} is not a gfp mask: write names such as GFP_KERNEL|__GFP_ZERO, "
        "hex such as 0x80d0, or a decimal number"
    )


def gfp_zone(gfp_mask: int, zone_types: tuple[str, ...]) -> int:
    """Index of the highest zone type that the request may use; a bit whose zone is not compiled in is ignored.

    zone_types: the zone types compiled in, lowest first. C: include/linux/gfp.h, gfp_zone.
    """
    for bit, name in ((DMA, "DMA"), (DMA32, "DMA32"), (HIGHMEM, "HighMem")):
        if gfp_mask & bit and name in zone_types:
            return zone_types.index(name)
    return zone_types.index("Normal")
