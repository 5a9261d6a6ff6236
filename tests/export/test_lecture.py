"""A grid of settings in one page: each recorded once, found again, and within its budget."""

import base64
import gzip
import json
import re
from time import perf_counter

import pytest

from buddylab import export
from buddylab.__main__ import main
from buddylab.explorer.knobs import PRESETS, checked
from buddylab.export.lecture import WHO, default_levels


def recording_of(file):
    page = file.read_text(encoding="utf-8")
    (packed,) = re.findall('id="recording">([^<]*)</script>', page)
    return json.loads(gzip.decompress(base64.b64decode(packed)))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    shares = []
    file = export.lecture_page(
        tmp_path_factory.mktemp("lecture") / "a.html",
        machine="small",
        levels=[1000, 500],
        presets=["GFP_KERNEL", "GFP_ATOMIC"],
        orders=[0, 3],
        progress=shares.append,
    )
    return file, recording_of(file), shares


def test_every_setting_is_there_with_its_own_run(small):
    _, page, shares = small
    grid, shelf = page["grid"], page["shelf"]
    assert len(grid["places"]) == 2 * 2 * 2 * len(WHO) and shares[-1] == 1.0 and shares == sorted(shares)
    place = 0
    for level in (500, 1000):
        for mask in (0xD0, 0x20):
            for order in (0, 3):
                for who in WHO:
                    run, deck = grid["places"][place]
                    request = shelf[shelf[run][0]["request"]]
                    knobs = shelf[shelf[deck]["knobs"]]
                    assert (request["gfp_mask"], request["order"]) == (mask, order)
                    assert request["context"] == {flag: 1 for flag, on in who.items() if on}
                    assert (knobs["pressure"], knobs["machine"]) == (level, "small")
                    place += 1


def test_a_run_of_the_grid_is_the_one_that_the_explorer_would_show(small):
    _, page, _ = small
    shelf = page["shelf"]
    run, deck = page["grid"]["places"][7]
    parts, frames = shelf[run]
    document = {name: shelf[at] for name, at in parts.items()} | {"frames": [shelf[at] for at in frames]}
    fresh = export.knobs_take(checked(shelf[shelf[deck]["knobs"]])).document
    assert document == json.loads(json.dumps(fresh))


def test_a_title_of_a_lecture_stays_text(tmp_path):
    title = "</title></script><script>alert(1)</script>\x1b[31m\u202egnp"
    file = export.lecture_page(
        tmp_path / "a.html", machine="small", levels=[1000], presets=["GFP_ATOMIC"], orders=[0], title=title
    )
    page = file.read_text(encoding="utf-8")
    assert page.count("<script") == 3 and "alert(1)</script>" not in page
    assert all(letter.isprintable() or letter == "\n" for letter in page)
    assert recording_of(file)["heading"] == "</title></script><script>alert(1)</script>.[31m.gnp"


def test_nothing_stands_on_the_shelf_twice(small):
    texts = [json.dumps(value) for value in small[1]["shelf"]]
    assert len(set(texts)) == len(texts)


def test_the_levels_hold_the_marks():
    assert len(default_levels("report")) == 7 and default_levels("report")[0] == 1000


def test_what_cannot_be(tmp_path):
    with pytest.raises(ValueError, match="at least one preset"):
        export.lecture_page(tmp_path / "a.html", presets=[])
    with pytest.raises(ValueError, match="pressure must be a whole number from 0 to 1000, not 1001"):
        export.lecture_page(tmp_path / "a.html", machine="tiny", levels=[1001])
    assert list(tmp_path.iterdir()) == []


def test_the_command_refuses_before_it_records(tmp_path, capsys):
    (tmp_path / "a.html").write_text("mine")
    assert main(["lecture", str(tmp_path / "a.html")]) == 2
    assert "exists and was left as it is" in capsys.readouterr().err
    assert main(["lecture", str(tmp_path / "b.html"), "--machine", "pdp11"]) == 2
    assert "pdp11" in capsys.readouterr().err


@pytest.mark.full  # 3,080 settings take a minute
def test_the_whole_grid_of_a_lecture_is_under_3_mb(tmp_path, capsys):
    start = perf_counter()
    file = export.lecture_page(tmp_path / "lecture.html")
    took, size = perf_counter() - start, file.stat().st_size
    grid = recording_of(file)["grid"]
    assert len(grid["places"]) == len(PRESETS) * 11 * 7 * len(WHO) == 3080
    assert size < 3_000_000
    with capsys.disabled():
        print(f"\n  lecture page, 3,080 settings: {size:,} bytes (budget 3,000,000) in {took:.0f} s")
