"""The benchmarks measure like against like: the core, the C reference and the plain buddy do the same."""

import json
import re
import subprocess
import sys
from pathlib import Path
from random import Random
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import agreement, knobs, run, workloads  # noqa: E402
from benchmarks.plain_buddy import PlainBuddy  # noqa: E402
from benchmarks.reference import Reference, compile_reference, compiler  # noqa: E402
from buddylab.core.zone import ALLOC_WMARK_LOW  # noqa: E402
from buddylab.machines.hardware import MACHINES  # noqa: E402

NAMES = (
    "mixed orders, C",
    "order-0 pairs, C",
    "mixed orders, plain",
    "order-0 pairs, plain",
    "per-cpu lists",
    "per-cpu lists, whole path",
    "4 TiB against 1 GiB",
    "recording",
    "slow path, recorded",
    "slow path, document",
    "workload, 1 M operations",
    "knobs, this computer",
    *(f"knobs, {machine}{which}" for machine in MACHINES for which in ("", ", worst")),
    "knobs, hard reclaim",
    "knobs, hard reclaim, worst",
    "build 1 GiB, time",
    "build 1 GiB, peak",
    "build 64 GiB, time",
    "build 64 GiB, peak",
    "build 4 TiB, time",
    "build 4 TiB, peak",
    "6.12, order-0 pairs",
    "6.12, mixed orders",
    "6.12, 4 TiB against 1 GiB",
    "6.12, recording",
    "6.12, build 4 TiB, time",
    "6.12, build 4 TiB, peak",
    "6.12, list designs",
    "import buddylab",
    "import buddylab.core.record",
)
EXPECTED = [name for name in NAMES if compiler() or not name.endswith(", C")]


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    if compiler() is None:
        pytest.skip("THE C REFERENCE IS NOT CHECKED: there is no C compiler here (cc, gcc or clang)")
    return compile_reference(tmp_path_factory.mktemp("reference"))


def test_core_and_c_agree(program, tmp_path):
    timed = (workloads.mixed_orders(1_000, 1), workloads.order_0_pairs(100))
    assert agreement.check_reference(program, tmp_path, timed, 6_000, 2) > 90_000


def test_the_sequence_at_the_limit_is_refused_and_frees_wrongly():
    sequence = workloads.at_the_limit(6_000, agreement.LIMIT_PAGES, 1)
    slots = sequence.new_slots()
    bad = workloads.play(workloads.build_machine(agreement.LIMIT_PAGES), sequence, slots)
    assert bad > 20
    assert 20 < slots.count(None) < len(slots) // 2


def one_page_more(zone):
    zone.pages_low += 1


def another_batch(zone):
    zone.hot.batch -= 1


def a_reserve(zone):
    zone.lowmem_reserve[zone.index] = 100


@pytest.mark.parametrize("change", [one_page_more, another_batch, a_reserve])
def test_a_difference_from_c_is_noticed(program, tmp_path, change):
    machine = workloads.build_machine(agreement.LIMIT_PAGES)
    sequence = workloads.at_the_limit(6_000, agreement.LIMIT_PAGES, 1)
    with Reference(program, machine) as reference:
        change(machine.zonelist(0xD0).zones[0])
        with pytest.raises(agreement.Disagreement, match=r"Python .* C "):
            agreement.compare(machine, reference, sequence, tmp_path, ALLOC_WMARK_LOW)


def test_core_and_plain_buddy_agree():
    agreement.check_plain(workloads.mixed_orders(1_000, 3))


def lose_a_page(self, pfn, order):
    if order:
        self.free[order].add(pfn)


def test_a_disagreement_ends_with_a_sentence_before_anything_is_timed(monkeypatch, capsys):
    monkeypatch.setattr(PlainBuddy, "release", lose_a_page)
    assert run.main(["--quick"]) == 1
    printed = capsys.readouterr()
    assert "nothing is timed: after operation" in printed.err
    assert " ms " not in printed.out


def test_without_a_compiler_the_skip_is_loud(monkeypatch, capsys):
    monkeypatch.setattr(run, "compiler", lambda: None)
    monkeypatch.setattr(run, "measure", lambda scale: iter(()))
    assert run.main([]) == 0
    assert "SKIPPED" in capsys.readouterr().err


def test_the_table_can_be_read():
    done = subprocess.run([sys.executable, "benchmarks/run.py", "--quick"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    head, _, *lines = filter(None, done.stdout.splitlines())
    assert head.startswith(f"seed {run.SEED}, Python ")
    form = re.compile(r"(.{28}) *(-?[\d.]+) (x|ms|MB|s) +-?[\d.]+ to -?[\d.]+(?: +at (?:most|least) [\d.]+ \3 +[✓✗])?")
    found = [form.fullmatch(line) for line in lines]
    assert [match and match[1].rstrip() for match in found] == EXPECTED


@pytest.mark.parametrize("machine", MACHINES)
def test_a_turned_knob_is_answered_at_once(machine):
    """40 ms in the middle, 150 at worst, scaled by the computer; a sample of the values. See benchmarks/knobs.py."""
    allowed = max(knobs.scale(), 1.0)
    times = [knobs.milliseconds(turned) for turned in knobs.turns(machine, Random(machine), 3)]
    assert median(times) < knobs.MEDIAN_MS * allowed and max(times) < knobs.WORST_MS * allowed


def test_the_json_can_be_read(capsys, monkeypatch):
    monkeypatch.setattr(run, "importing", lambda scale: iter(()))
    assert run.main(["--quick", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["seed"] == run.SEED
    assert [row["name"] for row in told["rows"]] == [name for name in EXPECTED if not name.startswith("import")]
    assert all(row["met"] in (True, False) for row in told["rows"] if row["target"])


def test_a_target_is_met_at_its_bound_and_not_beyond():
    for sign, value, met in (("<", 65.0, True), ("<", 65.1, False), (">", 1.5, True), (">", 1.4, False)):
        bound = 65.0 if sign == "<" else 1.5
        assert run.row("", [value, value], target=(sign, bound)).met is met
    assert run.row("", [1.0, 1.0]).met is None
