"""Build the lecture decks: each notebook as slides in which the widgets play, from disk, with the network off.

    python lectures/slides.py build/slides [NOTEBOOK...]

A cell is on a slide if its metadata says so (`slideshow.slide_type`: slide, subslide, fragment, notes), without its
code if it shows a widget or a picture, or has the tag `hide-input`; layout.py cuts what is too long for one slide. S in
a deck opens the speaker's notes. reveal.js and the widgets' front end are put beside the decks when they are built.
"""

import argparse
import html
import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from common import ROOT, npm_package, report_errors
from layout import is_deck, lay_out
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbconvert import SlidesExporter
from nbconvert.preprocessors import TagRemovePreprocessor
from nbformat.v4 import new_code_cell

VENDORED = {
    "reveal.js@4.6.1": {"dist": "reveal/dist", "plugin/notes": "reveal/plugin/notes", "LICENSE": "reveal/LICENSE"},
    "requirejs@2.3.8": {"require.js": "require.js"},  # its licence stands in the file
    "@jupyter-widgets/html-manager@1.0.15": {"dist": "."},
}
"""npm package and version -> what of it goes where below vendor/."""

SETTINGS = """
from matplotlib_inline.backend_inline import set_matplotlib_formats
from buddylab.widgets import AskedQuestion
set_matplotlib_formats("retina")
AskedQuestion.then = lambda question, show: show()
"""
"""Run before a notebook: in the hall what waits for an answer comes on the next slide, and a picture is shown large."""


def vendor(folder: Path) -> None:
    """Put what a deck loads into this folder."""
    for package, parts in VENDORED.items():
        with tempfile.TemporaryDirectory() as scratch:
            unpacked = npm_package(package, Path(scratch))
            for part, place in parts.items():
                copy = shutil.copytree if (unpacked / part).is_dir() else shutil.copy
                target = folder / place
                target.parent.mkdir(parents=True, exist_ok=True)
                if copy is shutil.copytree:
                    shutil.copytree(unpacked / part, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.map"))
                else:
                    shutil.copy(unpacked / part, target)
    for ours in ("deck.css", "deck.js"):
        shutil.copy(Path(__file__).parent / "template" / ours, folder / ours)
    shutil.copy(
        Path(sys.prefix) / "share" / "jupyter" / "nbextensions" / "anywidget" / "index.js", folder / "anywidget.js"
    )


def deck(path: Path) -> str | None:
    """The notebook, executed, as a deck's HTML; None if no cell of it is meant for a slide."""
    notebook = nbformat.read(path, as_version=4)
    if not is_deck(notebook):
        return None
    notebook.cells.insert(0, new_code_cell(SETTINGS))
    try:
        NotebookClient(
            notebook,
            timeout=120,
            kernel_name="python3",
            store_widget_state=True,
            resources={"metadata": {"path": str(path.parent)}},
        ).execute()
    except CellExecutionError as error:
        raise RuntimeError(f"{path.name} stops with {error.ename}: {error.evalue}") from error
    del notebook.cells[0]
    lay_out(notebook)
    exporter = SlidesExporter(
        extra_template_basedirs=[str(Path(__file__).parent)],
        template_name="template",
        embed_images=True,
        reveal_url_prefix="vendor/reveal",
        reveal_theme="white",
        require_js_url="vendor/require.js",
        jquery_url="",
        widget_renderer_url="vendor/embed-amd.js",
        mathjax_url="",
    )
    exporter.register_preprocessor(TagRemovePreprocessor(remove_input_tags={"hide-input"}), enabled=True)
    text, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": path.stem, "path": str(path.parent)}})
    return text


def index(decks: dict[str, str]) -> str:
    """The page that leads to the decks: file name -> title."""
    rows = "\n".join(f'<li><a href="{name}">{html.escape(title)}</a></li>' for name, title in decks.items())
    return f"""<!DOCTYPE html>
<html lang="en"><meta charset="utf-8"><title>buddylab: lecture decks</title>
<style>
body {{ font: 20px/1.6 system-ui, sans-serif; max-width: 40em; margin: 3em auto; color-scheme: light dark }}
</style>
<h1>Lecture decks</h1><p>Arrow keys and space lead on, S opens the speaker's notes, F fills the screen, D turns light
into dark.</p>
<ul>
{rows}
</ul></html>
"""


def title_of(path: Path) -> str:
    """The first heading of a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    first = next((cell.source for cell in cells if cell.source.startswith("# ")), path.stem)
    return first.splitlines()[0].removeprefix("# ")


def build(target: Path, notebooks: list[Path]) -> None:
    """Build all decks into this folder, which must not exist yet."""
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["IPYTHONDIR"] = scratch  # neither the user's start-up files nor his history
        folder, decks = Path(scratch) / "slides", {}
        vendor(folder / "vendor")
        for number, path in enumerate(notebooks, 1):
            text = deck(path)
            size = "no slides" if text is None else f"{len(text) // 1000} kB"
            print(f"{number}/{len(notebooks)} {path.name}: {size}", flush=True)
            if text is not None:
                decks[f"{path.stem}.html"] = title_of(path)
                (folder / f"{path.stem}.html").write_text(text, encoding="utf-8")
        (folder / "index.html").write_text(index(decks), encoding="utf-8")
        shutil.copytree(folder, target)


def main() -> int:
    """Build the decks and say where to begin."""
    parser = argparse.ArgumentParser(description="Build the lecture decks.")
    parser.add_argument("target", type=Path, help="a folder that does not exist yet")
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK", help="only these")
    options = parser.parse_args()
    if options.target.exists():
        parser.error(f"{options.target} exists already: remove it, or name another folder")
    notebooks = options.notebooks or sorted((ROOT / "notebooks").glob("*.ipynb"))
    return report_errors(
        "The decks were not built",
        lambda: build(options.target, notebooks),
        f"Open {options.target / 'index.html'} in a browser.",
    )


if __name__ == "__main__":
    sys.exit(main())
