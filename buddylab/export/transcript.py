"""A run as plain text and as Markdown: every sentence, every inequality, in either language."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from buddylab.export.takes import Take
from buddylab.printable import printable
from buddylab.said import Lang, Said, join
from buddylab.view.sentences import sentence

ENDS = {
    "page": Said("granted: pfn {page}", "成功：pfn {page}"),
    "no_page": Said("no page", "没有页"),
    "livelock": Said("no end", "没有尽头"),
    "freed": Said("given back: pfn {page}", "已归还：pfn {page}"),
}
ON = Said("on", "机器：")
COLUMNS = (Said("Stage", "阶段"), Said("What happens", "发生了什么"), Said("Numbers", "数字"))
ROW = Said("order {o}: {f:,} > {m:,} {verdict}", "{o} 阶：{f:,} > {m:,} {verdict}")
VERDICTS = (Said("no", "否"), Said("yes", "是"), Said("yes, compared unsigned", "是（按无符号数比较）"))


def to_text(runs: Sequence[Take], lang: Lang = "en") -> str:
    """The runs as plain text, a frame a line, the rows of a watermark test below it."""
    return "\n".join("\n".join(map(printable, _text(run, lang))) for run in runs)


def _text(run: Take, lang: Lang) -> Iterator[str]:
    yield _heading(run, lang)
    for number, frame in enumerate(run.document["frames"], 1):
        yield f"{number:4} {frame['stage']}: {sentence(frame).in_lang(lang)}"
        yield from (f"       {row}" for row in _numbers(frame, lang))
        if "log" in frame:
            yield f"       | {frame['log']}"
    yield from (f"     = {_end(run, lang)}", "")


def to_markdown(runs: Sequence[Take], lang: Lang = "en") -> str:
    """The runs as Markdown, a table each; what a scenario says of itself stays text."""
    return "\n".join("\n".join(map(printable, _markdown(run, lang))) for run in runs)


def _markdown(run: Take, lang: Lang) -> Iterator[str]:
    stage, happens, numbers = (words.in_lang(lang) for words in COLUMNS)
    yield from (f"## {_plain(_heading(run, lang))}", "")
    yield from (f"|  | {stage} | {happens} | {numbers} |", "|--:|---|---|---|")
    for number, frame in enumerate(run.document["frames"], 1):
        says = _plain(sentence(frame).in_lang(lang))
        rows = "<br>".join(f"`{row}`" for row in _numbers(frame, lang))
        log = f"<br>{_plain(frame['log'])}" if "log" in frame else ""
        yield f"| {number} | `{frame['stage']}` | {says}{log} | {rows} |"
    yield from ("", f"**{_end(run, lang)}**", "")


def _heading(run: Take, lang: Lang) -> str:
    return _one_line(join([run.title, ON, Said(*run.document["machine"]["name"])], " ").in_lang(lang))


def _end(run: Take, lang: Lang) -> str:
    return ENDS[run.document["end"]].fill(page=run.document["result"]).in_lang(lang)


def _numbers(frame: dict[str, Any], lang: Lang) -> Iterator[str]:
    """The rows of a watermark test: `order 3: 41 > 44 no`."""
    for row in frame.get("test", {}).get("rows", ()):
        yield ROW.fill(verdict=VERDICTS[row["ok"] and 1 + (row["f"] < 0)], **row).in_lang(lang)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _plain(text: str) -> str:
    """Text that Markdown shows as it is: no tag, no formula, no cell of its own; an address does not become a link."""
    entities = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
    bare = re.sub("[&<>]", lambda found: entities[found[0]], _one_line(text))
    return re.sub(r"([\\`*_\[\]|~$@]|:(?=//)|(?<=www)\.)", r"\\\1", bare, flags=re.IGNORECASE)
