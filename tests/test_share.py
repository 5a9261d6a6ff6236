"""A run as a short text: there and back it is the same run; a garbled text is told what is wrong with it."""

import json

import pytest

from buddylab.explorer.knobs import checked, flags, start
from buddylab.explorer.share import Setting, forms, parse, share
from buddylab.said import SaidError
from buddylab.widgets import Explorer

SETTINGS = [
    {},
    {"machine": "small", "gfp_mask": 0xD0, "order": 0, "pressure": 900, "mix": "no_swap"},
    {"machine": {"DMA": 16, "Normal": 48}, "order": 10, "scatter": 0},
    {"machine": {"DMA": 16, "DMA32": 48, "Normal": 64, "nodes": 2}, "gfp_mask": 0x40000, "rt_task": True},
    {"machine": "tiny", "in_interrupt": True, "PF_MEMALLOC": True, "TIF_MEMDIE": True, "pressure": 1000},
    {"machine": "tiny", "hand": [["alloc", 2, 0xD0, "rt_task,PF_MEMALLOC"]]},
]
PLAIN = "buddylab:2 machine=report gfp_mask=0x20 order=3 pressure=362 scatter=92 mix=desktop"


def test_the_text_is_what_it_says():
    """The reported machine stands at 362 of the track with 92 % scatter, see test_explorer."""
    assert Explorer().share == PLAIN
    assert Explorer(in_interrupt=True, rt_task=True).share == f"{PLAIN} who=in_interrupt,rt_task"
    assert Explorer().compare(order=2).share == f'{PLAIN} other={{"order":2}}'


@pytest.mark.parametrize("knobs", SETTINGS)
def test_the_same_text_gives_the_same_run(knobs):
    explorer = Explorer(**knobs)
    for text in (explorer.share, explorer.forms["json"], f"  `{explorer.share}`\n", explorer.share.replace(" ", "\n")):
        again = Explorer.from_text(text)
        assert again.document == explorer.document and again.knobs == explorer.knobs and again.share == explorer.share
    other = Explorer(machine="numa")
    other.paste = explorer.share
    assert other.document == explorer.document and other.paste == "" and other.error == []
    assert other.forms == explorer.forms


@pytest.mark.parametrize("knobs", SETTINGS)
def test_the_cell_gives_the_same_run(knobs):
    explorer, names = Explorer(**knobs), {}
    exec(explorer.forms["python"].replace("\nExplorer", "\nmade = Explorer"), names)
    assert names["made"].document == explorer.document


def test_what_is_compared_and_what_was_done_by_hand_is_shared_too():
    explorer = Explorer(machine="tiny").compare(gfp_mask=0xD0)
    assert Explorer.from_text(explorer.share).other_document == explorer.other_document != {}
    explorer.compare()
    assert "other" not in explorer.share
    explorer.alloc(1).alloc(0)
    again = Explorer.from_text(explorer.share)
    assert again.document == explorer.document and again.hand == explorer.hand and explorer.share.endswith("show=hand")
    assert Explorer.from_text(explorer.forms["json"]).document == explorer.document
    assert explorer.undo().undo().share == Explorer(machine="tiny").share


def test_the_log_line_is_the_kernels():
    assert Explorer(gfp_mask=0x4020, order=3).forms["log"] == "swapper: page allocation failure. order:3, mode:0x4020"


@pytest.mark.parametrize(
    ("text", "said", "zh"),
    [
        ("", "begins with 'buddylab:2' or 'buddylab:1', this one with ''", "开头"),
        ("hello", "this one with 'hello'", "hello"),
        ("buddylab:3 order=3", "begins with 'buddylab:2'", "开头"),
        ('{"version": "buddylab:3"}', "begins with 'buddylab:2'", "开头"),
        ("buddylab:2 order", "'order' is not of the form name=value", "形式"),
        ("buddylab:2 order=3 order=4", "order stands there twice", "两次"),
        ("buddylab:2 order=three", "order must be a whole number from 0 .*, not 'three'", "整数"),
        ("buddylab:2 order=11", "order must be a whole number from 0", "0"),
        ("buddylab:2 colour=red", "no knob is called 'colour'; there are machine, gfp_mask", "旋钮"),
        ("buddylab:2 gfp_mask=GFP_KERNAL", "'GFP_KERNAL' is not a gfp mask", "GFP_KERNAL"),
        ("buddylab:2 machine=cray", "no machine 'cray'", "没有机器"),
        ('buddylab:2 machine={"DMA":16,"Norm', "machine: .* cannot be read, perhaps it was cut short", "截断"),
        ('buddylab:2 machine={"DMA":99,"Normal":9}', "DMA must be a whole number from 1 to 16 MB", "DMA 须为"),
        ("buddylab:2 who=root", "who may be in_interrupt", "who 可以是"),
        ("buddylab:2 other=5", 'other must be knobs such as {"order":2}', "other 须为"),
        ('buddylab:2 other={"order":12}', "order must be a whole number from 0", "order 须为"),
        ("buddylab:2 show=me", "show may be hand", "show 只能"),
        ("buddylab:2 hand=[[1]]", "hand is a list", "hand 是"),
        ('{"order": 3', "not a whole JSON document, perhaps cut short", "截断"),
        ("buddylab:2 hand=" + "[" * 100_000, "cannot be read", "无法读取"),
    ],
)
def test_a_garbled_text_is_told_and_nothing_is_lost(text, said, zh):
    with pytest.raises(SaidError, match=said) as caught:
        parse(text)
    assert zh in caught.value.said.zh
    if text:
        explorer = Explorer(machine="tiny")
        before = explorer.document
        explorer.paste = text
        assert explorer.error == [str(caught.value), caught.value.said.zh] and explorer.document is before
        explorer.paste = explorer.share
        assert explorer.error == []


def test_every_knob_of_a_setting_is_in_the_forms():
    setting = Setting(checked({**start(), **dict.fromkeys(flags(), True)}))
    assert parse(share(setting)) == setting
    assert json.loads(forms(setting)["json"]) == {"version": "buddylab:2", **setting.knobs}


@pytest.mark.parametrize(
    ("text", "pressure", "other"),
    [
        ("buddylab:1 machine=small pressure=100", 900, {}),
        ('buddylab:1 machine=small pressure=0 other={"pressure":1000}', 1000, {"pressure": 0}),
        ("buddylab:1 machine=report order=2", 362, {}),
        ('{"machine": "small", "pressure": 638, "other": {"order": 1}}', 362, {"order": 1}),
        ('{"version": "buddylab:2", "machine": "small", "pressure": 638}', 638, {}),
    ],
)
def test_a_text_of_version_1_counted_from_the_other_end(text, pressure, other):
    """There pressure was the free memory; 638 of the track in version 1 are 1000 - 638 = 362 today."""
    setting = parse(text)
    assert (setting.knobs["pressure"], setting.other) == (pressure, other)
    assert parse(share(setting)) == setting


def test_what_could_not_be_in_version_1_is_told_as_it_was_given():
    for text in ("buddylab:1 pressure=1001", '{"pressure": 1001}'):
        with pytest.raises(SaidError, match="pressure must be a whole number from 0 to 1000, not 1001"):
            parse(text)
