"""The annotated source and its commentary, against facts of the file written down by hand."""

import hashlib
import json
import re
from importlib.resources import files
from pathlib import Path

import pytest

import buddylab
from buddylab.commentary import Commentary, load
from buddylab.core.events import FIELDS
from buddylab.view.sentences import sentences

PACKAGE = Path(buddylab.__file__).parent

STAGES = (
    "might_sleep",
    "fault_injection",
    "restart",
    "thisnode",
    "wake_kswapd",
    "alloc_flags",
    "min_attempt",
    "rebalance",
    "nofail_alloc",
    "direct_reclaim",
    "retry_after_reclaim",
    "high_attempt",
    "out_of_memory",
    "should_retry",
    "nopage",
    "got_pg",
)

SHA256 = "f38856a27732e67aaef164108a743f491a8af11c4508563cf8dd1b23d4be996f"

# id: stage, the annotation's lines in the file, verdict; in the order of the file.
ENTRIES = {
    "might_sleep": ("might_sleep", (17, 20), "wrong"),
    "fault_injection": ("fault_injection", (22, 22), "wrong"),
    "watermarks": ("restart", (32, 42), "right"),
    "low_attempt": ("restart", (43, 43), "right"),
    "thisnode": ("thisnode", (54, 54), "imprecise"),
    "wake_kswapd": ("wake_kswapd", (57, 58), "imprecise"),
    "min_attempt": ("min_attempt", (86, 86), "right"),
    "no_watermarks": ("nofail_alloc", (96, 97), "imprecise"),
    "nofail": ("nofail_alloc", (103, 103), "right"),
    "cond_resched": ("direct_reclaim", (114, 114), "right"),
    "progress": ("retry_after_reclaim", (125, 125), "imprecise"),
    "oom_check": ("high_attempt", (131, 131), "imprecise"),
    "oom_kill": ("out_of_memory", (143, 143), "imprecise"),
}

SILENT = {"alloc_flags", "rebalance", "should_retry", "nopage", "got_pg"}

# Lines that are neither a comment nor part of a stage, with the reason.
NO_STAGE = {
    4: "the function's head",
    5: "the function's head",
    6: "the function's head",
    7: "opens the function",
    8: "declares wait; its value follows from the request alone",
    9: "declares z",
    10: "declares page",
    11: "declares reclaim_state",
    12: "declares p; current is who asks",
    13: "declares do_retry",
    14: "declares alloc_flags",
    15: "declares did_some_progress",
    146: "closes the else of high_attempt and out_of_memory",
    175: "closes the function",
}


def numbers(ranges: tuple[tuple[int, int], ...]) -> list[int]:
    return [n for first, last in ranges for n in range(first, last + 1)]


@pytest.fixture(scope="module")
def commentary() -> Commentary:
    return load()


# The file


def test_file_is_the_annotators_byte_for_byte() -> None:
    raw = files("buddylab.commentary").joinpath("alloc_pages_annotated.txt").read_bytes()
    assert hashlib.sha256(raw).hexdigest() == SHA256
    assert raw.endswith(b"return page;\n}")
    assert "\n".join(load().source).encode() == raw


def test_source_has_175_lines_and_ends_with_the_brace(commentary: Commentary) -> None:
    assert len(commentary.source) == 175
    assert commentary.source[0] == "/*"
    assert commentary.source[-1] == "}"
    assert commentary.original(24) == "restart:"


def test_mangled_words_stand_on_two_lines_and_nowhere_else(commentary: Commentary) -> None:
    assert dict(commentary.mangled) == {
        "cpuset_memory_divssure_bump": "cpuset_memory_pressure_bump",
        "divssure": "pressure",
    }
    assert [n for n, line in enumerate(commentary.source, 1) if "div" in line] == [117, 137]
    assert commentary.original(117) == "cpuset_memory_divssure_bump();"
    assert commentary.original(137) == "* under heavy divssure."


def test_repaired_gives_the_kernels_words(commentary: Commentary) -> None:
    assert commentary.repaired(117) == "cpuset_memory_pressure_bump();"
    assert commentary.repaired(137) == "* under heavy pressure."
    changed = [n for n in range(1, 176) if commentary.repaired(n) != commentary.original(n)]
    assert changed == [117, 137]


# The annotations


def test_the_thirteen_annotations_are_where_the_file_has_them(commentary: Commentary) -> None:
    found = {entry.id: (entry.stage, entry.lines, entry.verdict) for entry in commentary.entries}
    assert found == ENTRIES
    assert list(found) == list(ENTRIES)


@pytest.mark.parametrize("name", ENTRIES)
def test_chinese_is_the_files_byte_for_byte(commentary: Commentary, name: str) -> None:
    entry = commentary.entry(name)
    comment = "\n".join(commentary.lines(*entry.lines))
    assert (comment[:2], comment[-2:]) == ("/*", "*/")
    assert entry.zh.encode() == comment[2:-2].removesuffix("\n").encode()
    assert "\uff0c" not in entry.zh  # the annotator's commas are half-width


