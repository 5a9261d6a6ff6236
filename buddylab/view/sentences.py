"""The sentences of the screen: `sentences.json` holds each in English and Chinese, with {places} for numbers."""

import json
from functools import cache
from importlib import resources
from typing import Any

from buddylab.said import LANGS, Lang, Said, SaidError


@cache
def sentences() -> dict[str, Said]:
    """Every sentence by its key, with its places."""
    text = resources.files("buddylab.view").joinpath("sentences.json").read_text(encoding="utf-8")
    return {key: Said(both["en"], both["zh"]) for key, both in json.loads(text).items()}


def args_of(key: str, args: dict[str, Any]) -> dict[str, Any]:
    """Those of the arguments that have a place in the sentence."""
    return {name: value for name, value in args.items() if f"{{{name}}}" in sentences()[key].en}


def say(key: str, args: dict[str, Any]) -> Said:
    """A sentence with its numbers put in, thousands marked by commas; "@key" is a sentence itself.

    >>> print(say("take", {"zone": "Normal", "order": 3}))
    Normal hands out the head of its order-3 list.
    """
    return sentences()[key].fill(**{name: _value(value) for name, value in args.items()})


def sentence(frame: dict[str, Any]) -> Said:
    """What a frame, or a row of its test, says."""
    return say(frame["say"], frame.get("args", {}))


def language(lang: str) -> Lang:
    """The language that is asked for. Raises SaidError for one that there is not."""
    found = next((one for one in LANGS if one == lang), None)
    if found is None:
        raise SaidError(
            f"a run is told in 'en' or 'zh', not {lang!r}", f"运行只能用 'en' 或 'zh' 讲述，不能用 {lang!r}"
        )
    return found


def _value(value: Any) -> Any:
    if isinstance(value, str) and value.startswith("@"):
        return say(value[1:], {})
    return f"{value:,}" if isinstance(value, int) else value
