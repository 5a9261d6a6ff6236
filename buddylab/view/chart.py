"""The flow chart of `__alloc_pages`, read from the return statements of its stages."""

import ast
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from buddylab.core.ladder import STAGES


def flow_chart(stages: Sequence[Callable[..., Any]] = STAGES) -> dict[str, tuple[str | None, ...]]:
    """For every stage of a ladder those that may follow, in ladder order; None = the C returns here.

    Raises ValueError for a stage that returns anything but a stage.
    """
    order = [*(stage.__name__ for stage in stages), None]
    chart = {}
    for stage in stages:
        found = {
            leaf.id if isinstance(leaf, ast.Name) else None
            for node in ast.walk(ast.parse(inspect.getsource(stage)))
            if isinstance(node, ast.Return) and node.value is not None
            for leaf in _results(node.value)
        }
        if found - set(order):
            raise ValueError(f"stage {stage.__name__} returns {found - set(order)}, which is not a stage")
        chart[stage.__name__] = tuple(name for name in order if name in found)
    return chart


def _results(value: ast.expr) -> list[ast.expr]:
    """The expressions that a return value can be: both arms of `x if c else y`."""
    return _results(value.body) + _results(value.orelse) if isinstance(value, ast.IfExp) else [value]