def test_every_line_with_chinese_belongs_to_one_annotation(commentary: Commentary) -> None:
    chinese = [n for n, line in enumerate(commentary.source, 1) if not line.isascii()]
    annotated = numbers(tuple(entry.lines for entry in commentary.entries))
    assert len(annotated) == len(set(annotated))
    assert set(chinese) <= set(annotated)


@pytest.mark.parametrize("name", ENTRIES)
def test_annotation_is_translated_and_corrected_in_both_languages(commentary: Commentary, name: str) -> None:
    entry = commentary.entry(name)
    assert entry.zh
    assert entry.en.isascii()
    assert bool(entry.note_en) == bool(entry.note_zh)
    assert entry.note_en or entry.verdict == "right"
    assert not entry.note_zh.isascii() or not entry.note_zh


@pytest.mark.parametrize("name", ENTRIES)
def test_annotation_explains_code_of_its_own_stage(commentary: Commentary, name: str) -> None:
    entry = commentary.entry(name)
    assert set(numbers((entry.explains,))) <= set(numbers(commentary.stage(entry.stage).ranges))


# The stages


def test_the_sixteen_stages_in_ladder_order(commentary: Commentary) -> None:
    assert commentary.stage_names == STAGES
    assert tuple(stage.stage for stage in commentary.stages) == STAGES
    assert [commentary.stage(name).stage for name in STAGES] == list(STAGES)


@pytest.mark.parametrize("name", STAGES)
def test_a_stage_has_the_annotators_words_or_ours(commentary: Commentary, name: str) -> None:
    stage = commentary.stage(name)
    assert stage.ranges
    assert stage.ours == (name in SILENT)
    assert bool(stage.entries) != stage.ours
    if stage.ours:
        assert stage.silent_en
        assert not (stage.silent_zh or "").isascii()
    else:
        assert (stage.silent_en, stage.silent_zh) == (None, None)


def test_the_json_speaks_of_no_other_stage() -> None:
    data = json.loads(files("buddylab.commentary").joinpath("commentary.json").read_bytes())
    assert {entry["stage"] for entry in data["entries"]} == set(STAGES) - SILENT
    assert set(data["unannotated"]) == set(data["unannotated_zh"]) == SILENT
    assert set(data["kernel_comments"]) <= set(STAGES)


def test_a_frame_stands_on_lines_of_its_stage_and_shows_an_annotation_of_it(commentary: Commentary) -> None:
    for (stage, _), (lines, entry) in commentary.frames.items():
        owned = numbers(commentary.stage(stage).ranges)
        assert lines[0] <= lines[1] and set(lines) <= set(owned)
        assert entry is None or commentary.entry(entry).stage == stage
    assert [stage for stage, name in commentary.frames if not name] == list(STAGES)
    assert {name for _, name in commentary.frames} <= {"", *sentences(), *FIELDS}


def test_the_more_telling_name_decides_where_a_frame_stands(commentary: Commentary) -> None:
    assert commentary.stand("nofail_alloc") == ((99, 102), "no_watermarks")
    assert commentary.stand("nofail_alloc", "wait", "congestion_wait") == ((104, 107), "nofail")
    assert commentary.stand("restart", "row_ok", "zone_watermark_ok") == ((30, 31), "watermarks")
    with pytest.raises(ValueError, match="there is no stage 'retry'; the stages are might_sleep, "):
        commentary.stand("retry")


def test_python_knows_no_line_numbers_of_the_file() -> None:
    sources = {file: file.read_text(encoding="utf-8") for file in PACKAGE.rglob("*.py")}
    named = re.compile(r"""(lines|entry|explains)["']?\s*[:=]\s*[(\[]\s*\d""")
    assert named.search('{"lines": (26, 29)}') and named.search("lines=[121, 121]")
    assert [file.name for file, source in sources.items() if named.search(source)] == []


def test_no_line_belongs_to_two_stages(commentary: Commentary) -> None:
    owned = numbers(tuple(lines for stage in commentary.stages for lines in stage.ranges))
    assert len(owned) == len(set(owned))


def test_every_line_is_code_of_a_stage_or_comment_or_named_here(commentary: Commentary) -> None:
    owned = set(numbers(tuple(lines for stage in commentary.stages for lines in stage.ranges)))
    annotated = set(numbers(tuple(entry.lines for entry in commentary.entries)))
    kernels = set(numbers(tuple(lines for stage in commentary.stages for lines in stage.comments)))
    assert not annotated & kernels
    assert set(range(1, 176)) - owned - annotated - kernels == set(NO_STAGE)
    assert not set(NO_STAGE) & (owned | annotated | kernels)
    # A line opens or goes on with a comment only where a range says so.
    marks = {n for n, line in enumerate(commentary.source, 1) if "/*" in line or line.startswith("*")}
    assert marks <= annotated | kernels


