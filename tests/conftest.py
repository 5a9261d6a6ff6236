"""What all tests share: how hypothesis searches, and which of many alike cases are played."""

import os

import pytest
import sampling
from hypothesis import settings

# The same examples every time, so that a red run says something about the change and not about luck.
settings.register_profile("ci", derandomize=True, database=None, deadline=None, print_blob=True)
# HYPOTHESIS_PROFILE=explore looks for new counterexamples, for as long as one likes to wait.
settings.register_profile("explore", max_examples=5_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to `make test-full` what is marked for it."""
    if sampling.FULL:
        return
    left = [item for item in items if item.get_closest_marker("full")]
    if left:
        items[:] = [item for item in items if not item.get_closest_marker("full")]
        config.hook.pytest_deselected(items=left)


def pytest_report_collectionfinish() -> list[str]:
    """Say which samples were drawn."""
    drawn = ", ".join(f"{name} {count} of {total}" for name, (count, total) in sampling.DRAWN.items())
    return [f"samples (seed {sampling.SEED}): {drawn}"] if drawn and not sampling.FULL else []
