"""The plots: what they draw is what the series says, worked out by hand; and they leave nothing behind."""

import subprocess
import sys
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")  # before pyplot: no test opens a window

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from machines import one_zone, three_zones
from nbclient import NotebookClient
from samples import blocks, four_samples

import buddylab.plots.style as style
from buddylab import plots
from buddylab.core import gfp
from buddylab.core.record import record
from buddylab.plots.data import STRETCHES, by_length, joined, reclaim_spans, stretches
from buddylab.plots.orders import WATER
from buddylab.plots.words import WORDS
from buddylab.world.observe import Series

NO_BLOCKS = (0,) * 11
TIME_PLOTS = (plots.pressure, plots.free_by_order, plots.unusable_index, plots.stalls)
ZONE_PLOTS = (plots.pressure, plots.free_by_order, plots.unusable_index)


@pytest.fixture
def series():
    return four_samples()


@pytest.fixture
def ax():
    figure, ax = plt.subplots(figsize=(10, 4.5), layout="constrained")
    yield ax
    figure.canvas.draw()  # what is wrong may show only when it is drawn; warnings are errors
    plt.close(figure)


def line(ax, label):
    """(x data, y data) of the line of this label."""
    (found,) = [each for each in ax.lines if each.get_label() == label]
    return list(found.get_xdata()), list(found.get_ydata())


def collection(ax, label):
    (found,) = [each for each in ax.collections if each.get_label() == label]
    return found


def spans(polygons):
    """(start, end) of each rectangle of a broken bar."""
    return [(path.vertices[:, 0].min(), path.vertices[:, 0].max()) for path in polygons.get_paths()]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def words(ax):
    return ax.get_title(loc="left"), ax.get_xlabel(), ax.get_ylabel()


def tick_labels(axis):
    axis.axes.figure.canvas.draw()
    return [label.get_text() for label in axis.get_ticklabels()]


def test_pressure_draws_the_zone_with_the_highest_marks_and_its_three_marks(series, ax):
    assert plots.pressure(series, ax=ax) is ax
    assert line(ax, "free pages") == ([1, 2, 3, 4], [12, 8, 1, 3])
    for name, pages in (("_min", 2), ("_low", 3), ("_high", 4)):
        assert set(line(ax, name)[1]) == {pages}
    assert {"min  2", "low  3", "high 4"} <= set(texts(ax))
    assert words(ax) == ("Zone Normal: free pages, and who has to reclaim", "time (s)", "free pages")
    assert ax.get_xlim() == (0, 5)


def test_the_three_marks_differ_without_colour(series, ax):
    plots.pressure(series, ax=ax)
    dashes = {str(each._unscaled_dash_pattern) for each in ax.lines if each.get_label() in ("_min", "_low", "_high")}
    assert len(dashes) == 3


def test_pressure_is_shaded_by_who_reclaims(series, ax):
    plots.pressure(series, ax=ax)
    kswapd, direct = collection(ax, "kswapd reclaims"), collection(ax, "tasks reclaim directly")
    assert spans(kswapd) == [(1, 2)]
    assert spans(direct) == [(2, 3)]
    assert kswapd.get_hatch() is None and direct.get_hatch() == style.HATCH
    assert legend(ax) == ["free pages", "kswapd reclaims", "tasks reclaim directly"]


def test_pressure_has_a_lane_each_for_stalls_failures_and_kills(series, ax):
    plots.pressure(series, ax=ax)
    assert line(ax, "_stalls")[0] == [2.0, 2.04, 2.08, 2.4]
    assert line(ax, "_failures")[0] == [2.8, 3.6]
    assert line(ax, "_kills")[0] == [3.2]
    assert {each.get_marker() for each in ax.lines} >= {"|", "x", "v"}
    lengths = [path.vertices[:, 0].tolist() for path in collection(ax, "_stall lengths").get_paths()]
    assert lengths == [[2.0, 2.0], [2.04, 2.044], [2.08, 2.092], [2.4, 2.6]]
    assert ["stalls", "4", "failures", "2", "OOM kills", "1"] == texts(ax)[:6]
    lanes = [each.get_transform().transform((0, 0))[1] for each in ax.lines if each.get_marker() in ("|", "x", "v")]
    floor, axis = ax.transAxes.transform((0, 0))[1], ax.spines.bottom.get_window_extent().y0
    assert floor > lanes[0] > lanes[1] > lanes[2] > axis
    assert "hog" in texts(ax) and line(ax, "_kill")[0] == [3.2, 3.2]


