"""Sentences in two languages: text that is English and carries the same in Chinese."""


class Said(str):
    """English text; `zh` is the same in Chinese."""

    __slots__ = ("zh",)
    zh: str

    def __new__(cls, en: str, zh: str = "") -> "Said":
        """Both languages; where there is no Chinese, the English stands for it."""
        said = super().__new__(cls, en)
        said.zh = zh or en
        return said
