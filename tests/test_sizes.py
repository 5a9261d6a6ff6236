"""How long functions and modules may be: small enough to be read at one sitting."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "buddylab"
FUNCTION, MODULE, CORE, MODERN = 40, 300, 1_800, 2_300
FORMAT_OFF = 60
"""Lines that may ask the formatter to leave them as they stand: tables of the kernel's figures."""


def modules():
    """Every module of the package: path below the project -> source."""
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in sorted(PACKAGE.rglob("*.py"))}


def functions(source):
    """(name, lines without its docstring) of every function and method."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = node.body[0] if ast.get_docstring(node, clean=False) is not None else None
            told = docstring.end_lineno - docstring.lineno + 1 if docstring else 0
            yield node.name, node.end_lineno - node.lineno + 1 - told


def too_long(sources):
    """What is longer than it may be, a line each."""
    for path, source in sources.items():
        lines = source.count("\n")
        if lines > MODULE:
            yield f"{path} has {lines} lines, {MODULE} at most: split it by reason"
        yield from (
            f"{path}: {name} has {long} lines, {FUNCTION} at most"
            for name, long in functions(source)
            if long > FUNCTION
        )


def test_functions_and_modules_are_short():
    assert list(too_long(modules())) == []


def test_the_core_is_small():
    assert sum(source.count("\n") for path, source in modules().items() if path.startswith("buddylab/core/")) <= CORE


def test_the_modern_allocator_is_small():
    assert sum(source.count("\n") for path, source in modules().items() if "/modern/" in path) <= MODERN


def test_the_formatter_is_hardly_ever_switched_off():
    everything = [*ROOT.glob("*/**/*.py")]
    marks = [
        file
        for file in everything
        if ".venv" not in file.parts
        for _ in range(file.read_text("utf-8").count("# fmt: "))
    ]
    assert len(marks) - FORMAT_OFF <= 0, marks


def test_what_is_too_long_is_found():
    long = "def f():\n" + '    """Said\n    here."""\n' + "    x = 1\n" * 40
    assert dict(functions(long)) == {"f": 41}
    assert list(too_long({"m.py": long})) == ["m.py: f has 41 lines, 40 at most"]
    assert list(too_long({"m.py": "x = 1\n" * 301})) == ["m.py has 301 lines, 300 at most: split it by reason"]
    assert list(too_long({"m.py": "x = 1\n" * 300})) == []
