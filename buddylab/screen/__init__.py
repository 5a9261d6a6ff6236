"""The explorer as a browser wants it: one self-contained JavaScript module, and its style sheet.

Each part of the screen is a file beside this one, an ES module of its own that node can test. anywidget loads a module
from a Blob and a stand-alone page carries it inline; neither can follow an import, so here the parts become one text.
"""

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

_PARTS = resources.files("buddylab.screen")
_IMPORT = re.compile(r'^import \{([^}]*)\} from "([./\w]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|const|let|class) (\w+))", re.MULTILINE)
_RULE = "-" * 40


@cache
def module(entry: str = "widget") -> str:
    """The JavaScript of this part and of all that it imports, as one module without imports.

    Each part is a scope of its own under a banner with its name, so that a name is free in every file, and hands
    on what it exports; a browser's tools name the whole by its entry. `widget` is what anywidget renders; `app` exports
    `mount(el, model)` for a page of its own. Raises FileNotFoundError for a part that does not exist.
    """
    *needed, (name, text) = _in_order(entry, set())
    parts = [*((part, _scope(part, inner)) for part, inner in needed), (name, _linked(name, text))]
    under = [f"// {_RULE} {part}.js {_RULE}\n{inner}" for part, inner in parts]
    return "\n".join([*under, f"//# sourceURL=buddylab/screen/{entry}.js\n"])


@cache
def style() -> str:
    """The style sheet; everything in it is scoped to the class `bl` or `stagescreen`."""
    return "\n".join(_PARTS.joinpath(f"{name}.css").read_text(encoding="utf-8") for name in ("explorer", "stage"))


def _in_order(part: str, seen: set[str]) -> Iterator[tuple[str, str]]:
    """Each part once, behind those that it imports: (path without its ending, text)."""
    seen.add(part)
    text = _PARTS.joinpath(f"{part}.js").read_text(encoding="utf-8")
    for _, path in _IMPORT.findall(text):
        if (needed := _beside(part, path)) not in seen:
            yield from _in_order(needed, seen)
    yield part, text.strip() + "\n"


def _beside(part: str, path: str) -> str:
    """A path as this part imports it, from the folder of all parts."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(part), path))


def _name(part: str) -> str:
    """What a part's exports are called in the one module."""
    return "part_" + re.sub(r"\W", "_", part)


def _linked(part: str, text: str) -> str:
    """The part with its imports taken from the parts before it."""

    def taken(found: re.Match[str]) -> str:
        return f"const {{{found[1].replace(' as ', ': ')}}} = {_name(_beside(part, found[2]))};\n"

    return _IMPORT.sub(taken, text)


def _scope(part: str, text: str) -> str:
    """The part as a function's inside, which gives what it exports."""
    given = ", ".join(_EXPORT.findall(text))
    return f"const {_name(part)} = (() => {{\n{_EXPORT.sub('', _linked(part, text))}return {{ {given} }};\n}})();\n"
