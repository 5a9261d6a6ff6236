"""The explorer as a browser wants it: one self-contained JavaScript module, and its style sheet.

Each part of the screen is a file beside this one, an ES module of its own that node can test. anywidget loads a module
from a Blob and a stand-alone page carries it inline; neither can follow an import, so here the parts become one text.
"""

import re
from collections.abc import Iterator
from functools import cache
from importlib import resources

_PARTS = resources.files("buddylab.screen")
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', re.MULTILINE)
_RULE = "-" * 40


@cache
def module(entry: str = "widget") -> str:
    """The JavaScript of this part and of all that it imports, as one module without imports.

    Each part stands under a banner with its name, and a browser's tools name the whole by its entry.
    `widget` is what anywidget renders; `app` exports `mount(el, model)` for a page of its own.
    Raises FileNotFoundError for a part that does not exist.
    """
    parts = [f"// {_RULE} {name}.js {_RULE}\n{text}" for name, text in _in_order(entry, set())]
    return "\n".join([*parts, f"//# sourceURL=buddylab/screen/{entry}.js\n"])


@cache
def style() -> str:
    """The style sheet; everything in it is scoped to the class `bl`."""
    return _PARTS.joinpath("explorer.css").read_text(encoding="utf-8")


def _in_order(part: str, seen: set[str]) -> Iterator[tuple[str, str]]:
    """Each part once, behind those that it imports: (name, text without its imports)."""
    seen.add(part)
    text = _PARTS.joinpath(f"{part}.js").read_text(encoding="utf-8")
    for needed in _IMPORT.findall(text):
        if needed not in seen:
            yield from _in_order(needed, seen)
    yield part, _IMPORT.sub("", text).strip() + "\n"
