"""The annotated source of __alloc_pages(): the file as it stands, its annotator's Chinese, translation and errata.

`load()` reads `alloc_pages_annotated.txt` and `commentary.json` once. The annotator's text is never changed: what
is wrong with it stands beside it (`verdict`, `note_en`, `note_zh`). Where the annotator wrote nothing, our own note
stands (`silent_en`, `silent_zh`) and the stage says so (`ours`).
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

Lines = tuple[int, int]  # first and last line, 1-based, both included
Verdict = Literal["right", "imprecise", "wrong"]


@dataclass(frozen=True, repr=False, slots=True)
class Entry:
    """One annotation: the annotator's `zh` byte for byte, our translation `en`, and how it stands against the kernel.

    `lines` are its own lines of the file, `explains` the lines of code it speaks of. The notes say what the kernel
    really does; both are empty where nothing had to be added.
    """

    id: str
    stage: str
    lines: Lines
    explains: Lines
    zh: str
    en: str
    verdict: Verdict
    note_en: str
    note_zh: str

    def __repr__(self) -> str:
        return f"<Entry {self.id}: lines {self.lines[0]} to {self.lines[1]}, {self.verdict}>"


@dataclass(frozen=True, repr=False, slots=True)
class StageCommentary:
    """What the file says about one stage: `ranges` of code, the kernel's own `comments` (ranges too), annotations.

    `silent_en` and `silent_zh` are our own note where the annotator was silent, else None.
    """

    stage: str
    ranges: tuple[Lines, ...]
    comments: tuple[Lines, ...]
    entries: tuple[Entry, ...]
    silent_en: str | None
    silent_zh: str | None

    @property
    def ours(self) -> bool:
        """True where the annotator was silent and the note is our own."""
        return self.silent_en is not None

    def __repr__(self) -> str:
        said = "our own note" if self.ours else ", ".join(entry.id for entry in self.entries)
        return f"<StageCommentary {self.stage}: {said}>"


class Stand(NamedTuple):
    """Where a frame of a run stands in the file: the lines of code, and the annotation that it shows, if any."""

    lines: Lines
    entry: str | None


@dataclass(frozen=True, repr=False, slots=True, eq=False)
class Commentary:
    """The annotated source and all that is said about it.

    `source` holds the file's lines without their newlines, `stages` the sixteen in ladder order, `mangled` the words
    that an HTML filter spoilt, each with the kernel's word, `frames` where a run's frames stand: by stage, and for
    some sentences and events of a stage by (stage, its name). Wrong names and line numbers are a ValueError.
    """

    source: tuple[str, ...]
    stages: tuple[StageCommentary, ...]
    mangled: Mapping[str, str]
    frames: Mapping[tuple[str, str], Stand]

    @property
    def stage_names(self) -> tuple[str, ...]:
        """The names of the sixteen stages in ladder order."""
        return tuple(stage.stage for stage in self.stages)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The thirteen annotations in the order of the file."""
        return tuple(entry for stage in self.stages for entry in stage.entries)

    def stage(self, name: str) -> StageCommentary:
        """What is said about the stage `name`."""
        for stage in self.stages:
            if stage.stage == name:
                return stage
        raise ValueError(f"there is no stage {name!r}; the stages are {', '.join(self.stage_names)}")

    def entry(self, name: str) -> Entry:
        """The annotation whose id is `name`."""
        for entry in self.entries:
            if entry.id == name:
                return entry
        raise ValueError(f"there is no annotation {name!r}; they are {', '.join(entry.id for entry in self.entries)}")

    def stand(self, stage: str, *names: str) -> Stand:
        """Where a frame of this stage stands. names: of its sentence and its event, the more telling one first."""
        found = next((self.frames[stage, name] for name in (*names, "") if (stage, name) in self.frames), None)
        if found is None:
            raise ValueError(f"there is no stage {stage!r}; the stages are {', '.join(self.stage_names)}")
        return found

    def lines(self, first: int, last: int) -> tuple[str, ...]:
        """The file's lines `first` to `last`, both included, as they stand."""
        self._check_line(first)
        self._check_line(last)
        if first > last:
            raise ValueError(f"give the first line and then the last, not {first} and then {last}")
        return self.source[first - 1 : last]

    def original(self, line_no: int) -> str:
        """The line as it stands in the file, mangled words included."""
        return self.lines(line_no, line_no)[0]

    def repaired(self, line_no: int) -> str:
        """The line with the mangled words put right, as the kernel has it."""
        # The longest word first: one mangled word ends another.
        words = sorted(self.mangled, key=len, reverse=True)
        return re.sub("|".join(map(re.escape, words)), lambda word: self.mangled[word[0]], self.original(line_no))

    def kernel_comments(self, stage: str) -> tuple[str, ...]:
        """The kernel's own comments on a stage, from `/*` to `*/`, as they stand in the file; () if it has none."""
        texts = ("\n".join(self.lines(*lines)) for lines in self.stage(stage).comments)
        return tuple(text[text.index("/*") : text.rindex("*/") + 2] for text in texts)

    def text(self) -> dict[str, Any]:
        """The same as plain JSON, for the screen: source, stages, entries, silent, mangled. A new dict each time."""
        plain: dict[str, Any] = {
            "source": self.source,
            "stages": {stage.stage: {"ranges": stage.ranges, "comments": stage.comments} for stage in self.stages},
            "entries": {entry.id: {k: v for k, v in asdict(entry).items() if k != "id"} for entry in self.entries},
            "silent": {s.stage: {"en": s.silent_en, "zh": s.silent_zh} for s in self.stages if s.ours},
            "mangled": dict(self.mangled),
        }
        text: dict[str, Any] = json.loads(json.dumps(plain))  # tuples become lists
        return text

    def _check_line(self, line_no: int) -> None:
        if type(line_no) is not int or not 1 <= line_no <= len(self.source):
            raise ValueError(f"the file has lines 1 to {len(self.source)}, whole numbers; {line_no!r} is none of them")

    def __repr__(self) -> str:
        return f"<Commentary: {len(self.source)} lines, {len(self.stages)} stages, {len(self.entries)} annotations>"


