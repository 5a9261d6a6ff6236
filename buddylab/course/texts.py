"""The words of the questions: a JSON file beside each module, both languages side by side, with {places} for values."""

import json
from collections.abc import Callable
from functools import cache
from importlib import resources

from buddylab.said import Said


def texts(notebook: str) -> Callable[..., Said]:
    """The words of one module of `questions`: say("merge56.right", pfn=56) is that text with its values put in."""

    def say(key: str, **values: object) -> Said:
        question, _, what = key.partition(".")
        return Said(**_all(notebook)[question][what]).fill(**values)

    return say


@cache
def _all(notebook: str) -> dict[str, dict[str, dict[str, str]]]:
    """question -> what -> language -> template."""
    file = resources.files("buddylab.course.questions").joinpath(f"{notebook}.json")
    return dict(json.loads(file.read_text(encoding="utf-8")))
