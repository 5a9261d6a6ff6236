"""Who may import whom: read from the source with `ast`, so that no import is missed because a line did not run."""

import ast
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = "buddylab"

# Inside the core a module imports only modules to its left.
CORE_ORDER = (
    *("events", "gfp", "zone", "setup", "buddy", "pcp", "environment", "machine", "validate", "attempt", "ladder"),
    "record",
)

# What each room may import of the others: just this, and a permission that nobody uses is taken away.
LAYERS = {
    "core": set(),
    "said": set(),  # one sentence in both languages
    "target": {"said"},  # how a file is written: whole or not at all, and over no other
    "printable": set(),  # what others wrote, made harmless to show
    "screen": set(),  # the JavaScript and its style sheet
    "commentary": set(),  # the annotated source and its notes
    "reclaim": {"core"},  # 2.6.21's decisions
    "machines": {"core", "said"},  # by name, of one's own sizes, as a report says
    "scenario": {"core"},
    "modern": {"core", "machines", "said", "scenario"},  # 6.12's allocator; of the core only MODERN_OF_CORE
    "view": {"core", "commentary", "said"},  # what a run says
    "world": {"core", "machines", "reclaim", "said"},  # the model
    "explorer": {"core", "machines", "reclaim", "said", "view", "world"},  # what the main screen is about
    "reports": {"core", "machines", "printable", "said"},
    "course": {
        "commentary",
        "core",
        "explorer",
        "machines",
        "reclaim",
        "reports",
        "said",
        "target",
        "view",
        "world",
        "__version__",
    },
    "plots": {"core", "course", "said", "world"},
    "widgets": {"core", "course", "explorer", "export", "reports", "said", "screen", "view"},
    "export": {
        "core",
        "explorer",
        "machines",
        "printable",
        "said",
        "scenario",
        "screen",
        "target",
        "view",
        "__version__",
    },
    # what bl.machine, bl.record and bl.explain add to the rooms
    "front": {"core", "explorer", "export", "machines", "modern", "reports", "said", "view"},
    "commands": {"core", "explorer", "export", "modern", "printable", "reports", "said", "scenario"},
    "__main__": {"commands", "printable", "said", "__version__"},
    "": {"core", "front", "plots", "said", "widgets", "world"},  # buddylab/__init__.py: for type checkers, and late
}
MODERN_OF_CORE = {
    "buddylab.core.environment.FaultAttr",  # lib/fault-inject.c asks the same questions, once it asks
    "buddylab.core.environment.Task",  # whom it asks about: interrupted, marked
    "buddylab.core.events.Event",  # how an event is written
    "buddylab.core.events.OURS",  # the marks of buddylab's own in a trace
    "buddylab.core.zone.BadPage",  # what a wrong free is
}
"""What the allocator of 6.12 shares with 2.6.21's: what is the same in both kernels, and nothing else."""
TOP = {"plots", "widgets", "export"}
STANDARD_LIBRARY_ONLY = set(LAYERS) - TOP
LATE = {"buddylab.world.observe": {"numpy"}}  # imported inside one method, when a reader asks for arrays
HEAVY = ("matplotlib", "ipywidgets", "numpy", "anywidget")


