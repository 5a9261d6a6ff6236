"""Memory's motion and the annotated source in a real JupyterLab: only changes move, notes can be read whole."""

import pytest
from conftest import explorer_in
from playwright.sync_api import expect

from buddylab.widgets import Explorer

WATCH = """el => {
  if (window.moves) return void window.moves.splice(0);
  window.moves = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (frames, how) {
    window.moves.push([this, frames[0].transform, how.duration]);
    return animate.call(this, frames, how);
  };
}"""
"""Keeps of every animation in the lists: the column, what moves, from where, and how long (ms)."""
TAKE = """() => window.moves.splice(0).filter(([node]) => node.closest("[data-col]"))
  .map(([node, ...how]) => [node.closest("[data-col]").dataset.col, node.getAttribute("class"), ...how])"""
DMA = {"machine": "small", "gfp_mask": "GFP_DMA", "order": 1}
MEMALLOC = {"PF_MEMALLOC": True}


@pytest.fixture
def explorer(request, run_cells):
    made = f"Explorer(**{request.param})"
    return explorer_in(run_cells(f"from buddylab.widgets import Explorer\n{made}", height=1100))


def merging_page(python):
    """A used page on the strip whose block has a free buddy: freed by hand, it merges; with the orders of the merge."""
    (strip,) = python.document["strip"]
    for head, order in strip["free"]:
        page = head ^ 1 << int(order)
        if 0 <= page - strip["start"] < strip["pages"] and strip["used"][page - strip["start"]] in "KAC":
            merges = [frame["merge"] for frame in Explorer(**DMA).free(page).document["frames"] if "merge" in frame]
            if merges and merges[-1]["to"] > merges[-1]["from"]:
                return page, merges[-1]
    raise AssertionError("no page on the strip merges when it is freed")


def test_a_step_moves_only_lists_that_changed(open_screen):
    """The run looks at two zones in turn and ends with a split: only that moves."""
    explorer = open_screen(Explorer(**MEMALLOC), width=1500, height=1100)
    frames = Explorer(**MEMALLOC).document["frames"]
    assert len({frame["test"]["zone"] for frame in frames if "test" in frame}) > 1
    scrub = explorer.locator(".time input[type=range]")
    scrub.press("Home")
    explorer.evaluate(WATCH)
    for place, frame in enumerate(frames):
        for _ in range(len(frame["test"]["rows"]) if "test" in frame else 1):
            seen = [(int(column), name) for column, name, *_ in explorer.evaluate(TAKE) if name in ("top", "gone")]
            entered = [(order, "top") for order in frame["split"]["back"]] if "split" in frame else []
            assert sorted(seen) == sorted(entered), f"frame {place}"
            scrub.press("ArrowRight")
    assert "split" in frames[-2]


def free_page(explorer, page):
    """Click this page on the strip."""
    starts = [
        int(pfn)
        for pfn in explorer.locator(".strip").evaluate(
            "el => [...el.querySelectorAll('[data-pfn]')].map((node) => node.dataset.pfn)"
        )
    ]
    start = max(pfn for pfn in starts if pfn <= page)
    scale = explorer.locator(".strip svg").first.bounding_box()["width"] / 64
    explorer.locator(f".strip [data-pfn='{start}']").click(position={"x": (page - start + 0.5) * scale, "y": 8})


@pytest.mark.parametrize("explorer", [DMA], indirect=True)
def test_a_merge_by_hand_is_seen_and_its_undo_is_instant(explorer):
    page, merge = merging_page(Explorer(**DMA))
    explorer.locator(".time input[type=range]").press("Home")
    explorer.evaluate(WATCH)
    free_page(explorer, page)
    expect(explorer.locator(".say .tx")).to_contain_text("Given back")
    ((column, what, start, ms),) = explorer.evaluate(TAKE)
    assert (column, what, ms) == (str(merge["to"]), "top", 320)
    assert start.startswith("translate(-"), "it comes from the list of the smaller order, at the left"
    explorer.get_by_role("button", name="undo", exact=True).click()
    expect(explorer.locator(".say .tx")).not_to_contain_text("Given back")
    assert explorer.evaluate(TAKE) == []


def test_source_by_keyboard_in_three_states(open_screen):
    explorer = open_screen(Explorer(**DMA), width=1500, height=1100)
    text = Explorer().text
    entry = text["entries"]["might_sleep"]
    line = explorer.locator(".src .ln").nth(entry["lines"][0] - 1)
    expect(line).to_contain_text(text["source"][entry["lines"][0] - 1].strip())
    for view, said in (("translated", entry["en"]), ("corrected", entry["note_en"])):
        explorer.get_by_role("button", name=view, exact=True).press("Enter")
        expect(line).to_contain_text(said.splitlines()[0])
    explorer.get_by_role("button", name="original", exact=True).press("Enter")
    for word, was in text["mangled"].items():
        expect(explorer.locator(".src u", has_text=word).first).to_be_attached()
        expect(explorer.locator(".src .ln small.was", has_text=was).first).to_be_attached()


def test_a_long_note_can_be_read_whole(open_screen):
    explorer = open_screen(Explorer(**DMA), width=1500, height=1100)
    explorer.locator(".time input[type=range]").press("Home")
    note, more = explorer.locator(".note"), explorer.locator(".note .more button")
    expect(more).to_have_attribute("aria-expanded", "false")
    more.press("Enter")
    expect(more).to_have_attribute("aria-expanded", "true")
    assert note.evaluate("el => el.scrollHeight <= el.clientHeight + 1")
    expect(more).to_be_focused()
    more.press("Enter")
    assert note.evaluate("el => el.scrollHeight > el.clientHeight")
