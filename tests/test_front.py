"""The front door: the lines that somebody types first, in a fresh interpreter, and what is said to a misspelt one."""

import doctest
import io
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from calibration import slowness

import buddylab as bl
from buddylab import front
from buddylab.core.environment import Task
from buddylab.core.machine import Machine
from buddylab.export import to_html
from buddylab.front.run import mask
from buddylab.said import SaidError

ROOT = Path(__file__).resolve().parents[1]
FILE = "buddylab/reports/examples/public_normal.txt"
REPORT = (ROOT / FILE).read_text()
NAMES = 25


def modern():
    """A machine of Linux 6.12."""
    return bl.machine("small", kernel="6.12")


def fresh(code, **more):
    """What a new interpreter prints for this."""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_names_are_few_and_each_stands_in_the_doctest_which_holds():
    assert len(dir(bl)) <= NAMES
    shown = "\n".join(example.source for example in doctest.DocTestFinder().find(bl, "buddylab")[0].examples)
    assert [name for name in dir(bl) if f"bl.{name}" not in shown] == ["__version__"]
    assert doctest.testmod(bl).failed == 0


def test_importing_takes_a_moment_and_the_standard_library_only():
    told = fresh(
        "import sys; before = {*sys.modules}; import buddylab\n"
        "print(sorted({name.partition('.')[0] for name in {*sys.modules} - before} - sys.stdlib_module_names))"
    )
    assert told == "['buddylab']\n"

    def seconds(code):
        """CPU time of a new interpreter."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        fresh(code)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    bare, imported = (min(seconds(code) for _ in range(5)) for code in ("pass", "import buddylab"))
    assert imported - bare < 0.060 * slowness()


FIRST = {
    "explorer": ("bl.Explorer()", "<Explorer: order 3, GFP_ATOMIC>"),
    "machine": (
        'bl.machine({"DMA": 16, "Normal": 48})',
        "<Machine: DMA 16 MB, Normal 48 MB; 16,384 of 16,384 pages free>",
    ),
    "record": ('bl.record(bl.machine("small"), "GFP_ATOMIC", 3)', "<Run: order 3, GFP_ATOMIC, 11 events, page>"),
    "panels": (
        'run = bl.record(bl.machine("small"), "GFP_ATOMIC", 3); bl.Why(run), bl.Ladder(run)',
        "(<Why: order 3, 6 frames>, <Ladder: order 3, 6 frames>)",
    ),
    "explain": (
        'bl.explain("buddylab/reports/examples/public_normal.txt")',
        "<Explained: Normal refused at the last row, 41 <= 44",
    ),
    "plots": (
        'sim = bl.workload("file_server", seed=1); sim.run(2_500); bl.plots.pressure(sim)',
        "<Axes: title={'left': 'Zone Normal",
    ),
    "machine plotted": ('bl.plots.free_by_order(bl.machine("small"))', "<Axes: title={'left': 'Zone Normal"),
    "page": (
        'run = bl.record(bl.machine("small"), "GFP_ATOMIC", 3); run.to_html("/dev/null", overwrite=True)',
        "PosixPath",
    ),
}


@pytest.mark.parametrize("line", FIRST.values(), ids=FIRST)
def test_a_line_works_as_the_first_that_somebody_types(line, tmp_path):
    code, shown = line
    typed = code.replace("/dev/null", str(tmp_path / "run.html"))
    statement, _, last = typed.rpartition("; ")
    told = fresh(f"import buddylab as bl\n{statement}\nprint(repr(({last})))")
    assert told.startswith(shown), told


def test_a_run_tells_its_story_a_line_a_stage_in_both_languages():
    run = bl.record(bl.machine("report"), "GFP_ATOMIC", 3)
    lines = str(run).splitlines()
    # The ladder of a request that may not sleep, by the gotos of the C: no stage of reclaim in it.
    stages = "might_sleep fault_injection restart thisnode wake_kswapd alloc_flags min_attempt rebalance nopage got_pg"
    assert [line.split()[0] for line in lines] == stages.split()
    # Normal of the report: 800 blocks of order 2, one each of orders 4 and 5 (2^4 + 2^5 = 48 pages of order 3 and up);
    # 48 - 7 = 41. pages_min is 939: halved by __GFP_HIGH to 470, a quarter off: 353, halved for each order: 44.
    assert "Normal: 41 > 44 no" in lines[6]
    assert lines[-1].endswith("blocks of order 3 or more count 41 pages; more than 44 are needed.")
    assert bl.Explorer().transcript()[11].endswith("order 3 or more count 41 pages; more than 44 are needed.")
    assert "Normal: 41 > 44 否" in run.story("zh")[6]
    assert "<details lang='zh-Hans'>" in run._repr_html_() and "41 &gt; 44 no" in run._repr_html_()
    with pytest.raises(ValueError, match="'en' or 'zh', not 'fr'"):
        run.story("fr")


def test_a_run_of_linux_6_12_tells_its_stages_and_their_tests():
    machine = modern()
    assert repr(machine) == "<Machine of Linux 6.12: DMA 16 MB, Normal 48 MB; 16,384 of 16,384 pages free>"
    run = bl.record(machine, "GFP_ATOMIC", 3)
    assert repr(run).startswith("<Run of Linux 6.12: order 3, GFP_ATOMIC, ") and repr(run).endswith(" events, page>")
    # An empty machine gives at the first test of its best zone; Normal lies above DMA's 16 MB, from pfn 4,096 on, and
    # a block of 2^3 pages comes with it. The test is of the high mark: the machine is far above all of them.
    high = machine.zone("Normal").watermark[2]
    stage, verdict = str(run).splitlines()
    assert stage.split(None, 1) == ["fast_path", f"Normal: mark {high} holds"]
    assert verdict == f"Granted: 8 pages from Normal, from pfn {run.page:,} on." and run.page >= 4096
    assert run.story()[0].zh.endswith(f"Normal：水位线 {high} 满足")
    while run.page is not None:  # until order 10 is gone
        run = bl.record(machine, "GFP_ATOMIC", 10)
    # The ladder of a request that may not sleep, by the gotos of 6.12's C: no stage of reclaim or compaction in it.
    stages = "fast_path restart wake first_pass retry nopage fail Nothing"
    assert [line.split()[0] for line in str(run).splitlines()] == stages.split()
    # The fast path asks for the low mark (of a zone known to be below its high one), the slow path for the min mark.
    low, least = machine.zone("Normal").watermark[1], machine.zone("Normal").watermark[0]
    lines = str(run).splitlines()
    assert f"Normal: mark {low} does not hold" in lines[0] and f"Normal: mark {least} does not hold" in lines[3]
    endless = bl.record(machine, "GFP_KERNEL|__GFP_NOFAIL", 10, max_rounds=30)  # nobody gives memory back here
    lines = str(endless).splitlines()
    assert endless.end == "livelock" and lines[40].endswith("more stages)")
    assert lines[-1].startswith("No end: after 30 rounds")


def test_a_story_without_end_shows_its_ends():
    machine = bl.machine("small")
    while bl.record(machine, "GFP_ATOMIC", 10).page is not None:  # until order 10 is gone
        pass
    run = bl.record(machine, "GFP_KERNEL|__GFP_NOFAIL", 10)  # nobody gives memory back here
    assert run.end == "livelock"
    lines = str(run).splitlines()
    assert len(lines) == 49 and lines[40].endswith("more stages)")
    assert "No end: 100 rounds" in lines[-1]


def test_masks_are_names_text_or_numbers():
    assert mask("GFP_KERNEL|__GFP_ZERO") == mask("0x80d0") == mask(0x80D0) == 0x10 | 0x40 | 0x80 | 0x8000
    assert mask("GFP_ATOMIC | 0x8000") == 0x8020


def test_flags_of_the_task_are_keywords():
    machine = bl.machine("numa")
    run = bl.record(machine, 0x10, 0, node=1, comm="cc", PF_MEMALLOC=True, in_interrupt=True, cpuset_deny=["DMA/0"])
    assert run.task == Task("cc", in_interrupt=True, PF_MEMALLOC=True, cpuset_deny=frozenset({"DMA/0"}))
    assert run.zonelist[0] == "Normal/1"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: bl.machine("smal"), "no machine 'smal': did you mean 'small'? There are report, small"),
        (lambda: bl.machine(4), "no machine 4: there are report"),
        (
            lambda: bl.machine("small", kernel="2.6.22"),
            "no kernel '2.6.22': did you mean '2.6.21'? There are 2.6.21, 6.12",
        ),
        (lambda: bl.machine("smal", kernel="6.12"), "no machine 'smal': did you mean 'small'? There are report, small"),
        (lambda: bl.machine("numa", kernel="6.12"), "Linux 6.12 is here on one node, this machine has 2"),
        (lambda: bl.machine(REPORT, kernel="6.12"), "a report becomes a machine of Linux 2.6.21 only"),
        (lambda: bl.record(modern(), "GFP_ATOMC"), "no gfp mask 'GFP_ATOMC': did you mean 'GFP_ATOMIC'? There"),
        (lambda: bl.record(modern(), "__GFP_MOVABLE|__GFP_RECLAIMABLE"), "a request is __GFP_MOVABLE or"),
        (lambda: bl.record(modern(), 32, 11), "order must be a whole number from 0 (4 kB) to 10 (4 MB), not 11"),
        (lambda: bl.record(modern(), 32, node=1), "a machine of Linux 6.12 has one node and no cpusets here"),
        (lambda: bl.Why(bl.record(modern(), 32)), "Why shows a Run of Linux 2.6.21 (of record(...) or explorer.run)"),
        (lambda: bl.Ladder(bl.record(modern(), 32)), "Ladder shows a Run of Linux 2.6.21"),
        (lambda: bl.record(modern(), 32).to_html("run.html"), "a run of Linux 6.12 cannot be shown as a page yet"),
        (lambda: to_html(bl.record(modern(), 32), "run.html"), "a Run of Linux 2.6.21 or an Explorer is taken along"),
        (lambda: bl.plots.free_by_order(modern()), "this plot takes a machine, a run or a simulation of Linux 2.6.21"),
        (lambda: bl.plots.before_and_after(modern(), modern()), "this plot takes a machine, a run or a simulation of"),
        (lambda: bl.machine("no\nreport"), "there is no report in this text"),
        (lambda: bl.record(bl.machine(), "GFP_ATOMC", 3), "no gfp mask 'GFP_ATOMC': did you mean 'GFP_ATOMIC'? There"),
        (lambda: bl.record(bl.machine(), "0xd0z", 3), "'0xd0z' is not a gfp mask"),
        (lambda: bl.record(bl.machine(), -1, 3), "gfp_mask must be an int from 0"),
        (lambda: bl.record(bl.machine(), 32, 11), "order must be a whole number from 0 (4 kB) to 10 (4 MB), not 11"),
        (
            lambda: bl.record(bl.machine(), 32, cpuset_deny=["DMA1"]),
            "no zone 'DMA1': did you mean 'DMA'? There are DMA",
        ),
        (
            lambda: bl.record("small", 32),
            "a request goes to a machine, such as bl.machine('small') gives, not to 'small'",
        ),
        (lambda: bl.explain("dmesg.txt"), "there is no report in this text, and no file has this name"),
        (lambda: bl.explain(3), "a report is a text, a path or an open file, not 3"),
        (
            lambda: bl.workload("file_sever"),
            "no workload 'file_sever': did you mean 'file_server'? There are idle_desktop",
        ),
        (lambda: bl.workload("fork_bomb", evry=3), "no parameter of fork_bomb 'evry': did you mean 'every'? There are"),
        (
            lambda: bl.plots.free_by_order(bl.machine(), "Norml"),
            "no zone 'Norml': did you mean 'Normal'? There are DMA",
        ),
        (lambda: bl.plots.pressure(bl.machine()), "this plot is drawn over time: give it a Simulation"),
        (lambda: bl.plots.before_and_after(bl.machine()), "two moments are needed"),
    ],
)
def test_what_is_misspelt_is_told_what_there_is_in_both_languages(wrong, said):
    with pytest.raises(SaidError) as caught:
        wrong()
    assert str(caught.value).startswith(said)
    assert any("一" <= letter <= "鿿" for letter in caught.value.said.zh)


def test_a_misspelt_name_of_the_door_is_told_the_nearest():
    with pytest.raises(
        AttributeError, match="no name in buddylab 'Explorr': did you mean 'Explorer'\\? There are Clinic"
    ):
        bl.Explorr  # noqa: B018
    with pytest.raises(AttributeError, match="module 'buddylab' has no attribute '__wrapped__'"):
        bl.__wrapped__  # noqa: B018
    assert front  # a room is imported as ever


@pytest.mark.parametrize("name", ["Explorer", "Clinic", "ask"])
def test_a_missing_extra_is_told_in_a_sentence(name):
    code = (
        "import sys, buddylab; sys.modules['anywidget'] = None\n"
        f"try: buddylab.{name}\nexcept ImportError as e: print(e)"
    )
    assert fresh(code).startswith(
        f"buddylab.{name} needs anywidget, which is not installed: pip install 'buddylab[lab]' · "
    )


def test_a_report_makes_a_machine_from_text_path_and_file(tmp_path):
    path = tmp_path / "dmesg"
    path.write_text(REPORT)
    machines = [bl.machine(given) for given in (REPORT, path, str(path), io.StringIO(REPORT), REPORT.encode())]
    assert {repr(machine) for machine in machines} == {repr(machines[0])}
    assert isinstance(machines[0], Machine) and machines[0].zone("Normal").nr_free_pages == 280_240 // 4
    run = bl.record(machines[0], "GFP_ATOMIC", 3)
    assert run.page is None and "Normal: 41 > 44 no" in str(run)
    told = [bl.explain(given) for given in (REPORT, path, str(path), io.StringIO(REPORT))]
    assert {repr(one) for one in told} == {repr(told[0])}
    cause, verdict = str(told[0]).splitlines()[:2]
    assert "too scattered for 32 kB" in cause and verdict.endswith(told[0][0].verdict.sentence.en)


def test_what_shows_itself_is_short():
    simulation = bl.workload("idle_desktop")
    series = simulation.run(10)
    many = bl.machine({"DMA": 16, "DMA32": 4080, "Normal": 4096, "nodes": 4})
    shown = [many, bl.record(many, "GFP_KERNEL", 0), simulation, series, bl.Explorer(), bl.explain(REPORT)]
    shown += [bl.explain(REPORT)[0], bl.explain("\n".join([REPORT] * 30))]
    assert [repr(one) for one in shown if len(repr(one)) >= 200] == []


def test_every_plot_takes_what_makes_sense():
    simulation = bl.workload("file_server", "tiny", seed=1)
    series = simulation.run(40)
    machine = bl.machine("small")
    run = bl.record(machine, "GFP_KERNEL", 3)
    for plot in (bl.plots.pressure, bl.plots.free_by_order, bl.plots.stalls, bl.plots.unusable_index):
        assert plot(simulation).get_title(loc="left") == plot(series).get_title(loc="left")
    for plot in (bl.plots.free_by_order, bl.plots.unusable_by_order):
        assert plot(machine) is not None and plot(run) is not None
    before, after = (bl.plots.free_blocks(run, at=at) for at in (0, -1))
    # 8 pages of a block of 1024: one block of order 10 less, one each of orders 9 down to 3 more.
    assert [b - a for a, b in zip(before, after, strict=True)] == [0, 0, 0, 1, 1, 1, 1, 1, 1, 1, -1]
    assert bl.plots.before_and_after(run) is not None
    bars = bl.plots.free_by_order(machine).containers[0]
    assert [bar.get_width() for bar in bars] == [count << order for order, count in enumerate(after)]