def test_pressure_says_how_many_events_are_not_drawn(series, ax):
    series.count = {"stalls": 1600, "kills": 1, "failures": 2}
    plots.pressure(series, ax=ax)
    assert "1,600, 1 in 400 drawn" in texts(ax)


def test_many_victims_are_not_named(series, ax):
    series.kills, series.count["kills"] = [(800 + n, f"hog{n}", 900) for n in range(4)], 4
    plots.pressure(series, ax=ax)
    assert not any(text.startswith("hog") for text in texts(ax))
    assert len(line(ax, "_kills")[0]) == 4


def test_the_pressure_axis_is_torn_when_there_is_much_more_free_than_the_marks(series, ax):
    series.free["Normal"] = [10_000, 8, 1, 3]
    plots.pressure(series, ax=ax)
    assert ax.get_yscale() == "function"
    assert len([each for each in ax.lines if each.get_label() == "_tear"]) == 3
    assert "10,000" in tick_labels(ax.yaxis)
    heights = ax.transAxes.inverted().transform(ax.transData.transform([(0, y) for y in (0, 2, 4, 8.8, 10_800)]))[:, 1]
    assert heights == pytest.approx([0, 2 / 8.8 * style.SHARE, 4 / 8.8 * style.SHARE, style.SHARE, 1])


def test_the_pressure_axis_is_whole_when_the_marks_are_near(series, ax):
    plots.pressure(series, ax=ax)
    assert ax.get_yscale() == "linear" and ax.get_ylim()[0] == 0


def test_a_long_series_is_drawn_by_median_and_range(ax):
    machine, series = one_zone(64, marks=(2, 3, 4)), Series()
    for jiffies in range(3 * STRETCHES):
        machine.zones[0].nr_free_pages = 10 + jiffies % 3
        series.sample(jiffies, machine.zones)
    plots.pressure(series, ax=ax)
    assert line(ax, "free pages")[1] == [11] * STRETCHES
    band = collection(ax, "range").get_paths()[0].vertices[:, 1]
    assert (band.min(), band.max()) == (10, 12)


def test_stretches_cover_every_sample_once():
    for length in (1, STRETCHES, STRETCHES + 1, 2048):
        cut = stretches(length)
        assert [n for s in cut for n in range(length)[s]] == list(range(length))
        assert len(cut) <= STRETCHES


def test_reclaim_in_touching_stretches_is_one_span(series):
    series.reclaimed["kswapd"] = [0, 32, 64, 64]
    assert reclaim_spans(series, direct=False) == [(1, 2)]
    assert joined([(0.0, 1.0), (3.0, 1.0)]) == [(0.0, 1.0), (3.0, 1.0)]


def test_the_map_holds_pages_by_order_and_leaves_out_what_is_empty(series, ax):
    assert plots.free_by_order(series, ax=ax) is ax
    (mesh,) = ax.collections
    pages = mesh.get_array()
    assert pages.shape == (11, 4)
    assert pages.filled(0)[:4].tolist() == [[2, 0, 1, 1], [2, 0, 0, 2], [0] * 4, [8, 8, 0, 0]]
    assert pages.filled(0)[4:].sum() == 0 and pages.mask[10].all()
    assert mesh.get_coordinates()[0, :, 0].tolist() == [1, 2, 3, 4, 5]
    assert ax.patch.get_hatch() == style.HATCH
    assert legend(ax) == ["no free block of this order"]
    assert words(ax) == ("Zone Normal: where its free pages lie", "time (s)", "order of the blocks")


def test_the_map_names_orders_with_sizes_and_its_colours_with_pages(series, ax):
    plots.free_by_order(series, "DMA", ax=ax)
    names = tick_labels(ax.yaxis)
    assert (names[0].split(), names[10].split()) == (["4", "kB", "0"], ["4", "MB", "10"])
    (bar,) = ax.child_axes
    assert bar.get_ylabel() == "free pages in blocks of this order"
    assert tick_labels(bar.yaxis) == ["1", "4", "16", "64"]


def test_the_colours_of_the_map_darken_steadily_in_grey():
    red, green, blue = np.array([WATER(x) for x in np.linspace(0, 1, 32)])[:, :3].T
    grey = 0.299 * red + 0.587 * green + 0.114 * blue
    assert (np.diff(grey) < 0).all()


