"""Execute the committed notebooks again, in place: the same sources give the same bytes.

usage: python notebooks/execute.py [--check] [NOTEBOOK ...]
"""

import argparse
import difflib
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

HERE = Path(__file__).resolve().parent
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
# The kernel adds its own version to this, which would differ from one reader's Python to the next.
LANGUAGE_INFO = {"name": "python"}
# A widget's view is a random number without its kernel; a PNG differs with the machine's fonts.
DROPPED = ("application/vnd.jupyter.widget-view+json", "image/png")


def drop_unrepeatable(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """The outputs without what no second run gives again; an output of which nothing is left goes."""
    for output in outputs:
        for mime in DROPPED:
            output.get("data", {}).pop(mime, None)
            output.get("metadata", {}).pop(mime, None)
    return [output for output in outputs if output.get("data") != {}]


def executed(path: Path) -> str:
    """The text of the notebook at `path` after a run in a fresh kernel, in the folder where it lies.

    Raises CellExecutionError where a cell fails.
    """
    notebook = nbformat.read(path, as_version=4)
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02}"
        if cell.cell_type == "code":
            cell.execution_count, cell.outputs = None, []
    notebook.metadata = nbformat.from_dict({"kernelspec": KERNELSPEC})
    NotebookClient(
        notebook,
        timeout=120,
        resources={"metadata": {"path": str(path.parent)}},
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
    ).execute()
    notebook.metadata["language_info"] = LANGUAGE_INFO
    notebook.nbformat, notebook.nbformat_minor = 4, 5  # the first minor version with cell ids
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = drop_unrepeatable(cell.outputs)
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n"


def difference(path: Path, old: str, new: str) -> str:
    """The first lines in which two texts of a notebook differ."""
    names = f"{path.name} as it lies", f"{path.name} as executed"
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), *names, n=2, lineterm="")
    return "\n".join(list(lines)[:40])


def refresh(path: Path, check: bool) -> bool:
    """Execute one notebook and write it, or with `check` only compare; whether it is as it should be now."""
    start = time.perf_counter()
    old = path.read_text(encoding="utf-8")
    new = executed(path)
    what = "unchanged" if new == old else "DIFFERS" if check else "written"
    print(f"{path.name}: {what}, {time.perf_counter() - start:.1f} s")
    if new != old and check:
        print(difference(path, old, new))
    elif new != old:
        path.write_text(new, encoding="utf-8")
    return new == old or not check


def main(argv: Sequence[str] | None = None) -> int:
    """Refresh or check the given notebooks, or all beside this script; 1 where one fails or differs."""
    parser = argparse.ArgumentParser(description="Execute the committed notebooks again, in place.")
    parser.add_argument("--check", action="store_true", help="write nothing, fail where a run would change a notebook")
    parser.add_argument("notebooks", nargs="*", type=Path, metavar="NOTEBOOK")
    options = parser.parse_args(argv)
    paths = options.notebooks or sorted(HERE.glob("*.ipynb"))
    if not paths:
        parser.error(f"no notebook in {HERE}")
    for path in paths:
        if not path.is_file():
            parser.error(f"there is no notebook {path}")
    good = True
    with tempfile.TemporaryDirectory() as folder:
        os.environ["IPYTHONDIR"] = folder  # neither the user's start-up files nor his history
        for path in paths:
            try:
                good &= refresh(path.resolve(), options.check)
            except CellExecutionError as error:
                print(f"{path.name}: a cell fails, nothing is written\n{error}", file=sys.stderr)
                good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
