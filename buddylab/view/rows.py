"""zone_watermark_ok written out, as the document has it: the rows of `core.zone` and the sentence that each says."""

from typing import Any

from buddylab.core.zone import ALLOC_NO_WATERMARKS, ALLOC_WMARK_LOW, ALLOC_WMARK_MIN, Row, Zone, lowered, watermark_rows
from buddylab.view.sentences import args_of


def mark_name(alloc_flags: int) -> str:
    """The mark that the flags choose, "" for none at all."""
    if alloc_flags & ALLOC_NO_WATERMARKS:
        return ""
    if alloc_flags & ALLOC_WMARK_MIN:
        return "pages_min"
    return "pages_low" if alloc_flags & ALLOC_WMARK_LOW else "pages_high"


def written_out(
    zone: Zone, place: int, own: bool, order: int, mark: int, classzone_idx: int, alloc_flags: int
) -> dict[str, Any]:
    """A frame's `test`. zone: as it stands now. place: its place in the document. own: wakeup_kswapd()'s own test."""
    reserve = zone.lowmem_reserve[classzone_idx]
    rows = watermark_rows(zone, order, mark, classzone_idx, alloc_flags)
    return {
        "zone": place,
        "own": own,
        "mark_name": "pages_low" if own else mark_name(alloc_flags),
        "mark": mark,
        "order": order,
        "chain": lowered(mark, alloc_flags),
        "reserve": reserve,
        "ok": rows[-1].ok,
        "rows": [_told(row, zone.label, own, order, reserve) for row in rows],
    }


def compared(row: Row) -> str:
    """What one row compares: its count and its mark.

    >>> compared(Row(3, 41, 44, 48, 800, False))
    '41 ≤ 44'
    """
    return f"{row.free_pages:,} {'>' if row.ok else '≤'} {row.mark:,}"


def _told(row: Row, zone: str, own: bool, order: int, reserve: int) -> dict[str, Any]:
    """A row with its sentence."""
    numbers = {"o": row.order, "f": row.free_pages, "m": row.mark, "above": row.above}
    key = own_row_says(row, order) if own else row_says(row, order, reserve)
    more: dict[str, Any] = {"slip": True} if row.slips else {}
    if not row.ok and row.free_pages >= 0:
        more = {"short": row.mark - row.free_pages + 1}
    args = args_of(key, {"zone": zone, "asked": 1 << order, "reserve": reserve, **numbers})
    return {**numbers, "nr": row.nr_free, "ok": row.ok, **more, "say": key, "args": args}


def row_says(row: Row, order: int, reserve: int) -> str:
    """Key of the sentence that one row of a request's test says."""
    if row.slips:
        return "row_slip"
    if row.ok and row.order == order:
        return "row_granted" if order else "row_granted0"
    if row.ok:
        return "row_ok" if row.order else "row_ok0"
    if row.free_pages < 0:
        return "row_few"
    if row.free_pages == row.mark:
        return "row_equal"
    return "row_no" if row.order else "row_no_reserve" if reserve else "row_no0"


def own_row_says(row: Row, order: int) -> str:
    """Key of the sentence that one row of wakeup_kswapd()'s test says."""
    if row.ok:
        return "row_slip" if row.slips else "own_above" if row.order == order else "own_row"
    return "own_below" if not row.order else "own_below_few" if row.free_pages < 0 else "own_below_row"
