"""A setting of the explorer as a short text, JSON, a Python cell, or the kernel's own log line; and back.

    buddylab:2 machine=report gfp_mask=0x20 order=3 pressure=362 scatter=92 mix=desktop who=in_interrupt

The same text gives the same run, in another explorer and in Python. What has more than one part is written as JSON
without blanks: sizes of one's own (machine), operations by hand (hand), the knobs that Compare turns (other).
In version 1, and in JSON that names no version, pressure was the free memory: 1000 = all free.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from buddylab.core.environment import Task, warning
from buddylab.core.gfp import gfp_str
from buddylab.explorer.filling import TRACK
from buddylab.explorer.knobs import KNOBS, Knob, Knobs, checked, flags, start, who
from buddylab.said import SaidError

PREFIX, EARLIER = "buddylab:2", "buddylab:1"


@dataclass(frozen=True, slots=True)
class Setting:
    """All that makes a run: the knobs, the knobs that Compare turns, and if the last operation by hand is shown."""

    knobs: Knobs
    other: Knobs = field(default_factory=dict)
    by_hand: bool = False


def share(setting: Setting) -> str:
    """This setting as one line of text."""
    knobs, words = setting.knobs, [PREFIX]
    for knob in KNOBS:
        value = knobs[knob.name]
        if knob.part != "who" and value is not None and value != []:
            words.append(f"{knob.name}={value if isinstance(value, str) else _written(knob, value)}")
    words += [f"who={asks}"] if (asks := who(knobs)) else []
    words += [f"other={_compact(setting.other)}"] if setting.other else []
    return " ".join([*words, "show=hand"] if setting.by_hand else words)


def _written(knob: Knob, value: Any) -> str:
    return _compact(value) if isinstance(value, (dict, list)) else knob.written(value)


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def parse(text: str) -> Setting:
    """The setting that a text of `share` or its JSON stands for; what is not named is as the explorer starts.

    Line breaks and quotes that a mail or a chat put around it are forgiven. Raises SaidError for anything else.
    """
    text = text.strip().strip("`'\"“”").strip()
    said = _read_json(text) if text.startswith("{") else _read_words(text)
    other, show, version = said.pop("other", {}), said.pop("show", None), said.pop("version")
    if show not in (None, "hand"):
        raise SaidError(
            f"show may be hand, or be left out, not {_short(show)}", f"show 只能是 hand 或不写，不能是 {_short(show)}"
        )
    other = compared(other)
    if version == EARLIER:
        said, other = _turned_round(said), _turned_round(other)
    knobs = checked({**start(), **said})
    if other:
        checked({**knobs, **other})
    return Setting(knobs, other, show == "hand")


def compared(other: Any) -> Knobs:
    """The knobs that Compare turns. Raises SaidError for what is none."""
    if not isinstance(other, Mapping):
        raise SaidError(
            f'other must be knobs such as {{"order":2}}, not {_short(other)}',
            f'other 须为旋钮，如 {{"order":2}}，不能是 {_short(other)}',
        )
    return dict(other)


def _turned_round(knobs: Knobs) -> Knobs:
    """Knobs of version 1 as they stand today; a pressure that could not be stays, to be told."""
    match knobs.get("pressure"):
        case int(pressure) if 0 <= pressure <= TRACK and not isinstance(pressure, bool):
            return {**knobs, "pressure": TRACK - pressure}
    return knobs


def _read_json(text: str) -> Knobs:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SaidError(
            f"not a whole JSON document, perhaps cut short: {error}", f"不是完整的 JSON，也许被截断了：{error}"
        ) from error
    return _of_version(text, {"version": EARLIER, **said})


def _of_version(text: str, said: Knobs) -> Knobs:
    if said["version"] not in (PREFIX, EARLIER):
        raise SaidError(
            f"a scenario text begins with {PREFIX!r} or {EARLIER!r}, this one with {_short(text)}",
            f"场景文本应以 {PREFIX!r} 或 {EARLIER!r} 开头，这里是 {_short(text)}",
        )
    return said


def _read_words(text: str) -> Knobs:
    first, *words = text.split() or [""]
    said = _of_version(text, {"version": first})
    known = [*(knob.name for knob in KNOBS if knob.part != "who"), "who", "other", "show"]
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise SaidError(f"{_short(word)} is not of the form name=value", f"{_short(word)} 不是 名称=值 的形式")
        if name not in known:
            raise SaidError(
                f"no knob is called {_short(name)}; there are {', '.join(known)}",
                f"没有名为 {_short(name)} 的旋钮；可用：{', '.join(known)}",
            )
        if name in said:
            raise SaidError(f"{name} stands there twice", f"{name} 出现了两次")
        said[name] = _value(name, value)
    asks = _who(str(said.pop("who", "")))
    return said | dict.fromkeys(asks, True)


def _value(name: str, value: str) -> Any:
    """A word's value: a number, what has more than one part, or itself; the knob's check has the last word."""
    if value in ("True", "False"):
        return value == "True"
    if re.fullmatch(r"[0-9]{1,10}", value):
        return int(value)
    if not value.startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise SaidError(
            f"{name}: {_short(value)} cannot be read, perhaps it was cut short: {error}",
            f"{name}：{_short(value)} 无法读取，也许被截断了",
        ) from error


def _who(value: str) -> list[str]:
    asks = [name for name in value.split(",") if name]
    for name in asks:
        if name not in flags():
            raise SaidError(
                f"who may be {', '.join(flags())}, not {_short(name)}",
                f"who 可以是 {', '.join(flags())}，不能是 {_short(name)}",
            )
    return asks


def _short(text: object, most: int = 40) -> str:
    """What was given, quoted, and cut where it is long."""
    said = str(text).strip()
    return repr(said if len(said) <= most else said[:most] + "…")


def forms(setting: Setting) -> dict[str, str]:
    """All the ways to copy a setting: text, json, python (a cell), log (what it prints if it fails)."""
    knobs = setting.knobs
    whole = {
        "version": PREFIX,
        **knobs,
        **({"other": setting.other} if setting.other else {}),
        **({"show": "hand"} if setting.by_hand else {}),
    }
    return {
        "text": share(setting),
        "json": json.dumps(whole, ensure_ascii=False),
        "python": _cell(setting),
        "log": warning(Task().comm, knobs["order"], knobs["gfp_mask"]).rstrip("\n"),
    }


def _cell(setting: Setting) -> str:
    head = "from buddylab.widgets import Explorer\n"
    if setting.by_hand:
        return f"{head}Explorer.from_text({share(setting)!r})"
    arguments = ", ".join(
        f"{knob.name}={knob.written(value)}"
        for knob, value in ((knob, setting.knobs[knob.name]) for knob in KNOBS)
        if value is not None and value is not False and value != []
    )
    compared = ", ".join(f"{name}={value!r}" for name, value in setting.other.items())
    return (
        f"{head}Explorer({arguments})"
        + (f".compare({compared})" if compared else "")
        + f"  # {gfp_str(setting.knobs['gfp_mask'])}"
    )