def read_package(folder: Path) -> dict[str, str]:
    """Each module of the package: dotted name -> source; a package goes by its folder's name."""
    sources = {}
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder.parent).with_suffix("").parts
        sources[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file.read_text(encoding="utf-8")
    return sources


def imports(source: str) -> Iterator[tuple[int, str]]:
    """(line, what is imported) of every import in a module: a module's dotted name, or module.name."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from ((node.lineno, f"{base}.{alias.name}") for alias in node.names)


def part_of(module: str) -> str:
    """buddylab.core.gfp -> core; buddylab -> ''."""
    return module.partition(".")[2].partition(".")[0]


def owner(target: str, modules: Mapping[str, str]) -> str:
    """The module that an imported name belongs to: buddylab.core.gfp.WAIT -> buddylab.core.gfp."""
    while target not in modules and "." in target:
        target = target.rpartition(".")[0]
    return target


def complaint(name: str, target: str, modules: Mapping[str, str]) -> str | None:
    """Why module `name` may not import `target`, or None if it may."""
    mine = part_of(name)
    if target.startswith("."):
        return "is relative: the full name says from which layer it comes"
    if target.split(".")[0] != PACKAGE:
        known = sys.stdlib_module_names | LATE.get(name, set())
        if mine in STANDARD_LIBRARY_ONLY and target.split(".")[0] not in known:
            return "is not in the standard library"
        return None
    module = owner(target, modules)
    if module == PACKAGE:
        # The version is the only thing that a room may want from the package's own front.
        if target != f"{PACKAGE}.__version__":
            return "takes the whole package instead of a module"
        return None if "__version__" in LAYERS[mine] else "does not need the version"
    theirs = part_of(module)
    if mine == theirs == "core" and name != f"{PACKAGE}.core":
        return core_complaint(name.split(".")[2], module)
    if mine == theirs:
        return None
    if theirs not in LAYERS[mine]:
        return f"{theirs or PACKAGE} is not below {mine or PACKAGE}"
    inside = module != f"{PACKAGE}.{theirs}" or target.rpartition(".")[2].startswith("_")
    if theirs in TOP and inside:
        return f"reaches into the inside of {theirs}"
    return None


def core_complaint(mine: str, module: str) -> str | None:
    """Why core's module `mine` may not import core's `module`, or None if it may."""
    if module == f"{PACKAGE}.core":
        return "takes the whole core instead of a module to its left"
    theirs = module.split(".")[2]
    if theirs not in CORE_ORDER[: CORE_ORDER.index(mine)]:
        return f"{theirs} does not stand to the left of {mine}"
    return None


def homeless(name: str) -> bool:
    """Whether a module has no place in the plan."""
    parts = name.split(".")
    if part_of(name) not in LAYERS:
        return True
    return len(parts) > 2 and parts[1] == "core" and parts[2] not in CORE_ORDER


def violations(modules: Mapping[str, str]) -> list[str]:
    """All breaches of the layers, one sentence each."""
    strangers = [name for name in modules if homeless(name)]
    found = [f"{name} has no place in the plan: give it one in tests/test_layers.py" for name in strangers]
    for name in modules.keys() - strangers:
        for line, target in imports(modules[name]):
            why = complaint(name, target, modules)
            if why:
                found.append(f"{name}, line {line}: imports {target}: {why}")
    return sorted(found)


def unused(modules: Mapping[str, str]) -> list[str]:
    """Permissions that no import needs: room -> room."""
    used = {
        (part_of(name), target.rpartition(".")[2] if owner(target, modules) == PACKAGE else part_of(target))
        for name, source in modules.items()
        for _, target in imports(source)
        if target.split(".")[0] == PACKAGE
    }
    return sorted(
        f"{mine} -> {theirs}" for mine, rooms in LAYERS.items() for theirs in rooms - {t for m, t in used if m == mine}
    )


def test_no_permission_is_left_over():
    assert unused(read_package(ROOT / PACKAGE)) == []


def test_a_permission_that_nobody_uses_is_found():
    modules = read_package(ROOT / PACKAGE)
    del modules["buddylab.widgets.question"]
    assert unused(modules) == ["widgets -> course"]


def test_few_modules_stand_at_the_top():
    files = {file.stem for file in (ROOT / PACKAGE).glob("*.py")} - {"__init__", "__main__"}
    assert len(files) <= 4, f"every other module belongs in a room: {sorted(files)}"


def test_the_package_keeps_its_layers():
    modules = read_package(ROOT / PACKAGE)
    assert f"{PACKAGE}.core.gfp" in modules
    assert violations(modules) == []


def test_the_modern_allocator_shares_only_what_is_the_same_in_both_kernels():
    modules = read_package(ROOT / PACKAGE)
    taken = {target for name in modules if part_of(name) == "modern" for _, target in imports(modules[name])}
    assert {target for target in taken if part_of(target) == "core"} == MODERN_OF_CORE


# A small package that keeps every rule; each case below breaks one.
GOOD = {
    "buddylab": "",
    "buddylab.__main__": "import argparse\nfrom buddylab.commands import COMMANDS",
    "buddylab.commands": "from buddylab.scenario import replay\nfrom buddylab.export import html",
    "buddylab.core": "from buddylab.core import gfp, zone",
    "buddylab.core.events": "from typing import NamedTuple",
    "buddylab.core.gfp": "WAIT = 0x10",
    "buddylab.core.zone": "import buddylab.core.gfp\nfrom buddylab.core import gfp\nfrom buddylab.core.gfp import WAIT",
    "buddylab.core.machine": "from buddylab.core.zone import Zone\nfrom buddylab.core import events",
    "buddylab.printable": "import unicodedata",
    "buddylab.world": "from buddylab.core import machine",
    "buddylab.reclaim": "from buddylab.core import machine",
    "buddylab.reclaim.shrink": "from buddylab.reclaim import oom\nfrom buddylab.core.machine import Machine",
    "buddylab.reclaim.oom": "import random",
    "buddylab.scenario": "import json\nfrom buddylab.core.machine import Machine",
    "buddylab.commentary": "from importlib.resources import files",
    "buddylab.view": "from buddylab.commentary import load",
    "buddylab.reports": "from buddylab.printable import printable",
    "buddylab.plots": "import numpy\nimport matplotlib.pyplot as plt\nfrom buddylab.core.record import Run",
    "buddylab.core.record": "from buddylab.core import events, ladder",
    "buddylab.core.ladder": "from buddylab.core.machine import Machine",
    "buddylab.widgets": "from buddylab.widgets.explorer import Explorer",
    "buddylab.widgets.explorer": "import anywidget\nfrom buddylab.view.document import text",
    "buddylab.export": "from buddylab import __version__",
    "buddylab.export.page": "import json",
}


def test_a_package_that_keeps_the_rules_passes():
    assert violations(GOOD) == []


@pytest.mark.parametrize(
    ("name", "source", "why"),
    [
        ("buddylab.core.gfp", "from buddylab.core import zone", "zone does not stand to the left of gfp"),
        ("buddylab.core.gfp", "from .zone import Zone", "is relative"),
        ("buddylab.core.events", "import buddylab.core.gfp", "gfp does not stand to the left of events"),
        ("buddylab.core.zone", "def f():\n    from buddylab.core import machine", "machine does not stand"),
        ("buddylab.core.zone", "if X:\n    from buddylab.core import ladder", "ladder does not stand"),
        ("buddylab.core.zone", "from buddylab.core import anything", "takes the whole core"),
        ("buddylab.core.zone", "import numpy as np", "numpy: is not in the standard library"),
        ("buddylab.core.zone", "from buddylab import scenario", "scenario is not below core"),
        ("buddylab.core.zone", "import buddylab", "takes the whole package"),
        ("buddylab.core.helpers", "", "has no place in the plan"),
        ("buddylab.helpers", "", "has no place in the plan"),
        ("buddylab.world", "from buddylab.scenario import load", "scenario is not below world"),
        ("buddylab.reclaim.oom", "from buddylab.reports import read", "reports is not below reclaim"),
        ("buddylab.scenario", "from buddylab.world import users", "world is not below scenario"),
        ("buddylab.commentary", "from jinja2 import Template", "is not in the standard library"),
        ("buddylab.reports", "from buddylab.world import users", "world is not below reports"),
        ("buddylab.reports", "from buddylab import __version__", "does not need the version"),
        ("buddylab", "from buddylab.export import to_html", "export is not below buddylab"),
        ("buddylab.commands", "import click", "click: is not in the standard library"),
        ("buddylab.widgets", "from buddylab.export.page import html", "the inside of export"),
        ("buddylab.widgets", "from buddylab.export import _draw", "the inside of export"),
        ("buddylab.export", "from buddylab.widgets import Explorer", "widgets is not below export"),
    ],
)
def test_a_breach_is_found(name, source, why):
    found = violations(GOOD | {name: source})
    assert len(found) == 1, found
    assert why in found[0]


def heavy_modules_after_importing(modules: list[str], root: Path) -> list[str]:
    """Which of the big packages are loaded once a fresh interpreter has imported these modules."""
    code = f"import sys, {', '.join(modules)}; print(*[name for name in {HEAVY} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_the_light_part_loads_without_the_extras():
    light = [name for name in read_package(ROOT / PACKAGE) if part_of(name) in STANDARD_LIBRARY_ONLY]
    assert PACKAGE in light
    assert heavy_modules_after_importing(light, ROOT) == []


def test_a_heavy_import_is_noticed(tmp_path):
    (tmp_path / "sly.py").write_text("__import__('numpy')")
    assert heavy_modules_after_importing(["sly"], tmp_path) == ["numpy"]
