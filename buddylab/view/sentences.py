"""The sentences of the screen: `sentences.json` holds each in English and Chinese, with {places} for numbers."""

import json
from functools import cache
from importlib import resources
from typing import Any

from buddylab.said import Said


@cache
def sentences() -> dict[str, dict[str, str]]:
    """Every sentence: key -> {"en": template, "zh": template}."""
    text = resources.files("buddylab.view").joinpath("sentences.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def args_of(key: str, args: dict[str, Any]) -> dict[str, Any]:
    """Those of the arguments that have a place in the sentence."""
    return {name: value for name, value in args.items() if f"{{{name}}}" in sentences()[key]["en"]}


def say(key: str, args: dict[str, Any], lang: str = "en") -> str:
    """A sentence with its numbers put in, thousands marked by commas; an argument may be Said.

    >>> say("take", {"zone": "Normal", "order": 3})
    'Normal hands out the head of its order-3 list.'
    """
    words = {name: say(value[1:], {}, lang) if str(value).startswith("@") else value for name, value in args.items()}
    words |= {name: value[lang == "zh"] for name, value in args.items() if isinstance(value, Said)}
    numbers = {name: f"{value:,}" for name, value in args.items() if isinstance(value, int)}
    return sentences()[key][lang].format_map(words | numbers)
