"""What a student has answered in this kernel: kept here, summed up in one cell, written to one file."""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from os import PathLike
from pathlib import Path
from typing import Any

from buddylab import __version__
from buddylab.course.exercises import EXERCISES
from buddylab.course.question import NOT_ANSWERED
from buddylab.course.questions import names
from buddylab.said import Said, SaidError
from buddylab.target import save

FORMAT = "buddylab-work-1"


@dataclass(frozen=True)
class Attempt:
    """One answer. given: as it was typed. confidence: 1 guess, 2 fairly, 3 certain, 0 not said."""

    question: str
    seed: int
    given: Any
    right: bool
    misconception: str = ""
    confidence: int = 0


@dataclass
class Session:
    """The attempts of one kernel, oldest first."""

    attempts: list[Attempt] = field(default_factory=list)

    def of(self, question: str, seed: int | None = None) -> list[Attempt]:
        """The attempts at one question, oldest first; seed: only those of one draw."""
        return [one for one in self.attempts if one.question == question and seed in (None, one.seed)]


session = Session()
"""This kernel's."""


def asked(notebook: str) -> list[str]:
    """The ids of a notebook's questions and exercises."""
    return [*names(notebook), *(name for name in EXERCISES if name.startswith(f"{notebook}."))]


def summary(notebook: str, work: Session = session) -> str:
    """A line for every question and exercise of a notebook ("01"): tries, last outcome, misconceptions met."""
    ids = asked(notebook)
    tried = {name: work.of(name) for name in ids}
    right = sum(any(one.right for one in tries) for tries in tried.values())
    lines = [Said(f"{right} of {len(ids)} right", f"答对 {right}/{len(ids)}").both()]
    for name, tries in tried.items():
        if not tries:
            lines.append(f"{name:18} {NOT_ANSWERED}")
            continue
        met = sorted({one.misconception for one in tries if one.misconception})
        outcome = (Said("right", "对") if tries[-1].right else Said("wrong", "错")).both()
        lines.append(f"{name:18} {outcome}, {len(tries)} ×" + (f", {', '.join(met)}" if met else ""))
    return "\n".join(lines)


def hand_in(notebook: str, path: str | PathLike[str], who: str = "", work: Session = session) -> str:
    """Write a notebook's attempts to one JSON file for an instructor, and say so; nothing where there are none.

    An earlier hand-in of this notebook and this name is continued: what it holds stays, in front. Raises
    FileExistsError for any other file, and ExportError, an OSError, if it cannot be written; the old one stays whole.
    """
    path = Path(path)
    ids = asked(notebook)
    attempts = [asdict(one) for one in work.attempts if one.question in ids]
    given = json.loads(json.dumps(attempts))  # as a file would give them back
    if not given:
        return NOT_ANSWERED
    earlier = _earlier(path, notebook, who) if path.exists() else {"who": "", "attempts": []}
    kept = earlier["attempts"]
    known = next(count for count in range(len(given), -1, -1) if kept[len(kept) - count :] == given[:count])
    document = {
        "format": FORMAT,
        "buddylab": __version__,
        "notebook": notebook,
        "who": who or earlier["who"],
        "attempts": [*kept, *given[known:]],
    }
    save(path, json.dumps(document, ensure_ascii=False, indent=1) + "\n", overwrite=True)
    count = len(kept) + len(given) - known
    return Said(f"{count} attempts written to {path.name}", f"已写入 {count} 次作答").both()


def _earlier(path: Path, notebook: str, who: str) -> dict[str, Any]:
    """The hand-in that this one goes on from. Raises FileExistsError for a file that is none, or somebody else's."""
    work = _work(path)
    if work is None:
        raise FileExistsError(f"{path} is not a hand-in of buddylab's and stays as it is: choose another name")
    if work["notebook"] != notebook or (work["who"] and who and work["who"] != who):
        raise FileExistsError(
            f"{path} is the hand-in of {work['who'] or 'somebody'} for notebook {work['notebook']} "
            "and stays as it is: choose another name"
        )
    return work


def collect(paths: Iterable[str | PathLike[str]]) -> list[dict[str, Any]]:
    """For an instructor: of each file who, notebook, how many questions were tried and were right, misconceptions met.

    Right or wrong is taken as the file has it. Raises SaidError for a file that is not a hand-in.
    """
    rows = []
    for path in map(Path, paths):
        work = _work(path)
        if work is None:
            raise SaidError(
                f"{path} is not a hand-in: `hand_in` writes such files, with format {FORMAT!r}",
                f"{path} 不是作业文件：`hand_in` 写出的文件格式为 {FORMAT!r}。",
            )
        attempts = work["attempts"]
        rows.append(
            {
                "file": path.name,
                "who": work["who"],
                "notebook": work["notebook"],
                "tried": len({one["question"] for one in attempts}),
                "right": len({one["question"] for one in attempts if one["right"]}),
                "misconceptions": sorted({one["misconception"] for one in attempts} - {""}),
            }
        )
    return rows


def _work(path: Path) -> dict[str, Any] | None:
    """What a hand-in holds; None for a file that is none, and for what is no file."""
    if not path.is_file():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    whole = isinstance(document, dict) and document.get("format") == FORMAT
    return document if whole and {"who", "notebook", "attempts"} <= document.keys() else None