def test_stages_start_at_the_kernels_labels(commentary: Commentary) -> None:
    labels = {"restart": 24, "rebalance": 91, "nofail_alloc": 95, "nopage": 165, "got_pg": 173}
    for name, line_no in labels.items():
        assert commentary.stage(name).ranges[0][0] == line_no
        assert commentary.original(line_no) == f"{name}:"
    assert [n for n, line in enumerate(commentary.source, 1) if line.endswith(":")] == list(labels.values())


def test_the_kernels_own_comments(commentary: Commentary) -> None:
    assert commentary.kernel_comments("might_sleep") == ()
    assert commentary.kernel_comments("rebalance") == (
        "/* This allocation should allow future memory freeing. */",
        "/* Atomic allocations - we can't balance anything */",
    )
    # On a line that it shares with code, the comment alone.
    assert commentary.kernel_comments("restart")[1] == "/* the list of zones suitable for gfp_mask */"
    assert commentary.kernel_comments("high_attempt")[0].endswith("under heavy divssure.\n*/")
    for name in STAGES:
        for comment in commentary.kernel_comments(name):
            assert comment.isascii()
            assert (comment[:2], comment[-2:]) == ("/*", "*/")
            assert comment.count("/*") == comment.count("*/") == 1


# What a reader sees


def test_text_is_the_screens_json(commentary: Commentary) -> None:
    text = commentary.text()
    assert json.loads(json.dumps(text)) == text
    assert list(text) == ["source", "stages", "entries", "silent", "mangled"]
    assert text["source"] == list(commentary.source)
    assert list(text["stages"]) == list(STAGES)
    assert text["stages"]["rebalance"] == {"ranges": [[91, 94], [109, 113]], "comments": [[90, 90], [111, 111]]}
    assert list(text["entries"]) == list(ENTRIES)
    assert set(text["silent"]) == SILENT
    assert text["silent"]["got_pg"]["zh"].startswith("唯一的正常出口：")
    assert text["mangled"]["divssure"] == "pressure"


def test_text_of_an_annotation_has_all_but_its_id(commentary: Commentary) -> None:
    fields = ["stage", "lines", "explains", "zh", "en", "verdict", "note_en", "note_zh"]
    for entry in commentary.text()["entries"].values():
        assert list(entry) == fields
    assert commentary.text()["entries"]["nofail"]["explains"] == [104, 107]


def test_text_is_the_callers_to_change(commentary: Commentary) -> None:
    commentary.text()["stages"].clear()
    assert list(commentary.text()["stages"]) == list(STAGES)


def test_it_is_read_once() -> None:
    assert load() is load()


def test_repr_is_short(commentary: Commentary) -> None:
    assert repr(commentary) == "<Commentary: 175 lines, 16 stages, 13 annotations>"
    assert repr(commentary.stage("nopage")) == "<StageCommentary nopage: our own note>"
    assert repr(commentary.stage("restart")) == "<StageCommentary restart: watermarks, low_attempt>"
    assert repr(commentary.entry("might_sleep")) == "<Entry might_sleep: lines 17 to 20, wrong>"


def test_nothing_can_be_changed(commentary: Commentary) -> None:
    with pytest.raises(AttributeError):
        commentary.entry("nofail").zh = ""  # type: ignore[misc]
    with pytest.raises(AttributeError):
        commentary.stage("nopage").silent_en = ""  # type: ignore[misc]
    with pytest.raises(TypeError):
        commentary.mangled["pre"] = "div"  # type: ignore[index]


def test_lines_include_both_ends(commentary: Commentary) -> None:
    assert commentary.lines(165, 166) == ("nopage:", "if (!(gfp_mask & __GFP_NOWARN) && printk_ratelimit()) {")
    assert commentary.lines(1, 175) == commentary.source


def test_an_unknown_name_says_which_there_are(commentary: Commentary) -> None:
    with pytest.raises(ValueError, match=r"^there is no stage 'slow_path'; the stages are might_sleep, .*, got_pg$"):
        commentary.stage("slow_path")
    with pytest.raises(ValueError, match="there is no stage 'NOPAGE'"):
        commentary.kernel_comments("NOPAGE")
    with pytest.raises(ValueError, match=r"^there is no annotation 'nopage'; they are might_sleep, .*, oom_kill$"):
        commentary.entry("nopage")


@pytest.mark.parametrize("line_no", [0, -1, 176, True, 1.0, "1", None])
def test_a_bad_line_number_says_which_there_are(commentary: Commentary, line_no: object) -> None:
    for call in (commentary.original, commentary.repaired, lambda n: commentary.lines(n, n)):
        with pytest.raises(ValueError, match=rf"the file has lines 1 to 175, whole numbers; {line_no!r} is none"):
            call(line_no)  # type: ignore[arg-type]


def test_lines_the_wrong_way_round(commentary: Commentary) -> None:
    with pytest.raises(ValueError, match="give the first line and then the last, not 9 and then 7"):
        commentary.lines(9, 7)
