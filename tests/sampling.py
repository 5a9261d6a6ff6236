"""What `make test` plays of many alike cases: a sample, drawn by its name and a seed; `make test-full` plays them all.

BUDDYLAB_FULL=1 plays everything. BUDDYLAB_SEED=n draws other samples than those of every day (seed 1).
"""

import os
import sys
from pathlib import Path
from random import Random

import pytest

FULL = os.environ.get("BUDDYLAB_FULL") == "1"
SEED = os.environ.get("BUDDYLAB_SEED", "1")
DRAWN = {}
"""Name of a sample -> how many of how many."""


def drawn(name, cases, count):
    """The places of `count` of these cases, drawn by the sample's name and the seed."""
    DRAWN[name] = (count, len(cases))
    return {*Random(f"{name} {SEED}").sample(range(len(cases)), count)}


def sample(name, cases, count, ids=None):
    """Parameters of a test: all cases, those that are not drawn marked to be played by `make test-full` only."""
    cases = list(cases)
    kept = drawn(name, cases, count)
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            marks=() if place in kept else pytest.mark.full,
            id=ids(case) if ids else None,
        )
        for place, case in enumerate(cases)
    ]


def main():
    """Print which notebooks are executed: `python tests/sampling.py COUNT`, or, by `--rest COUNT`, all the others."""
    notebooks = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
    kept = drawn("notebooks executed", notebooks, int(sys.argv[-1]))
    print(*(path for place, path in enumerate(notebooks) if (place in kept) != ("--rest" in sys.argv)))


if __name__ == "__main__":
    main()
