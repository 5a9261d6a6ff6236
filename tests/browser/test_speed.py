"""How quick the screen is in a real JupyterLab: frames a second while playing, and a turned knob to its picture.

Both are printed. The goal: 60 frames and 100 ms; the tests fail below 50 and above 150 on the reference machine, on a
slower one by as much later (calibration.py). Each is measured up to three times until one is good enough: what else the
machine does can only make it worse.
"""

from statistics import median

import pytest
from calibration import slowness
from conftest import explorer_in
from playwright.sync_api import expect
from sampling import sample

from buddylab.core.gfp import GFP_NOFS
from buddylab.core.record import record
from buddylab.explorer.filling import prepare
from buddylab.export import to_html
from buddylab.widgets import Explorer

ORDERS = (0, 3, 1, 4, 2, 5, 0, 3, 1, 4, 2)
FEWEST_FRAMES, SLOWEST_MS, LONGEST_SCRUB_MS = 50, 150, 50
FULL = {"machine": "small", "gfp_mask": "GFP_KERNEL", "order": 2, "pressure": 900}  # requests reclaim and retry
WHOLE = {**FULL, "order": 1, "pressure": 400, "scatter": 0}  # a block of order 6 is split down to the one asked for
# Play the run over and over for some seconds: when each frame was painted, and how often the lists' tiles changed.
PLAY = """async ([root, seconds]) => {
    const times = [], tiles = () => root.querySelector('.mem').innerHTML;
    let changes = 0, before = tiles(), going = true;
    const watch = new MutationObserver(() => { if (tiles() !== before) { changes += 1; before = tiles(); } });
    watch.observe(root.querySelector('.mem'), { subtree: true, childList: true, attributes: true });
    const tick = (now) => { times.push(now); if (going) requestAnimationFrame(tick); };
    root.querySelector('.tp button:nth-child(1)').click();
    await new Promise((done) => setTimeout(done, 300));
    requestAnimationFrame(tick);
    root.querySelector('.tp .pl').click();
    await new Promise((done) => setTimeout(done, 1000 * seconds));
    going = false;
    root.querySelector('.tp .pl').click();
    watch.disconnect();
    return { times, changes };
}"""
# Turn a knob and wait until the first frame that shows what Python recorded for it has been painted.
TURN = """async ([root, name]) => {
    const said = () => root.querySelector('.say .tx').textContent + root.querySelector('.big').textContent;
    const before = said(), knob = [...root.querySelectorAll('[role=radiogroup] input[type=radio]')]
        .find((input) => input.closest('label').textContent.trim() === name);
    const start = performance.now();
    knob.click();
    while (said() === before) await new Promise((done) => requestAnimationFrame(done));
    const { port1, port2 } = new MessageChannel(); // its message comes right behind the painting of this frame
    await new Promise((done) => { port1.onmessage = done; port2.postMessage(0); });
    return performance.now() - start;
}"""


def merging():
    """The block of order 1 taken by hand and given back: it merges with its buddies, order after order."""
    explorer = Explorer(**WHOLE).alloc(1)
    return explorer.free(explorer.run.page)


@pytest.fixture
def opened(run_cells):
    """The explorer that a line of Python makes, and the page around it."""

    def show(made):
        root = explorer_in(run_cells(f"from buddylab.widgets import Explorer\n{made}"))
        return root.page, root

    return show


@pytest.mark.parametrize(("what", "seconds"), sample("what is played", [("split", 3), ("merge", 3)], 1))
def test_it_plays_at_sixty_frames_a_second(opened, capsys, what, seconds):
    played = Explorer(**WHOLE) if what == "split" else merging()
    assert any(len(frame.get("changes", [])) > 5 and what in frame for frame in played.document["frames"])
    by_hand = f".set(hand={played.knobs['hand']})" if what == "merge" else ""
    page, root = opened(f"Explorer(**{WHOLE}){by_hand}")
    root.get_by_role("combobox", name="Speed").select_option("4")
    root.get_by_role("radio", name="event").check()
    root.get_by_role("checkbox", name="Loop").check()
    rates, fewest = [], FEWEST_FRAMES / slowness()
    while len(rates) < 3 and max(rates, default=0) < fewest:
        seen = page.evaluate(PLAY, [root.element_handle(), seconds])
        assert seen["changes"] >= seconds, "nodes of the free lists really change"
        times = seen["times"]
        rates.append((len(times) - 1) * 1000 / (times[-1] - times[0]))
    with capsys.disabled():
        print(f"\nframes per second while a {what} is played: {max(rates):.1f}")
    assert max(rates) >= fewest, rates


def test_a_turned_knob_is_painted_in_a_tenth_of_a_second(opened, capsys):
    page, root = opened(f"Explorer(**{FULL})")
    handle = root.element_handle()
    rounds, slowest = [], SLOWEST_MS * slowness()
    while len(rounds) < 3 and min(map(median, rounds), default=slowest + 1) > slowest:
        rounds.append([page.evaluate(TURN, [handle, str(order)]) for order in ORDERS])
    best = min(map(median, rounds))
    with capsys.disabled():
        print(f"\nmilliseconds from a turned knob to the painted picture, median of eleven: {best:.0f}")
    assert best <= slowest, rounds


# Scrub through the whole run in a hundred strides, one a frame, and take what each costs until it has been laid out.
SCRUB = """async (root) => {
    const range = root.querySelector('.time input[type=range]'), costs = [], last = Number(range.max);
    for (let i = 0; i <= 100; i += 1) {
        range.value = Math.round(last * (i % 2 ? 100 - i : i) / 100);
        const start = performance.now();
        range.dispatchEvent(new Event('input', { bubbles: true }));
        root.getBoundingClientRect();
        costs.push(performance.now() - start);
        await new Promise((done) => requestAnimationFrame(done));
    }
    return costs;
}"""


def test_two_thousand_events_scrub_smoothly(page, tmp_path, capsys):
    """An endless retry cut off late: each place on the scrubber, far ones in turn, is drawn within three frames."""
    run = record(prepare("small", 1000, None, "no_swap").machine, GFP_NOFS, 0, max_rounds=180)
    assert len(run.events) > 2000
    page.set_viewport_size({"width": 1500, "height": 1000})
    page.goto(to_html(run, tmp_path / "long.html").as_uri())
    root = page.get_by_role("region", name="buddylab explorer").first
    expect(root.locator(".say .tx")).not_to_be_empty()
    costs = root.evaluate(SCRUB)
    with capsys.disabled():
        print(f"\nmilliseconds to draw a place of {len(run.events):,} events, median: {median(costs):.0f}")
    assert median(costs) <= LONGEST_SCRUB_MS * slowness(), costs
