"""zone_watermark_ok written out: the numbers of every comparison, and the sentence that each one says."""

from typing import Any

from buddylab.core.zone import ALLOC_HARDER, ALLOC_HIGH, ALLOC_NO_WATERMARKS, ALLOC_WMARK_LOW, ALLOC_WMARK_MIN, Zone

Row = dict[str, Any]


def mark_name(alloc_flags: int) -> str:
    """The mark that the flags choose, "" for none at all."""
    if alloc_flags & ALLOC_NO_WATERMARKS:
        return ""
    if alloc_flags & ALLOC_WMARK_MIN:
        return "pages_min"
    return "pages_low" if alloc_flags & ALLOC_WMARK_LOW else "pages_high"


def chain(mark: int, alloc_flags: int) -> list[tuple[str, int]]:
    """How the mark is lowered, step by step: (flag, mark after it)."""
    steps = []
    for name, bit, part in (("HIGH", ALLOC_HIGH, 2), ("HARDER", ALLOC_HARDER, 4)):
        if alloc_flags & bit:
            mark -= mark // part
            steps.append((name, mark))
    return steps


def watermark_rows(zone: Zone, order: int, mark: int, classzone_idx: int, alloc_flags: int) -> list[Row]:
    """One row a comparison, down to the first that refuses.

    Row 0 compares all free pages with mark and reserve, row o > 0 those in blocks of order o and more with the mark
    halved o times. `f` counts free - 2^order + 1 pages, `above` free pages, `nr` the blocks just left out. The
    first comparison is unsigned in C: a negative `f` passes it (`slip`) and row 1 refuses.
    """
    floor = ([mark] + [m for _, m in chain(mark, alloc_flags)])[-1]
    above = zone.nr_free_pages
    f, m = above - (1 << order) + 1, floor + zone.lowmem_reserve[classzone_idx]
    rows: list[Row] = [{"o": 0, "f": f, "m": m, "above": above, "nr": None, "ok": f > m or f < 0}]
    if f < 0:
        rows[0]["slip"] = True
    for o in range(1, order + 1):
        if not rows[-1]["ok"]:
            break
        nr = zone.nr_free(o - 1)
        above, floor = above - (nr << o - 1), floor >> 1
        f = above - (1 << order) + 1
        rows.append({"o": o, "f": f, "m": floor, "above": above, "nr": nr, "ok": f > floor})
    return rows


def row_says(row: Row, order: int, reserve: int) -> str:
    """Key of the sentence that one row of a request's test says."""
    if row.get("slip"):
        return "row_slip"
    if row["ok"] and row["o"] == order:
        return "row_granted" if order else "row_granted0"
    if row["ok"]:
        return "row_ok" if row["o"] else "row_ok0"
    if row["f"] < 0:
        return "row_few"
    if row["f"] == row["m"]:
        return "row_equal"
    return "row_no" if row["o"] else "row_no_reserve" if reserve else "row_no0"


def own_row_says(row: Row, order: int) -> str:
    """Key of the sentence that one row of wakeup_kswapd()'s test says."""
    if row["ok"]:
        return "row_slip" if row.get("slip") else "own_above" if row["o"] == order else "own_row"
    return "own_below" if not row["o"] else "own_below_few" if row["f"] < 0 else "own_below_row"
