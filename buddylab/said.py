"""One sentence in both languages: the only type in which text goes to a screen, a plot or a terminal."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Literal, NamedTuple

Lang = Literal["en", "zh"]
"""The languages that there are."""
LANGS: tuple[Lang, ...] = ("en", "zh")


class Said(NamedTuple):
    """The same words in English and in Chinese; as JSON the pair [en, zh]. `str` is the English."""

    en: str
    zh: str

    def __str__(self) -> str:
        return self.en

    def in_lang(self, lang: Lang) -> str:
        """The words in one of the languages."""
        return self.en if lang == "en" else self.zh

    def both(self) -> str:
        """The two on one line, for a reader whose language is not known."""
        return f"{self.en} · {self.zh}"

    def fill(self, **values: Any) -> "Said":
        """Values put into the {places} of both; a value that is Said itself goes in its own language."""
        return Said(*(self.in_lang(lang).format_map(_in_lang(values, lang)) for lang in LANGS))

    def then(self, *others: "Said", sep: str = "") -> "Said":
        """These words and others behind them, `sep` between."""
        return join([self, *others], sep)


NOTHING = Said("", "")
"""Where nothing is said."""


class SaidError(ValueError):
    """Something that cannot be, told in both languages: what was given, what is allowed, what to do."""

    def __init__(self, en: str, zh: str) -> None:
        """The English is the exception's text; `said` has both."""
        super().__init__(en)
        self.said = Said(en, zh)


def unknown(kind: Said, given: object, known: Iterable[str], more: Said | None = None) -> SaidError:
    """The error for a word that is none of those that there are: it names the nearest and lists them all.

    kind: what it should have been ("machine"). more: what else would do, a clause of its own.

    >>> print(unknown(Said("machine", "机器"), "smal", ["tiny", "small"]))
    no machine 'smal': did you mean 'small'? There are tiny, small
    """
    names = list(known)
    near = get_close_matches(given, names, 1) if isinstance(given, str) else []
    guess = Said(f"did you mean {near[0]!r}? ", f"是不是 {near[0]!r}？") if near else Said("", "")
    there, there_zh = ", ".join(names), "、".join(names)
    en, zh = Said(f"; {more.en}", f"；{more.zh}") if more else Said("", "")
    there_is = f"{'There' if near else 'there'} {'is' if len(names) == 1 else 'are'}"
    return SaidError(
        f"no {kind.en} {given!r:.80}: {guess.en}{there_is} {there}{en}",
        f"没有{kind.zh} {given!r:.80}：{guess.zh}可选 {there_zh}{zh}",
    )


def as_is(text: str) -> Said:
    """What is the same in both: a kernel's name, a number, a line of a log."""
    return Said(text, text)


def join(parts: Iterable[Said], sep: str = "") -> Said:
    """Several sayings as one, `sep` between them."""
    parts = list(parts)
    return Said(sep.join(part.en for part in parts), sep.join(part.zh for part in parts))


def _in_lang(values: dict[str, Any], lang: Lang) -> dict[str, Any]:
    return {name: value.in_lang(lang) if isinstance(value, Said) else value for name, value in values.items()}