def test_unusable_index_has_a_line_for_each_order(series, ax):
    assert plots.unusable_index(series, orders=(3, 1), ax=ax) is ax
    assert line(ax, "order 1") == ([1, 2, 3, 4], [2 / 12, 0, 1, 1 / 3])
    assert line(ax, "order 3") == ([1, 2, 3, 4], [4 / 12, 0, 1, 1])
    assert [text for text in texts(ax) if text.startswith("order")] == ["order 1  33%", "order 3  100%"]
    assert words(ax)[1:] == ("time (s)", "unusable share of the free pages")
    assert tick_labels(ax.yaxis)[-1] == "100%"


def test_orders_that_end_together_share_a_label(series, ax):
    plots.unusable_index(series, ax=ax)
    assert len([each for each in ax.lines if each.get_label().startswith("order")]) == 10
    assert [text for text in texts(ax) if text.startswith("order")] == ["order 1  33%", "orders 2 to 10  100%"]


def test_unusable_by_order_of_one_moment(ax):
    assert plots.unusable_by_order((6, 1, 2) + (0,) * 8, ax=ax) is ax
    assert [bar.get_height() for bar in ax.patches] == [0, 6 / 16, 0.5] + [1] * 8
    assert {bar.get_hatch() for bar in ax.patches} == {style.HATCH}
    assert texts(ax)[:4] == ["0%", "38%", "50%", "100%"]
    assert words(ax)[1:] == ("order of the request", "unusable share of the free pages")


def test_stalls_are_counted_by_length(series, ax):
    assert plots.stalls(series, ax=ax) is ax
    assert [bar.get_height() for bar in ax.patches] == [1, 1, 1, 0, 0, 0, 1]
    assert {bar.get_hatch() for bar in ax.patches} == {style.HATCH}
    assert tick_labels(ax.xaxis) == ["0", "4", "8", "16", "32", "64", "128", "256"]
    assert words(ax)[1:] == ("length of the stall (ms; each step doubles)", "number of stalls")
    assert "4 stalls, 0.2 s in all\nhalf of them 4 ms or less; longest 200 ms by make" in texts(ax)


def test_a_thinned_list_of_stalls_is_said_to_be_one(series, ax):
    series.count["stalls"] = 8000
    plots.stalls(series, ax=ax)
    assert any("8,000 stalls (1 in 2000 of them kept), about 432.0 s in all" in text for text in texts(ax))


def test_lengths_double_from_bar_to_bar():
    assert by_length([(0, n, "cc") for n in range(9)]) == [1, 1, 2, 4, 1]


def test_a_bar_that_dwarfs_the_others_is_torn(series, ax):
    series.stalls = [(n, 0, "cc") for n in range(1000)] + [(0, 1, "cc")] * 3
    series.count["stalls"] = len(series.stalls)
    plots.stalls(series, ax=ax)
    assert ax.get_yscale() == "function"
    assert {"1,000", "3"} <= set(texts(ax))


def test_a_run_without_stalls_says_so(series, ax):
    series.stalls, series.count["stalls"] = [], 0
    plots.stalls(series, ax=ax)
    assert "nobody had to reclaim for itself" in texts(ax)


def test_two_moments_side_by_side(ax):
    before, after = blocks(o0=1500, o3=2), blocks(o10=1, o0=1)
    assert plots.before_and_after(before, after, ax=ax) is ax
    left, right = ax.containers
    assert [bar.get_width() for bar in left] == [-1500, 0, 0, -16] + [0] * 7
    assert [bar.get_width() for bar in right] == [1] + [0] * 9 + [1024]
    assert {bar.get_hatch() for bar in left} == {style.HATCH} and {bar.get_hatch() for bar in right} == {None}
    assert {"1,500", "2", "before: 1,516 pages free", "after: 1,025 pages free"} <= set(texts(ax))
    assert not any(label.startswith("-") for label in tick_labels(ax.xaxis))
    assert words(ax)[0] == "Free blocks, before and after"


def test_two_zones_side_by_side(ax):
    machine = three_zones()
    plots.before_and_after(machine.zone("DMA"), machine.zone("Normal"), names=("DMA", "Normal"), ax=ax)
    assert [bar.get_width() for bar in ax.containers[0]] == [0] * 6 + [-64] + [0] * 4
    assert "Normal: 64 pages free" in texts(ax) and "model" not in texts(ax)


