"""The explorer in one HTML file that works from disk with the network off. Standard library only."""

import base64
import gzip
import hashlib
import json
import os
from html import escape
from pathlib import Path
from typing import Any

from buddylab import __version__, screen
from buddylab.export.shelf import Shelf
from buddylab.export.takes import Source, Take, takes
from buddylab.printable import printable
from buddylab.said import LANGS, Lang, Said, unknown
from buddylab.target import check, save
from buddylab.view.document import text, to_json, transcript

THEMES = ("auto", "light", "dark")
POLICY = "default-src 'none'; script-src 'sha256-{digest}' blob:; style-src 'unsafe-inline'"
"""What the page's own content-security policy allows: its one script, known by its digest, the module that it unpacks
(blob:), the styles that stand in it, and nothing from anywhere else."""
NO_SCRIPT = Said(
    "This browser runs no JavaScript, so nothing moves here. What would be seen:",
    "浏览器未运行 JavaScript，画面不能播放。文字记录如下：",
)
NO_UNPACK = Said(
    "This browser cannot unpack the page. It takes one from 2023 (Firefox 113, Safari 16.4).",
    "此浏览器无法解开本页，请用 2023 年以后的版本（Firefox 113、Safari 16.4）。",
)
LEGAL = "contains an annotated excerpt of mm/page_alloc.c of Linux 2.6.21; GPL-2.0-only"

_HTML = """<!DOCTYPE html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="buddylab {version}">
<title>{title}</title>
<!-- {legal} -->
<style>body {{ margin: 0; font: 14px/1.5 sans-serif; }} noscript, .trouble {{ display: block; margin: 16px; }}</style>
</head>
<body>
<noscript><h1>{title}</h1><p>{no_script}</p><ol>{transcript}</ol></noscript>
<main id="screen"></main>
<script type="text/plain" id="program">{program}</script>
<script type="text/plain" id="recording">{recording}</script>
<script>{script}</script>
</body>
</html>
"""

_SCRIPT = """
(async () => {{
  const unpack = (id) => {{
    const packed = Uint8Array.from(atob(document.getElementById(id).textContent), (letter) => letter.charCodeAt(0));
    return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).json();
  }};
  const screen = document.getElementById("screen");
  try {{
    const [program, recording] = await Promise.all([unpack("program"), unpack("recording")]);
    const style = document.createElement("style");
    style.textContent = program.style;
    document.head.append(style);
    const url = URL.createObjectURL(new Blob([program.module], {{ type: "text/javascript" }}));
    const {{ openPage }} = await import(url);
    URL.revokeObjectURL(url);
    openPage(screen, recording);
  }} catch (error) {{
    const trouble = document.createElement("p");
    trouble.className = "trouble";
    trouble.textContent = {no_unpack} + " (" + error.message + ")";
    screen.append(trouble);
  }}
}})();
"""


def to_html(
    source: Source,
    path: str | os.PathLike[str],
    *,
    title: str | None = None,
    lang: Lang = "en",
    theme: str = "auto",
    index: int = -1,
    overwrite: bool = False,
) -> Path:
    """Write the explorer on recorded runs as one file that works from disk, and return its path.

    source: a Run, an Explorer, or several of them; the page lets its reader choose. title: what stands above and in
    the window's title. index: the step it opens at, -1 for the test that decided.
    Raises ExportError for a target that exists (unless overwrite) or cannot be written, ValueError for a bad choice.
    """
    check(path, overwrite)
    return save(path, html(takes(source), title=title, lang=lang, theme=theme, index=index), overwrite)


def html(runs: list[Take], *, title: str | None = None, lang: Lang = "en", theme: str = "auto", index: int = -1) -> str:
    """The page as text. Raises ValueError for a language or a theme that there is not."""
    shelf = Shelf()
    listed = [
        {
            "title": [*map(printable, run.title)],
            "document": shelf.put_run(run.document),
            "deck": shelf.put_parts(run.deck),
        }
        for run in runs
    ]
    return compose(shelf, {"runs": listed, "index": index}, runs[0], title=title, lang=lang, theme=theme)


def compose(shelf: Shelf, page: dict[str, Any], first: Take, *, title: str | None, lang: Lang, theme: str) -> str:
    """The page around what is recorded: `page` as openPage of screen/page.js takes it, but for text and shelf.

    first: the run whose words stand there for a reader without JavaScript.
    """
    for value, allowed, what in ((lang, LANGS, Said("language", "语言")), (theme, THEMES, Said("theme", "主题"))):
        if value not in allowed:
            raise unknown(what, value, allowed)
    several = len(page["runs"]) > 1
    heading = printable(
        title
        or (
            Said(*first.document["machine"]["name"]).in_lang(lang)
            if several
            else f"__alloc_pages(): {first.title.in_lang(lang)}"
        )
    )
    page = {**page, "heading": heading, "lang": lang, "theme": theme, "text": text()}
    recording = f'{to_json(page)[:-1]},"shelf":{shelf.to_json()}}}'
    program = to_json({"module": screen.module("page"), "style": screen.style()})
    script = _SCRIPT.format(no_unpack=json.dumps(NO_UNPACK.in_lang(lang)))
    return _HTML.format(
        lang={"en": "en", "zh": "zh-Hans"}[lang],
        policy=POLICY.format(digest=_digest(script)),
        version=__version__,
        title=escape(heading),
        legal=LEGAL,
        no_script=NO_SCRIPT.in_lang(lang),
        script=script,
        program=_packed(program),
        recording=_packed(recording),
        transcript="".join(f"<li>{escape(line)}</li>" for line in transcript(first.document, lang)),
    )


def _digest(script: str) -> str:
    """SHA-256 of an inline script as a content-security policy names it."""
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode("ascii")


def _packed(content: str) -> str:
    """gzip and base64: a fifth of the size, the same bytes twice, and no letter that HTML could mistake for its own."""
    return base64.b64encode(gzip.compress(content.encode(), mtime=0)).decode("ascii")
