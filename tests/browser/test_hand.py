"""The allocator driven by hand in a real JupyterLab: a used page is freed, a list allocated from, and all undone."""

import pytest
from conftest import explorer_in
from playwright.sync_api import expect

from buddylab.view.document import transcript
from buddylab.widgets import Explorer


@pytest.fixture
def explorer(run_cells):
    made = "Explorer(machine='small', gfp_mask='GFP_KERNEL', order=2)"
    return explorer_in(run_cells(f"from buddylab.widgets import Explorer\n{made}", height=1100))


def says(root, python):
    expect(root.locator(".say .tx")).to_have_text(transcript(python.document)[-1].partition(": ")[2])


def counts(root):
    """The numbers under the stacks, order 0 to 10."""
    return root.locator(".mem").evaluate(
        "el => [...el.querySelectorAll('[data-col]')].slice(0, 11)"
        ".map((g) => [...g.querySelectorAll('text')].at(-1).textContent)"
    )


def test_click_to_free_and_undo(explorer):
    python = Explorer(machine="small", gfp_mask="GFP_KERNEL", order=2)
    explorer.locator(".time input[type=range]").press("Home")
    before = counts(explorer)
    block = explorer.locator(".strip [role=button]").first
    pfn = int(block.get_attribute("data-pfn"))
    block.press("Enter")
    says(explorer, python.free(pfn))
    assert python.run.end == "freed"
    explorer.locator(".mem [data-col='4']").click()
    says(explorer, python.alloc(4))
    explorer.locator(".time input[type=range]").press("Home")
    explorer.locator(".time input[type=range]").press("Control+z")
    says(explorer, python.undo())
    explorer.get_by_role("button", name="undo", exact=True).click()
    says(explorer, python.undo())
    explorer.locator(".time input[type=range]").press("Home")
    assert counts(explorer) == before and python.hand == []
    expect(explorer.locator(".hand")).to_contain_text("click a used page to free its block")


def test_the_page_under_the_pointer_is_freed(explorer):
    """The strip is 64 pages wide: a click in the middle of a used stretch frees the page that lies there."""
    used = explorer.locator(".strip [role=button]").last
    box, first = used.bounding_box(), int(used.get_attribute("data-pfn"))
    scale = explorer.locator(".strip svg").first.bounding_box()["width"] / 64
    used.click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    expect(explorer.locator(".hand")).to_contain_text("Done by hand: 1")
    expect(explorer.locator(".say .tx")).to_contain_text("Given back")
    python = Explorer(machine="small", gfp_mask="GFP_KERNEL", order=2).free(first + int(box["width"] / 2 / scale))
    says(explorer, python)
