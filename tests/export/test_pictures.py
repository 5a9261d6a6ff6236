"""What pictures and films say when something is missing; that they are drawn is tested in tests/browser."""

import builtins
import shutil

import pytest

from buddylab import export
from buddylab.explorer.knobs import checked, flags
from buddylab.export import pictures

REPORT = {
    "machine": "report",
    "gfp_mask": "GFP_ATOMIC",
    "order": 3,
    "pressure": None,
    "scatter": None,
    "mix": "desktop",
    **dict.fromkeys(flags(), False),
    "hand": [],
}


@pytest.fixture(scope="module")
def take():
    return export.knobs_take(checked(REPORT))


@pytest.mark.parametrize(
    ("package", "write", "said"),
    [
        ("playwright", export.to_png, "Playwright, which drives it, is not installed"),
        ("PIL", export.to_gif, "Pillow, which is not installed"),
    ],
)
def test_a_missing_package_is_named(take, tmp_path, monkeypatch, package, write, said):
    real = builtins.__import__

    def without(name, *rest):
        if name.split(".")[0] == package:
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(export.ExportError, match=said):
        write(take, tmp_path / "a")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_ffmpeg_is_named_before_anything_is_drawn(take, tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(export.ExportError, match="ffmpeg, and none was found"):
        export.to_mp4(take, tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_frame_has_a_step_for_every_row_of_its_test(take):
    steps = pictures.steps_by_event(take)
    rows = sum(max(1, len(frame["test"]["rows"]) if "test" in frame else 1) for frame in take.document["frames"])
    assert len(steps) == len(take.document["frames"]) and steps[-1] == rows


def test_a_longer_sentence_stays_longer_and_the_verdict_longest(take):
    times = pictures.reading_times(take, "en")
    assert all(1.2 <= seconds <= 9 for seconds in times) and times[-1] == max(times)
