"""The words of the course: the kernel's name, the Chinese one, and one sentence in each language."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources

from buddylab.said import Said, SaidError


@dataclass(frozen=True)
class Term:
    """called: as the kernel writes it, or plain English. source: where it stands in 2.6.21 (file, name) or buddylab."""

    called: Said
    means: Said
    source: str

    @property
    def name(self) -> str:
        """Its key: the kernel's name, or the English one."""
        return self.called.en

    def __repr__(self) -> str:
        return f"{self.called.both()}\n  {self.means.en}\n  {self.means.zh}\n  {self.source}"


@cache
def terms() -> dict[str, Term]:
    """All terms by name, in alphabetical order."""
    text = resources.files("buddylab.course").joinpath("glossary.json").read_text(encoding="utf-8")
    listed = [Term(Said(*row[:2]), Said(*row[2:4]), row[4]) for row in json.loads(text)]
    return {term.name: term for term in sorted(listed, key=lambda term: term.name.lower())}


def glossary(name: str) -> Term:
    """One term, by the kernel's name, with or without leading underscores. Raises SaidError with near ones."""
    for word in (name, f"__{name}", f"__GFP_{name}"):
        if word in terms():
            return terms()[word]
    near = [term for term in terms() if name.lower().strip("_") in term.lower()]
    there = ", ".join(near or terms())
    raise SaidError(f"{name!r} is not in the glossary: {there}", f"词汇表中没有 {name!r}：{there}")


def glossary_table(*names: str) -> str:
    """These terms, or all, as a Markdown table in both languages. Raises ValueError for an unknown name."""
    rows = [glossary(name) for name in names] or list(terms().values())
    head = "| name | 中文 | meaning | 含义 | source |\n|---|---|---|---|---|\n"
    lines = (f"| `{t.name}` | {t.called.zh} | {t.means.en} | {t.means.zh} | `{t.source}` |" for t in rows)
    return head + "\n".join(lines)
