"""Repairs that prove themselves: sizes double, the printed sum decides, a grammar leaves one way. All are told."""

import re
from dataclasses import dataclass
from itertools import combinations, pairwise

from buddylab.reports.forms import BUDDY, HEADER, proves_itself
from buddylab.reports.prefixes import SURE
from buddylab.said import Said


@dataclass(slots=True)
class Line:
    """A line of a paste. body: without quote marks; prefix and rest make it up; glue stands behind it when joined."""

    number: int
    body: str
    prefix: str
    rest: str
    glue: str = "\n"


Found = list[tuple[int, Said]]
"""(line, what was put right)."""

JOINED = Said("a line that was broken inside a number was put together", "已接上在数字中间断开的行")
STARS = Said(
    "a mark in place of the star was put right: the sizes double, and the sum agrees",
    "已还原被替换的星号：各块大小逐阶加倍，合计相符",
)
BY_CALLER = Said(
    "lines of several reports stood between each other; they were put apart by the task or CPU before each line",
    "几份报告的行互相穿插，已按每行前面的任务或 CPU 分开",
)
BY_TIME = Said(
    "lines of several reports stood between each other; they were put apart by the time before each line",
    "几份报告的行互相穿插，已按每行前面的时间分开",
)

# -- reports printed into each other, line by line

CALLER = re.compile(
    r"\[ *([TC][0-9]{1,8})\]|\[([0-9]{1,4}: [^\]]{1,40})\]|@([0-9]{1,3})\]|\b(?i:cpu) ?#?([0-9]{1,4})\b"
)
STAMP = re.compile(r"\[ *([0-9]{1,10}\.[0-9]{1,9})|([0-9]{1,2}):([0-9]{2}):([0-9]{2}(?:[.,][0-9]{1,9})?)", re.ASCII)
REQUEST = re.compile(r"page allocation failure|oom-killer:|page allocation stalls")


def interleaved(lines: list[Line], found: Found) -> list[Line]:
    """The lines, those of reports that were printed into each other put apart."""
    starts = [line for line in lines if "a" in line.rest and REQUEST.search(line.rest)]
    if len(starts) < 2:
        return lines
    for key_of, said in ((_caller, BY_CALLER), (_stamp, BY_TIME)):
        keys = _keys(lines, key_of)
        sure = [key for key, line in zip(keys, lines, strict=True) if key is not None and _of_report(line)]
        if len({*sure}) > 1 and _mixed(sure, key_of is _stamp):
            found.append((starts[0].number, said))
            return _apart(lines, keys, key_of is _stamp)
    return lines


def _of_report(line: Line) -> bool:
    return bool(SURE.match(line.rest) or REQUEST.search(line.rest))


def _caller(line: Line) -> str | None:
    told = CALLER.search(line.prefix)
    return next(filter(None, told.groups())) if told else None


def _stamp(line: Line) -> float | None:
    told = STAMP.search(line.prefix)
    if not told:
        return None
    if told[1]:
        return float(told[1])
    return int(told[2]) * 3600 + int(told[3]) * 60 + float(told[4].replace(",", "."))


def _keys(lines: list[Line], key_of: object) -> list[str | float | None]:
    """Each line's key; one without a prefix goes with the line before it."""
    keys: list[str | float | None] = []
    for line in lines:
        key = key_of(line) if line.prefix.strip() and callable(key_of) else None
        keys.append(keys[-1] if key is None and keys and not line.prefix.strip() else key)
    return keys


def _mixed(sure: list[str | float], ordered: bool) -> bool:
    """Do the lines change back and forth, not only once from one to the next?"""
    if ordered:
        return sum(float(b) < float(a) for a, b in pairwise(sure)) >= 3
    changes = sum(a != b for a, b in pairwise(sure))
    return changes >= len({*sure}) + 2


def _apart(lines: list[Line], keys: list[str | float | None], ordered: bool) -> list[Line]:
    """The lines by key, in the order in which the keys come first, or of their values; the others stay in front."""
    rank: dict[str | float | None, int] = {}
    for key in sorted({key for key in keys if key is not None}, key=float) if ordered else keys:
        rank.setdefault(key, len(rank))
    first = next(at for at, key in enumerate(keys) if key is not None)
    order = sorted(range(first, len(lines)), key=lambda at: rank.get(keys[at], -1))
    return lines[:first] + [lines[at] for at in order]


# -- broken numbers and lost stars

