"""The committed notebooks: thin, executed, and the same bytes when they are executed again.

That their outputs are true is held by nbval (tests/run notebooks); it compares nothing in a cell that
has no execution count, so that is held here.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager
from sampling import sample

ROOT = Path(__file__).resolve().parents[1]
EXECUTE = ROOT / "notebooks" / "execute.py"
NOTEBOOKS = sorted(EXECUTE.parent.glob("*.ipynb"))
LONGEST_CELL = 15
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


def definitions(source: str) -> list[str]:
    """The names of the functions and classes that a cell defines; magics are read as IPython reads them."""
    tree = ast.parse(TransformerManager().transform_cell(source))
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return [node.name for node in ast.walk(tree) if isinstance(node, kinds)]


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """Why a notebook may not be committed, one sentence each."""
    found = []
    if notebook.metadata.get("kernelspec") != KERNELSPEC:
        found.append("the kernelspec is not the fixed one")
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(code, 1):
        if cell.execution_count != number:
            found.append(f"code cell {number} has the execution count {cell.execution_count}")
        lines = len(cell.source.splitlines())
        if lines > LONGEST_CELL:
            found.append(f"code cell {number} has {lines} lines, at most {LONGEST_CELL} are allowed")
        if "exercise" not in cell.metadata.get("tags", []):  # there a student writes a function
            found += [
                f"code cell {number} defines {name}: it belongs in the package" for name in definitions(cell.source)
            ]
        if any(output.output_type == "error" for output in cell.outputs):
            found.append(f"code cell {number} fails")
    return found


def small_notebook() -> nbformat.NotebookNode:
    cells = [
        nbformat.v4.new_markdown_cell("# A title"),
        nbformat.v4.new_code_cell("%config InlineBackend\nx = 1", execution_count=1),
        nbformat.v4.new_code_cell("x + 1", execution_count=2),
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC})


def execute(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, EXECUTE, *arguments], capture_output=True, text=True)


def test_the_start_notebook_is_there():
    assert ROOT / "notebooks" / "00_start_here.ipynb" in NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_a_notebook_is_thin_and_executed(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert faults(notebook) == []


@pytest.mark.parametrize("path", sample("notebooks executed again", NOTEBOOKS[:2], 1, ids=lambda path: path.name))
def test_executing_a_notebook_again_changes_nothing(path):
    """Byte by byte: the two with every kind of output. The part `notebooks` of tests/run compares all of them."""
    done = execute("--check", path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_good_notebook_has_no_faults():
    assert faults(small_notebook()) == []


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("execution_count", None, "code cell 2 has the execution count None"),
        ("execution_count", 7, "code cell 2 has the execution count 7"),
        ("source", "x = 1\n" * 16, "code cell 2 has 16 lines, at most 15 are allowed"),
        ("source", "def f():\n    return 1", "code cell 2 defines f: it belongs in the package"),
        ("source", "if x:\n    class C:\n        pass", "code cell 2 defines C: it belongs in the package"),
        ("outputs", [nbformat.v4.new_output("error", ename="E", evalue="", traceback=[])], "code cell 2 fails"),
    ],
)
def test_a_fault_is_found(key, value, fault):
    notebook = small_notebook()
    notebook.cells[2][key] = value
    assert faults(notebook) == [fault]


def test_a_student_may_write_a_function_in_an_exercise():
    notebook = small_notebook()
    notebook.cells[2].source = "def f():\n    return None"
    notebook.cells[2].metadata["tags"] = ["exercise"]
    assert faults(notebook) == []


def test_another_kernel_is_a_fault():
    notebook = small_notebook()
    notebook.metadata["kernelspec"] = KERNELSPEC | {"name": "mine"}
    assert faults(notebook) == ["the kernelspec is not the fixed one"]


@pytest.fixture(scope="module")
def executed_once(tmp_path_factory):
    """A notebook with a widget, a figure and a stream, after the script's first run over it."""
    notebook = small_notebook()
    notebook.cells[1].source = "import ipywidgets\nimport matplotlib.pyplot as plt\nprint('text')"
    notebook.cells[2].source = "display(ipywidgets.IntSlider())\nplt.plot([1])\nplt.show()"
    notebook.metadata["widgets"] = {"state": "of an earlier run"}
    path = tmp_path_factory.mktemp("notebooks") / "small.ipynb"
    nbformat.write(notebook, path)
    done = execute(path)
    assert done.returncode == 0, done.stderr
    return path


def test_the_script_leaves_only_what_repeats(executed_once):
    notebook = nbformat.read(executed_once, as_version=4)
    assert faults(notebook) == []
    assert [cell.id for cell in notebook.cells] == ["cell-00", "cell-01", "cell-02"]
    assert notebook.metadata == {"kernelspec": KERNELSPEC, "language_info": {"name": "python"}}
    kinds = [sorted(output.get("data", ["stream"])) for cell in notebook.cells[1:] for output in cell.outputs]
    assert kinds == [["stream"], ["text/plain"], ["text/plain"]]


def test_the_check_says_what_a_run_would_change(executed_once, tmp_path):
    stale = tmp_path / "stale.ipynb"
    stale.write_text(executed_once.read_text().replace('"text\\n"', '"other text\\n"'))
    before = stale.read_bytes()
    done = execute("--check", stale)
    assert done.returncode == 1
    assert re.search(r'^-\s*"other text\\n"\n\+\s*"text\\n"$', done.stdout, re.MULTILINE)
    assert stale.read_bytes() == before


def test_a_failing_cell_is_reported_and_nothing_is_written(executed_once, tmp_path):
    broken = tmp_path / "broken.ipynb"
    notebook = nbformat.read(executed_once, as_version=4)
    notebook.cells[1].source = "1 / 0"
    nbformat.write(notebook, broken)
    before = broken.read_bytes()
    done = execute(broken)
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr
    assert broken.read_bytes() == before
