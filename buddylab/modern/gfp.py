"""gfp_mask of Linux 6.12, plain ints. C: include/linux/gfp_types.h, gfp.h, include/trace/events/mmflags.h."""

import re

DMA = 0x1
HIGHMEM = 0x2
DMA32 = 0x4
MOVABLE = 0x8
RECLAIMABLE = 0x10
HIGH = 0x20
IO = 0x40
FS = 0x80
ZERO = 0x100
DIRECT_RECLAIM = 0x400
KSWAPD_RECLAIM = 0x800
WRITE = 0x1000
NOWARN = 0x2000
RETRY_MAYFAIL = 0x4000
NOFAIL = 0x8000
NORETRY = 0x10000
MEMALLOC = 0x20000
COMP = 0x40000
NOMEMALLOC = 0x80000
HARDWALL = 0x100000
THISNODE = 0x200000
ACCOUNT = 0x400000
ZEROTAGS = 0x800000

BITS = {name: value for name, value in list(globals().items()) if name.isupper() and isinstance(value, int)}
"""Every bit of the release by its name without `__GFP_`, in ascending order."""

GFP_ATOMIC, GFP_NOWAIT = HIGH | KSWAPD_RECLAIM, KSWAPD_RECLAIM | NOWARN
GFP_NOIO = DIRECT_RECLAIM | KSWAPD_RECLAIM
GFP_NOFS, GFP_KERNEL = GFP_NOIO | IO, GFP_NOIO | IO | FS
GFP_USER, GFP_HIGHUSER = GFP_KERNEL | HARDWALL, GFP_KERNEL | HARDWALL | HIGHMEM
GFP_HIGHUSER_MOVABLE = GFP_HIGHUSER | MOVABLE
GFP_TRANSHUGE_LIGHT = (GFP_HIGHUSER_MOVABLE | COMP | NOMEMALLOC | NOWARN) & ~GFP_NOIO
COMPOSED = {
    "GFP_TRANSHUGE": GFP_TRANSHUGE_LIGHT | DIRECT_RECLAIM,
    "GFP_TRANSHUGE_LIGHT": GFP_TRANSHUGE_LIGHT,
    "GFP_HIGHUSER_MOVABLE": GFP_HIGHUSER_MOVABLE,
    "GFP_HIGHUSER": GFP_HIGHUSER,
    "GFP_USER": GFP_USER,
    "GFP_KERNEL_ACCOUNT": GFP_KERNEL | ACCOUNT,
    "GFP_KERNEL": GFP_KERNEL,
    "GFP_NOFS": GFP_NOFS,
    "GFP_ATOMIC": GFP_ATOMIC,
    "GFP_NOIO": GFP_NOIO,
    "GFP_NOWAIT": GFP_NOWAIT,
    "GFP_DMA": DMA,
    "__GFP_HIGHMEM": HIGHMEM,
    "GFP_DMA32": DMA32,
}
SINGLE = (
    "HIGH IO FS NOWARN RETRY_MAYFAIL NOFAIL NORETRY COMP ZERO NOMEMALLOC MEMALLOC HARDWALL THISNODE RECLAIMABLE "
    "MOVABLE ACCOUNT WRITE"
)
PRINTED = COMPOSED | {f"__GFP_{name}": BITS[name] for name in SINGLE.split()} | {"__GFP_RECLAIM": GFP_NOIO}
"""The names that the kernel prints, in the order in which it looks for them; the bits that are left follow."""
NAMES = PRINTED | {f"__GFP_{name}": value for name, value in BITS.items()}
"""Every name that `gfp_parse` reads."""

GFP_MAX = 0xFFFFFFFF
GFP_ALLOWED_MASK = 0xFFFFFF
"""C: gfp_allowed_mask: bits above these are taken away on entry."""
GFP_ZONE_TABLE = (2, 0, 2, 0, 1, 0, 0, 0, 2, 0, 3, 0, 1, 0, 0, 0)
"""Zone index by the low four bits: DMA 1, HIGHMEM 2, DMA32 4, MOVABLE 8; what makes no sense reads 0."""


def check_mask(gfp_mask: int) -> int:
    """The mask itself if it is one: an int from 0 to 2^32-1. Raises ValueError."""
    if type(gfp_mask) is not int or not 0 <= gfp_mask <= GFP_MAX:
        raise ValueError(f"gfp_mask must be an int from 0 to 0xffffffff, not {gfp_mask!r}")
    return gfp_mask


def gfp_str(gfp_mask: int) -> str:
    """The mask in the kernel's words (what %pGg prints), bits without a name as hex; `gfp_parse` reads it back.

    >>> gfp_str(0xcc0), gfp_str(0x2820), gfp_str(0x40dc0)
    ('GFP_KERNEL', 'GFP_ATOMIC|__GFP_NOWARN', 'GFP_KERNEL|__GFP_COMP|__GFP_ZERO')
    """
    rest, words = check_mask(gfp_mask), []
    for name, value in NAMES.items():
        if rest & value == value:
            words.append(name)
            rest &= ~value
    return "|".join(words + ([hex(rest)] if rest else [])) or "none"


def gfp_parse(text: str) -> int:
    """The mask that a text means: names joined by `|`, hex (0x820) or decimal (2080), spaces allowed.

    Raises ValueError with the word that could not be read.
    """
    mask = 0
    for word in map(str.strip, text.split("|")):
        if word in NAMES:
            mask |= NAMES[word]
        elif re.fullmatch(r"0[xX][0-9a-fA-F]+|[0-9]+", word, re.ASCII):
            mask |= int(word, 16 if word[:2] in ("0x", "0X") else 10)
        elif word != "none":
            where = "" if word == text else f" in {text!r}"
            raise ValueError(
                f"{word!r}{where} is not a gfp mask of Linux 6.12: write names such as GFP_KERNEL|__GFP_ZERO, "
                "hex such as 0xdc0, or a decimal number"
            )
    return check_mask(mask)


def gfp_zone(gfp_mask: int) -> int:
    """Index of the highest zone type that the request may use (0 DMA, 1 DMA32, 2 Normal, 3 Movable)."""
    return GFP_ZONE_TABLE[gfp_mask & 0xF]
