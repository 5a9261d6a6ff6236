"""What was predicted, as text: the score, the confidence, and the run's own sentence where the answer was wrong."""

import pytest

from buddylab.widgets import Explorer

ANSWERS = [
    {
        "question": "Normal, pages_low?",
        "answer": "refuses",
        "truth": "refuses",
        "right": True,
        "confidence": "certain",
        "frame": 3,
    },
    {
        "question": "Normal, pages_min?",
        "answer": "holds",
        "truth": "refuses",
        "right": False,
        "confidence": "certain",
        "frame": 11,
    },
    {"question": "Where to?", "answer": None, "truth": "nopage", "right": False, "confidence": "guess", "frame": 13},
]


@pytest.fixture
def explorer():
    """GFP_ATOMIC, order 3: 41 > 44 does not hold (frame 11), and rebalance leads to nopage (frame 13)."""
    made = Explorer(gfp_mask="GFP_ATOMIC", order=3, in_interrupt=True)
    made.predictions = ANSWERS
    return made


def test_a_wrong_answer_stands_with_what_the_run_said(explorer):
    lines = explorer.prediction_summary().splitlines()
    assert lines[:3] == ["1 of 3 predicted right", "a guess: 0 of 1 right", "certain: 1 of 2 right"]
    assert lines[3] == "✓ Normal, pages_low? refuses (certain); refuses"
    assert lines[4:6] == [
        "✗ Normal, pages_min? holds (certain); refuses",
        "    Normal refuses: blocks of order 3 or more count 41 pages; more than 44 are needed.",
    ]
    assert lines[6] == "✗ Where to? NULL (a guess); nopage" and len(lines) == 8


def test_it_is_there_in_chinese(explorer):
    lines = explorer.prediction_summary("zh").splitlines()
    assert lines[:3] == ["3 题中预测对 1 题", "猜测：1 题对 0", "确定：2 题对 1"]
    assert "    Normal 拒绝：3 阶及以上的块只计 41 页，须多于 44 页。" in lines


def test_another_run_has_no_answers_yet(explorer):
    assert explorer.set(order=2).prediction_summary() == "0 of 0 predicted right"