@cache
def load() -> Commentary:
    """The commentary; the two files are read once."""
    data = json.loads(_read("commentary.json"))
    return Commentary(
        source=tuple(_read("alloc_pages_annotated.txt").split("\n")),
        stages=tuple(_stage(name, data) for name in data["stages"]),
        mangled=MappingProxyType(data["mangled"]["words"]),
        frames=MappingProxyType(dict(_stands(data["frames"]))),
    )


def _read(name: str) -> str:
    # Bytes, since reading as text would rewrite line ends.
    return files(__name__).joinpath(name).read_bytes().decode("utf-8")


def _stage(name: str, data: dict[str, Any]) -> StageCommentary:
    return StageCommentary(
        stage=name,
        ranges=tuple(map(_lines, data["stages"][name])),
        comments=tuple(map(_lines, data["kernel_comments"].get(name, []))),
        entries=tuple(_entry(entry) for entry in data["entries"] if entry["stage"] == name),
        silent_en=data["unannotated"].get(name),
        silent_zh=data["unannotated_zh"].get(name),
    )


def _stands(frames: dict[str, Any]) -> Iterator[tuple[tuple[str, str], Stand]]:
    """(stage, name of a sentence or event, "" for all others) with where it stands."""
    for stage, usual in frames.items():
        for name, own in {"": {}, **usual.get("but", {})}.items():
            given = {**usual, **own}
            yield (stage, name), Stand(_lines(given["lines"]), given.get("entry"))


def _entry(entry: dict[str, Any]) -> Entry:
    return Entry(**{**entry, "lines": _lines(entry["lines"]), "explains": _lines(entry["explains"])})


def _lines(pair: list[int]) -> Lines:
    first, last = pair
    return first, last