START = re.compile(
    r"(?:Node[ \t]+[0-9]{1,4}[ \t]+)?(?:DMA32|DMA|Normal|HighMem|Movable|Device)(?::[ \t]*\S?|[ \t]+free:)"
)
STOP = re.compile(r"Node |DMA|Normal|HighMem|Movable|Device|lowmem_reserve|protections|Mem-|[0-9]+ (?:total )?pagec")
MODE_CUT = re.compile(r"(?:mode:|gfp_mask=)0?x?[0-9a-fA-F]{0,16}$")
MODE_END = re.compile(r"x?[0-9a-fA-F]{1,16}\([A-Z_|a-z0-9]*")
ORDER_CUT, ORDER_END = re.compile(r"order[:=][0-9]?$"), re.compile(r"[0-9]{1,2}, ?(?:mode|oom|nodemask)")
MOST_PIECES, MOST_TRIED = 6, 300
BLOCK = re.compile(r"([0-9]{1,18})\s?(?:[_x×·∗•#]|\\\*|\*\*?|\s)?([0-9]{0,12}) ?kB((?:\s+\([A-Z]{1,8}\))?)")
"""A block and its size with another sign for the star, or with none: then the size is the end of the number."""
SUM = re.compile(r"\s=\s+([0-9]{1,18})kB\s*$")


def mend_lines(lines: list[Line], found: Found) -> None:
    """Put together what was broken inside a number, and bring lost stars back, where the text proves it."""
    tried = 0
    for at, line in enumerate(lines):
        rest = line.rest
        if not rest:
            continue
        if line.glue == "\n" and at + 1 < len(lines) and _request_cut(rest, lines[at + 1].rest):
            line.glue = ""
            found.append((line.number, JOINED))
        if rest[0] not in "NDHM" or not START.match(rest) or _whole(rest) or tried >= MOST_TRIED:
            continue
        tried += 1
        pieces = _pieces(lines, at)
        if not _junctions(pieces, found):
            _stars(pieces, found)


def _request_cut(rest: str, after: str) -> bool:
    """Is a request's mask or order broken here?"""
    return bool(
        (MODE_CUT.search(rest, max(len(rest) - 40, 0)) and MODE_END.match(after))
        or (ORDER_CUT.search(rest, max(len(rest) - 20, 0)) and ORDER_END.match(after))
    )


def _whole(rest: str) -> bool:
    """Nothing to mend, as far as a glance shows."""
    if "free:" in rest:
        return "high:" in rest and rest.rfind("kB") > rest.find("high:")
    return "*" in rest and "= " in rest and rest.endswith("kB") and "\\" not in rest or rest.endswith("empty")


def _pieces(lines: list[Line], at: int) -> list[Line]:
    """The line and those that may be its rest."""
    pieces = [lines[at]]
    for after in lines[at + 1 : at + MOST_PIECES]:
        if not after.body.strip() or STOP.match(after.rest):
            break
        pieces.append(after)
    return pieces


def _junctions(pieces: list[Line], found: Found) -> bool:
    """Try all sets of breaks that may lie inside a word, small ones first; one way alone counts. True: it is whole."""
    header = "free:" in pieces[0].rest
    pattern = HEADER if header else BUDDY
    breaks = [at for at, piece in enumerate(pieces[:-1]) if piece.glue == "\n"]
    if pattern.match(_joined(pieces, ())):
        return True
    for size in range(1, len(breaks) + 1):
        ways = {}
        for chosen in combinations(breaks, size):
            told = pattern.match(_joined(pieces, chosen))
            if told and (header or proves_itself(told)):
                ways[told.groups()] = chosen
        if len(ways) == 1:
            for at in next(iter(ways.values())):
                pieces[at].glue = ""
            found.append((pieces[0].number, JOINED))
        if ways:
            return len(ways) == 1
    return False


def _joined(pieces: list[Line], closed: tuple[int, ...]) -> str:
    return "".join(piece.rest + ("" if at in closed else piece.glue) for at, piece in enumerate(pieces)) + "\n"


def _stars(pieces: list[Line], found: Found) -> None:
    """Put the stars of a buddy line back, if another sign or none stands for them and the printed sum agrees."""
    text = _joined(pieces, ()).replace("\n", " ").rstrip()
    head, colon, tail = text.partition(":")
    end = SUM.search(tail)
    if not colon or not end or BLOCK.sub("", tail[: end.start()]).strip():
        return
    size, counts = 0, []
    for told in BLOCK.finditer(tail, 0, end.start()):
        count, given = told[1], told[2]
        wanted = size * 2 if size else int(given or 0)
        if not wanted:
            wanted = next((kb for kb in (4, 8, 16, 64) if count.endswith(str(kb)) and len(count) > len(str(kb))), 0)
        if not given:
            count, given = (count.removesuffix(str(wanted)), str(wanted)) if count.endswith(str(wanted)) else ("", "")
        if not count or int(given) != wanted:
            return
        counts.append(f"{count}*{wanted}kB{told[3]}")
        size = wanted
    whole = f"{head}: {' '.join(counts)} = {end[1]}kB"
    proved = BUDDY.match(whole + "\n")
    if not proved or not proves_itself(proved):
        return
    pieces[0].rest = whole
    for piece in pieces[1:]:
        piece.rest = ""
    found.append((pieces[0].number, STARS))