def test_free_blocks_of_a_series_a_machine_and_a_zone(series):
    machine = one_zone(64)
    assert plots.free_blocks(series) == blocks(o0=1, o1=1)
    assert plots.free_blocks(series, at=0) == blocks(o0=2, o1=1, o3=1)
    assert plots.free_blocks(series, "DMA") == blocks(o4=1)
    assert plots.free_blocks(machine) == plots.free_blocks(machine, "Normal") == blocks(o6=1)
    assert plots.free_blocks(machine.zones[0]) == blocks(o6=1)


def test_free_blocks_of_a_run_at_each_moment():
    run = record(one_zone(64), gfp.GFP_KERNEL, 4)
    assert plots.free_blocks(run, at=0) == plots.free_blocks(run, "Normal", 0) == blocks(o6=1)
    assert plots.free_blocks(run) == blocks(o5=1, o4=1)
    assert plots.free_blocks(run, at=len(run.events)) == plots.free_blocks(run)
    taken = next(n for n, event in enumerate(run.events) if event[0] == "__rmqueue")
    assert plots.free_blocks(run, at=taken) == blocks(o6=1)
    assert plots.free_blocks(run, at=taken + 1) == blocks(o5=1, o4=1)
    with pytest.raises(ValueError, match="is none of them"):
        plots.free_blocks(run, at=len(run.events) + 1)


def test_what_comes_from_the_model_says_so(series):
    for plot in TIME_PLOTS:
        ax = plot(series)
        assert "model" in texts(ax)
        plt.close(ax.figure)


@pytest.mark.parametrize("plot", TIME_PLOTS)
def test_an_empty_series_is_refused(plot):
    with pytest.raises(ValueError, match="no sample yet: run the simulation first"):
        plot(Series())
    if plot is not plots.free_by_order:  # a machine's one moment can be drawn
        with pytest.raises(ValueError, match=r"drawn over time: .* not a Machine"):
            plot(one_zone(64))


@pytest.mark.parametrize("plot", ZONE_PLOTS)
def test_an_unknown_zone_is_refused(plot, series):
    with pytest.raises(ValueError, match="no zone 'HighMem': there are DMA, Normal"):
        plot(series, "HighMem")


@pytest.mark.parametrize("orders", [(11,), (-1,), (1.5,)])
def test_an_impossible_order_is_refused(series, orders):
    with pytest.raises(ValueError, match="order must be from 0 to 10, not"):
        plots.unusable_index(series, orders=orders)


def test_no_order_at_all_is_refused(series):
    with pytest.raises(ValueError, match="at least one order"):
        plots.unusable_index(series, orders=())


@pytest.mark.parametrize("moment", [(1, 2, 3), (-1,) * 11, (0,) * 12])
def test_a_moment_that_cannot_be_is_refused(moment):
    with pytest.raises(ValueError, match="11 of them and none negative"):
        plots.before_and_after(moment, NO_BLOCKS)
    with pytest.raises(ValueError, match="11 of them and none negative"):
        plots.unusable_by_order(moment)


def test_free_blocks_refuses_unknown_zones_and_moments(series):
    with pytest.raises(ValueError, match="no zone 'X': there are DMA, Normal, HighMem"):
        plots.free_blocks(three_zones(), "X")
    with pytest.raises(ValueError, match="has 4 samples: 4 is none of them"):
        plots.free_blocks(series, at=4)


def test_an_unknown_language_is_refused(series):
    with pytest.raises(ValueError, match="'en' or 'zh', not 'de'"):
        plots.pressure(series, lang="de")


def test_a_refusal_leaves_no_figure_behind(series):
    before = plt.get_fignums()
    for plot in ZONE_PLOTS:
        with pytest.raises(ValueError, match="no zone"):
            plot(series, "HighMem")
    assert plt.get_fignums() == before


def test_without_axes_a_new_figure_is_made_and_with_axes_none(series, ax):
    before = plt.get_fignums()
    plots.pressure(series, ax=ax)
    assert plt.get_fignums() == before
    own = plots.pressure(series)
    assert len(plt.get_fignums()) == len(before) + 1
    assert tuple(own.figure.get_size_inches()) == style.SLIDE
    plt.close(own.figure)


def test_no_setting_of_matplotlib_is_changed(series, ax):
    before = dict(mpl.rcParams)
    for plot in TIME_PLOTS:
        plt.close(plot(series, lang="zh").figure)
    plots.before_and_after(NO_BLOCKS, NO_BLOCKS, ax=ax)
    assert dict(mpl.rcParams) == before


