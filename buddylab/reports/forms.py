"""How show_free_areas() writes a zone's lines, as patterns over cleaned text, and what a buddy line must be."""

import re
from functools import lru_cache
from itertools import pairwise

from buddylab.said import Said

NUMBER = r"([0-9]{1,18})"
ZONE = r"^(?:Node\s+([0-9]{1,4})\s+)?(DMA32|DMA|Normal|HighMem|Movable|Device)"
FLAGS = re.ASCII | re.MULTILINE

HEADER = re.compile(
    rf"{ZONE}\s+free:{NUMBER}kB\s+(?:boost:{NUMBER}kB\s+)?min:{NUMBER}kB\s+low:{NUMBER}kB\s+high:{NUMBER}kB(?=\s)",
    FLAGS,
)
HEADER_WORDS = ("free_kb", "boost_kb", "min_kb", "low_kb", "high_kb")
RESERVE = re.compile(
    r"^(lowmem_reserve|protections)\[\]:((?:[ \t]+[0-9]{1,18}){1,8}|(?:\s*\n[ \t]*[0-9]{1,18}){1,8})[ \t]*$", FLAGS
)
"""One line, or since 4.9 with one number a line where the kernel printed it in pieces."""
BUDDY = re.compile(
    rf"{ZONE}:\s+((?:[0-9]{{1,18}}\*[0-9]{{1,12}}kB\s+(?:\([A-Z]{{1,8}}\)\s+)?){{1,30}})=\s+{NUMBER}kB(?=\s)", FLAGS
)
TAIL = re.compile(
    r"(?<![\w])(present|managed|free_pcp|local_pcp|free_cma|reserved_highatomic|free_highatomic):([0-9]{1,18})[kK]B(?![\w])",
    FLAGS,
)
"""What the rest of a zone's line may say."""
EMPTY = re.compile(rf"{ZONE}:[ \t]+empty[ \t]*$", FLAGS)
LETTERS = re.compile(r"\([A-Z]{1,8}\)", FLAGS)
TYPES = re.compile(r"kB(?:\s+\(([A-Z]{1,8})\))?", FLAGS)

PAGE_SIZES_KB = (4, 8, 16, 64)
FEWEST_ORDERS, MOST_ORDERS = 8, 21


REQUEST = re.compile(r"(?:order:[0-9]{1,3},\s*mode:|gfp_mask=)0x[0-9a-fA-F]{1,16}(?=[,(\s])", FLAGS)
VERSION = re.compile(
    r"(?:Not\s+tainted|Tainted:(?:\s{1,30}[A-Z-]{1,40}(?![\w.])){1,24})\s{1,30}\(?([2-9]\.[0-9]{1,3}[\w.+-]{0,60})|"
    r"Linux version ([2-9]\.[0-9]{1,3}[\w.+-]{0,60})",
    re.ASCII,
)
"""The release, behind the taint letters: those stand in fixed places, with any blanks between them."""


def _anywhere(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """The same behind a prefix, too."""
    return re.compile(pattern.pattern.replace("^", r"(?<!\w)", 1), pattern.flags)


KILLED = re.compile(
    r"memory: usage [0-9]+kB, limit [0-9]+kB, failcnt"
    r"|\boom_memcg=[^\s,]+,task_memcg=[^\s,]+,task=[^,\n]+,pid=[0-9]+,uid="
    r"|out of memory: Kill(?:ed)? process [0-9]+ \([^)\n]+\)"
    r"|[\w/:. -]{1,20} invoked oom-killer:|: page allocation failure",
    FLAGS,
)
COUNTED = (*map(_anywhere, (HEADER, RESERVE, EMPTY)), REQUEST, VERSION, KILLED)
COUNTED_BUDDY = _anywhere(BUDDY)


def whole_lines(joined: str) -> tuple[int, int]:
    """How many lines and figures of a report are whole in a text, behind any prefix: a measure of a way to read it."""
    found = sum(1 for pattern in COUNTED for _ in pattern.finditer(joined))
    return found + sum(map(proves_itself, COUNTED_BUDDY.finditer(joined))), sum(1 for _ in TAIL.finditer(joined))


def numbers(blocks: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """(counts, sizes in kB) of the blocks of a buddy line, as BUDDY has them."""
    tokens = blocks.replace("kB", " ").replace("*", " ")
    both = tuple(map(int, (LETTERS.sub("", tokens) if "(" in tokens else tokens).split()))
    return both[::2], both[1::2]


@lru_cache(maxsize=64)
def sizes_complaint(sizes: tuple[int, ...]) -> Said | None:
    """What is wrong with a buddy line of these block sizes in kB, None if nothing is."""
    if any(big != 2 * small for small, big in pairwise(sizes)):
        return Said("an order is missing or damaged in this buddy line", "此伙伴行缺少某一阶或已损坏")
    if sizes[0] not in PAGE_SIZES_KB:
        return Said(
            f"the buddy line begins with blocks of {sizes[0]} kB, which is no page size",
            f"伙伴行从 {sizes[0]} kB 的块开始，这不是页的大小",
        )
    if not FEWEST_ORDERS <= len(sizes) <= MOST_ORDERS:
        return Said(f"a buddy line of {len(sizes)} orders cannot be whole", f"只有 {len(sizes)} 阶的伙伴行不完整")
    return None


def proves_itself(found: re.Match[str]) -> bool:
    """Do the sizes of this match of BUDDY double, and do its blocks add up to the printed sum?"""
    counts, sizes = numbers(found[3])
    return sizes_complaint(sizes) is None and sum(map(int.__mul__, counts, sizes)) == int(found[4])
