"""A setting of the explorer as a short text, a Python cell, JSON, or the kernel's own log line; and back.

    buddylab:1 machine=report gfp_mask=0x20 order=3 pressure=665 scatter=92 mix=desktop who=in_interrupt

The same text gives the same run, in another explorer and in Python.
"""

import json
import re
from typing import Any

from buddylab.core.environment import Task, warning
from buddylab.core.gfp import gfp_parse, gfp_str
from buddylab.knobs import FLAGS, Knobs, checked

PREFIX = "buddylab:1"
NUMBERS = ("order", "pressure", "scatter")


class ShareError(ValueError):
    """A text that is no setting; `zh` says why in Chinese."""

    def __init__(self, en: str, zh: str) -> None:
        """Both sentences say what was found and what is allowed."""
        super().__init__(en)
        self.zh = zh


def share(knobs: Knobs) -> str:
    """These knobs as one line of text."""
    who = ",".join(flag for flag in FLAGS if knobs[flag])
    words = [PREFIX]
    for name, value in knobs.items():
        if name == "gfp_mask":
            words.append(f"gfp_mask={value:#x}")
        elif isinstance(value, (dict, list)):
            if not value:
                continue
            words.append(f"{name}={json.dumps(value, separators=(',', ':'))}")
        elif name not in FLAGS and value is not None:
            words.append(f"{name}={value}")
    return " ".join([*words, f"who={who}"] if who else words)


def parse(text: str) -> Knobs:
    """The knobs that a text of `share` stands for, in any order; what is not named stays out.

    Raises ShareError for anything that is no such text. Line breaks and quotes that a mail or a chat put around it are
    forgiven.
    """
    words = text.strip().strip("`'\"“”").split()
    if not words or words[0] != PREFIX:
        raise ShareError(f"a scenario text begins with {PREFIX!r}, this one with {_short(text)}",
                         f"场景文本应以 {PREFIX!r} 开头，这里是 {_short(text)}")  # fmt: skip
    knobs: Knobs = {}
    for word in words[1:]:
        name, equals, value = word.partition("=")
        if not equals:
            raise ShareError(f"{_short(word)} is not of the form name=value", f"{_short(word)} 不是 名称=值 的形式")
        if name in knobs:
            raise ShareError(f"{name} stands there twice", f"{name} 出现了两次")
        knobs[name] = _value(name, value)
    for flag in _who(knobs.pop("who", "")):
        knobs[flag] = True
    return knobs


def _value(name: str, value: str) -> Any:
    try:
        if name == "gfp_mask":
            return gfp_parse(value)
        if name == "hand" or name == "machine" and value.startswith("{"):
            return json.loads(value)
    except ValueError as error:
        raise ShareError(f"{name}: {error}", f"{name}：{_short(value)} 无法读取") from error
    if name in NUMBERS:
        if not re.fullmatch(r"\d{1,6}", value):
            raise ShareError(f"{name} must be a whole number, not {_short(value)}",
                             f"{name} 须为整数，不能是 {_short(value)}")  # fmt: skip
        return int(value)
    if name not in ("machine", "mix", "who", "hand"):
        known = "machine, gfp_mask, order, pressure, scatter, mix, hand, who"
        raise ShareError(f"no knob is called {_short(name)}; there are {known}",
                         f"没有名为 {_short(name)} 的旋钮；可用：{known}")  # fmt: skip
    return value


def _who(value: str) -> list[str]:
    names = [name for name in value.split(",") if name]
    for name in names:
        if name not in FLAGS:
            raise ShareError(f"who may be {', '.join(FLAGS)}, not {_short(name)}",
                             f"who 可以是 {', '.join(FLAGS)}，不能是 {_short(name)}")  # fmt: skip
    return names


def _short(text: str, most: int = 40) -> str:
    """What was given, quoted, and cut where it is long."""
    text = text.strip()
    return repr(text if len(text) <= most else text[:most] + "…")


def forms(knobs: Knobs, comm: str = "swapper") -> dict[str, str]:
    """All the ways to copy a setting: text, json, python (a cell), log (the line that a failure would print)."""
    wanted = {name: value for name, value in knobs.items() if value not in (False, None, [], ())}
    arguments = ", ".join(f"{name}={value:#x}" if name == "gfp_mask" else f"{name}={value!r}"
                          for name, value in wanted.items())  # fmt: skip
    return {
        "text": share(knobs),
        "json": json.dumps(knobs, ensure_ascii=False),
        "python": f"from buddylab.widgets import Explorer\n\nExplorer({arguments})  # {gfp_str(knobs['gfp_mask'])}",
        "log": warning(Task(comm=comm).comm, knobs["order"], knobs["gfp_mask"]).rstrip("\n"),
    }


def same(text: str, knobs: Knobs) -> bool:
    """Whether a text stands for these very knobs."""
    return checked({**dict.fromkeys(FLAGS, False), **parse(text)}) == checked(knobs)