@pytest.mark.parametrize("layout", [None, "constrained", "tight"])
def test_several_plots_share_a_figure(series, layout):
    series.failures, series.count["failures"] = [], 0  # an empty lane has no place: it must not count in the layout
    figure, four = plt.subplots(2, 2, figsize=(13, 8), layout=layout)
    for plot, ax in zip(TIME_PLOTS, four.flat, strict=True):
        assert plot(series, ax=ax) is ax
    figure.canvas.draw()
    assert all(ax.get_position().height > 0.2 and ax.get_position().width > 0.3 for ax in four.flat)
    plt.close(figure)


def test_one_sample_of_a_zone_without_marks_or_pages_can_be_drawn():
    series = Series(jiffies=[7], free={"Normal": [0]}, marks={"Normal": (0, 0, 0)}, nr_free={"Normal": [NO_BLOCKS]})
    for plot in TIME_PLOTS:
        ax = plot(series)
        ax.figure.canvas.draw()
        plt.close(ax.figure)


def test_labels_that_would_collide_are_pushed_apart_around_their_middle():
    assert style.spread([10.0, 11.0, 50.0], 6.0) == [7.5, 13.5, 50.0]
    assert style.spread([0.0, 1.0, 2.0], 10.0) == [-9.0, 1.0, 11.0]
    assert style.spread([0.0, 9.0, 9.0], 10.0) == [-4.0, 6.0, 16.0]


def test_labels_at_the_right_stay_apart_in_a_small_figure(series):
    figure, ax = plt.subplots(figsize=(6, 3), layout="constrained")
    series.free["Normal"], series.marks["Normal"] = [10_000, 250, 200, 300], (192, 240, 288)
    plots.pressure(series, ax=ax)
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts if text.get_text()[:4] in ("min ", "low ", "high")]
    heights = sorted((box.y0 + box.y1) / 2 for box in boxes)
    assert (np.diff(heights) >= (style.TINY + 1.5) / 72 * figure.dpi).all()
    plt.close(figure)


def test_every_text_is_there_in_both_languages_with_the_same_blanks():
    for key, (english, chinese) in WORDS.items():
        assert english and chinese, key
        assert sorted(_blanks(english)) == sorted(_blanks(chinese)), key


def _blanks(text):
    return [part.partition("}")[0] for part in text.split("{")[1:]]


def test_chinese_labels_where_there_is_a_font_for_them(series, monkeypatch):
    # The font is made up out of one that comes with matplotlib, so that the test needs none; nothing is rendered.
    monkeypatch.setattr(style, "installed", lambda names: ["DejaVu Sans"] if names is style.CJK else [])
    figure, ax = plt.subplots()
    plots.unusable_index(series, orders=[3], ax=ax, lang="zh")
    assert words(ax) == ("内存区 Normal：空闲页所在的块太小", "时间（秒）", "空闲页中不可用的份额")
    assert "模型" in texts(ax) and "3 阶  100%" in texts(ax)
    plt.close(figure)


def test_without_a_chinese_font_the_labels_are_english(series, ax, monkeypatch):
    monkeypatch.setattr(style, "installed", lambda names: [])
    plots.pressure(series, ax=ax, lang="zh")
    assert words(ax)[1:] == ("time (s)", "free pages")


@pytest.mark.skipif(not style.installed(style.CJK), reason="no font with Chinese characters on this computer")
def test_chinese_is_drawn_without_a_missing_glyph(series):
    for plot in TIME_PLOTS:
        ax = plot(series, lang="zh")
        ax.figure.canvas.draw()  # a missing glyph warns, and warnings are errors
        plt.close(ax.figure)


def test_the_package_itself_stays_free_of_matplotlib():
    code = "import buddylab, buddylab.world.observe, sys; print('matplotlib' in sys.modules, 'numpy' in sys.modules)"
    root = Path(__file__).resolve().parents[1]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]


DRAW = 'ax = curves({"a": [(1, 2), (2, 3)]}, title="t", x="x [pages]", y="y [pages]")'


def test_a_notebook_shows_every_figure_not_only_the_first():
    cells = [nbformat.v4.new_code_cell(code) for code in ("from buddylab.plots import curves", *[DRAW] * 2)]
    notebook = nbformat.v4.new_notebook(cells=cells)
    NotebookClient(notebook).execute()
    assert [sum("image/png" in out.get("data", {}) for out in cell.outputs) for cell in cells] == [0, 1, 1]
