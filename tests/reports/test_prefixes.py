"""Whatever stands in front of the kernel's lines, and however they are wrapped: the same reading as without."""

import os
import random
from pathlib import Path

import pytest
from prefixed import PREFIXES, WRAPS

from buddylab.reports import as_dict, explain, parse

HERE = Path(__file__).parent
KINDS = (
    *("second/04_boost_cure", "second/05_highmem_cure", "second/07_atomic_told_to_sleep", "second/15_half_missing"),
    *("second/16_high_mark_gap", "second/16b_scale_factor", "second/21_kept_H", "second/11_ia64_dma32"),
    *("data/023", "data/024", "data/011"),
)
"""Allocation failures and OOM reports of 2.6 to 6.6, of one node and several, with and without types and traces."""
CASES = [(kind, prefix, wrap) for kind in KINDS for prefix in PREFIXES for wrap in WRAPS]
SAMPLE = CASES if os.environ.get("BUDDYLAB_FULL") else random.Random(15).sample(CASES, 400)


def text_of(kind):
    """A report as the kernel printed it, without what the mail it came in put around it."""
    text = (HERE / f"{kind}.txt").read_text(encoding="utf-8").rstrip("\n")
    return "\n".join(line.removeprefix("> ").removeprefix(">") for line in text.split("\n"))


def reading(text):
    """All that is read and said, but for the numbers of lines."""
    told = [as_dict(explain(report)) for report in parse(text)]
    for one in told:
        one["unread"] = len(one["unread"])
        del one["repairs"]
    return told


PLAIN = {kind: reading(text_of(kind)) for kind in KINDS}


@pytest.mark.parametrize(("kind", "prefix", "wrap"), [pytest.param(*one, id="-".join(one)) for one in SAMPLE])
def test_the_same_reading_behind_any_prefix(kind, prefix, wrap):
    assert reading(WRAPS[wrap](PREFIXES[prefix](text_of(kind)))) == PLAIN[kind]


@pytest.mark.parametrize(
    "prefix", ["node-a: kern: warning: [2022-01-25T10:35:59.108125566Z]: ", "weird <0x3f2a> | k! "]
)
def test_a_prefix_that_nobody_has_seen_is_learned(prefix):
    text = "\n".join(prefix + line for line in text_of("second/04_boost_cure").split("\n"))
    assert reading(text) == PLAIN["second/04_boost_cure"]
