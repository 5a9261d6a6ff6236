"""A knob is one record: added in one place, it is found wherever knobs are."""

import subprocess
import sys
from pathlib import Path

from buddylab.explorer.knobs import KNOBS, checked, start
from buddylab.said import Said

ROOT = Path(__file__).resolve().parents[1]

ADDED = """
from buddylab.explorer import knobs
from buddylab.said import Said

def in_tens(value):
    if value not in (0, 10, 20):
        raise ValueError(f"{value!r} is no ten")
    return value

extra = knobs.Knob("shade", Said("Shade", "色调"), "memory", "slider", 10, in_tens, most=20, tries=(20,))
knobs.KNOBS = (*knobs.KNOBS, knobs.switch("quiet", "memory"), extra)

from buddylab.export.lecture import Grid
from buddylab.explorer import neighbours, reach
from buddylab.widgets import Explorer

explorer = Explorer(machine="tiny", quiet=True, shade=20)
assert explorer.knobs["quiet"] is True and explorer.knobs["shade"] == 20, explorer.knobs
explorer.shade = 0  # a trait
assert explorer.run and explorer.trait_metadata("shade", "sync") and explorer.knobs["shade"] == 0
controls = {one["name"]: one for one in explorer.deck["controls"]}
assert controls["shade"]["control"] == "slider" and controls["shade"]["label"] == Said("Shade", "色调")
assert controls["shade"]["most"] == 20 and controls["quiet"]["control"] == "switch"
assert explorer.deck["knobs"]["shade"] == 0
assert " quiet=True shade=0" in explorer.share, explorer.share
assert "quiet=True, shade=0" in explorer.forms["python"], explorer.forms["python"]
assert Explorer.from_text(explorer.share).knobs == explorer.knobs
assert any({"quiet", "shade"} <= set(one) for one in reach.settings())
nearby = [name for *_, turned in neighbours._candidates(explorer.knobs) for name in turned]
assert nearby.count("quiet") == 1, nearby
grid = Grid(explorer.knobs, [0x20], [3], [500])
assert [(one["quiet"], one["shade"]) for one in grid.settings()] == [(True, 0)] * 5
fixed = grid.fixed_knobs()
assert fixed["quiet"] is True and fixed["shade"] == 0 and "pressure" not in fixed
hand = explorer.alloc(0).hand
assert hand and explorer.set(shade=10).hand == [], "other memory: nothing was done by hand in it yet"
try:
    explorer.set(shade=5)
except ValueError as error:
    print("found everywhere,", error)
"""


def test_a_knob_added_in_one_place_is_found_everywhere():
    done = subprocess.run([sys.executable, "-c", ADDED], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "found everywhere, 5 is no ten\n"), done.stderr


def test_every_record_is_whole():
    assert len({knob.name for knob in KNOBS}) == len(KNOBS)
    stands = checked(start())
    for knob in KNOBS:
        assert knob.check(stands[knob.name]) == stands[knob.name], knob.name
        for words in (knob.label, knob.title or knob.label, *(said for _, said in knob.choices)):
            assert isinstance(words, Said) and words.en and words.zh, knob.name
        for value in knob.tries:
            knob.check(value)
