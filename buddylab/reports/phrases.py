"""Both languages of what the reports say: `Said` carries its Chinese, and a phrase book has that of plain texts."""

import json
import re
from functools import cache
from importlib.resources import files

from buddylab.reports.said import Said

Both = tuple[str, str]
"""A sentence in English and in Chinese."""


@cache
def _phrases() -> list[tuple[re.Pattern[str], str]]:
    """(pattern of the English sentence, the Chinese one), those that ask for more first."""
    pairs = json.loads(files("buddylab.reports").joinpath("phrases.json").read_text(encoding="utf-8"))
    return [
        (re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(english)), re.DOTALL), chinese)
        for english, chinese in pairs
    ]


def both(sentence: str) -> Both:
    """The sentence in both languages. A plain text that the phrase book does not know stays in English, whole."""
    if isinstance(sentence, Said):
        return str(sentence), sentence.zh
    for pattern, chinese in _phrases():
        if found := pattern.fullmatch(sentence):
            return sentence, re.sub(r"\{(\w+)\}", lambda name: found[name[1]], chinese)
    return sentence, sentence
