"""Two recorded runs beside each other: where they part, and what each says there."""

from collections.abc import Sequence
from itertools import zip_longest
from typing import Any

from buddylab.view.sentences import say

Frame = dict[str, Any]
LOOKED_AT = ("stage", "say", "args", "test")
"""What makes two frames tell the same: a kernel event that only carries another mask or order does not part them."""
APART = {
    "en": "They part at {here}. This one: {this} The other: {other}",
    "zh": "二者在 {here} 分道。本次：{this} 另一次：{other}",
}
ROW = {
    "en": "{zone} against {mark}: this one counts {f} and needs more than {m}, the other {f2} and more than {m2}.",
    "zh": "{zone} 对 {mark}：本次计 {f} 页，须多于 {m}；另一次计 {f2} 页，须多于 {m2}。",
}
PARTED = {
    "en": "{zone} against {mark}: here {this}, there {other}.",
    "zh": "{zone} 对 {mark}：本次 {this}，另一次 {other}。",
}
OUTCOME = {
    "en": {True: "{f} > {m} holds in {where}", False: "{f} > {m} does not hold in {where}"},
    "zh": {True: "{where}中 {f} > {m} 成立", False: "{where}中 {f} > {m} 不成立"},
}
WHERE = {"en": ("all free pages", "blocks of order {o} or more"), "zh": ("全部空闲页", "{o} 阶及以上的块")}
LONGER = {
    "en": "They tell the same as far as the shorter one goes; then one has ended.",
    "zh": "在较短的一次结束之前，二者完全相同。",
}


def difference(this: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Where two documents of `view` part: {"frame": index in both, "en": …, "zh": …}; {} if they never do.

    Two watermark tests of the same zone and mark part in their numbers, and those are what the sentence says.
    """
    for place, (a, b) in enumerate(zip_longest(this["frames"], other["frames"])):
        if a is None or b is None:
            return {"frame": place, **LONGER}
        if any(a.get(name) != b.get(name) for name in LOOKED_AT):
            return {"frame": place, **{lang: _told(a, b, this, lang) for lang in ("en", "zh")}}
    return {}


def _told(a: Frame, b: Frame, document: dict[str, Any], lang: str) -> str:
    """The first difference in a sentence, and what it leads to."""
    apart = APART[lang].format(here=a["stage"], this=_sentence(a, lang), other=_sentence(b, lang)).strip()
    one, two = a.get("test"), b.get("test")
    if not one or not two or (one["zone"], one["mark_name"]) != (two["zone"], two["mark_name"]):
        return apart
    zone = document["machine"]["zones"][one["zone"]]["label"]
    if one["ok"] != two["ok"]:
        last = {"this": _outcome(one["rows"][-1], lang), "other": _outcome(two["rows"][-1], lang)}
        return PARTED[lang].format(zone=zone, mark=one["mark_name"], **last)
    rows = _first_unequal(one["rows"], two["rows"])
    if rows is None:
        return apart
    return ROW[lang].format(
        zone=zone,
        mark=one["mark_name"],
        **{name: f"{rows[0][name]:,}" for name in ("f", "m")},
        **{f"{name}2": f"{rows[1][name]:,}" for name in ("f", "m")},
    )


def _outcome(row: Frame, lang: str) -> str:
    """What decided one test: its last row, and where that counts."""
    where = WHERE[lang][row["o"] > 0].format(o=row["o"])
    return OUTCOME[lang][row["ok"]].format(f=f"{row['f']:,}", m=f"{row['m']:,}", where=where)


def _first_unequal(one: Sequence[Frame], two: Sequence[Frame]) -> tuple[Frame, Frame] | None:
    """The first pair of rows whose numbers differ."""
    pairs = zip(one, two, strict=False)
    return next(((a, b) for a, b in pairs if (a["f"], a["m"]) != (b["f"], b["m"])), None)


def _sentence(frame: Frame, lang: str) -> str:
    return say(frame["say"], frame.get("args", {}), lang)
