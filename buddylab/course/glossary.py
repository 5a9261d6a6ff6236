"""The words of the course: the kernel's name, the Chinese one, and one sentence in each language."""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Term:
    """name: as the kernel writes it, or plain English. source: where it stands in 2.6.21 (file, name) or buddylab."""

    name: str
    zh_name: str
    en: str
    zh: str
    source: str

    def __repr__(self) -> str:
        return f"{self.name} · {self.zh_name}\n  {self.en}\n  {self.zh}\n  {self.source}"


@cache
def terms() -> dict[str, Term]:
    """All terms by name, in alphabetical order."""
    text = resources.files("buddylab.course").joinpath("glossary.json").read_text(encoding="utf-8")
    listed = [Term(*row) for row in json.loads(text)]
    return {term.name: term for term in sorted(listed, key=lambda term: term.name.lower())}


def glossary(name: str) -> Term:
    """One term, by the kernel's name, with or without leading underscores. Raises ValueError with near ones."""
    for word in (name, f"__{name}", f"__GFP_{name}"):
        if word in terms():
            return terms()[word]
    near = [term for term in terms() if name.lower().strip("_") in term.lower()]
    raise ValueError(f"{name!r} is not in the glossary: {', '.join(near or terms())}")


def glossary_table(*names: str) -> str:
    """These terms, or all, as a Markdown table in both languages. Raises ValueError for an unknown name."""
    rows = [glossary(name) for name in names] or list(terms().values())
    head = "| name | 中文 | meaning | 含义 | source |\n|---|---|---|---|---|\n"
    return head + "\n".join(f"| `{t.name}` | {t.zh_name} | {t.en} | {t.zh} | `{t.source}` |" for t in rows)
