"""The questions, a module a notebook: `nb01.merge56` is the question "01.merge56".

A question is a function of a random generator (None: the notebook's own figures); `__all__` lists them in order.
"""

import pkgutil
from importlib import import_module
from random import Random

from buddylab.course.question import Question


def names(notebook: str | None = None) -> list[str]:
    """The ids of all questions, or of one notebook's ("01"), in the order in which they are asked.

    Raises ValueError for a notebook without questions.
    """
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name.startswith("nb"))
    if notebook is not None and f"nb{notebook}" not in modules:
        raise ValueError(f"there are no questions for notebook {notebook!r}: {', '.join(name[2:] for name in modules)}")
    wanted = modules if notebook is None else [f"nb{notebook}"]
    return [f"{name[2:]}.{asked}" for name in wanted for asked in import_module(f"{__name__}.{name}").__all__]


def find(name: str, seed: int = 0) -> Question:
    """The question of this id; seed 0 draws the notebook's own figures, every other seed others.

    Raises ValueError for an id that does not exist, with those of its notebook.
    """
    notebook, _, asked = name.partition(".")
    listed = names(notebook)
    if name not in listed:
        raise ValueError(f"there is no question {name!r}: notebook {notebook} has {', '.join(listed)}")
    question: Question = getattr(import_module(f"{__name__}.nb{notebook}"), asked)(Random(seed) if seed else None)
    return question
