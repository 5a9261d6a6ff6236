"""Failure reports explained: what `bl.explain` gives, short in a console, tables in a notebook."""

from buddylab.front.source import Source, content
from buddylab.reports import Explanation, parse
from buddylab.reports import explain as explanation_of
from buddylab.reports.tell import as_text, section
from buddylab.said import SaidError


class Explained(tuple[Explanation, ...]):
    """The explanation of every report in a text, in their order; `print` tells each zone by zone."""

    __slots__ = ()

    def __str__(self) -> str:
        return "\n\n".join(map(as_text, self))

    def __repr__(self) -> str:
        more = f" (and {len(self) - 1:,} more)" if len(self) > 1 else ""
        return f"<Explained: {str(self[0].verdict.sentence)[:150]}{more}>"

    def _repr_html_(self) -> str:
        """What the one HTML file of `buddylab explain --html` says of each report, the Chinese folded away below."""
        english, chinese = ("".join(section(one, lang) for one in self) for lang in ("en", "zh"))
        return f"{english}<details lang='zh-Hans'><summary>中文</summary>{chinese}</details>"


def explain(source: Source, kernel: str | None = None) -> Explained:
    """Say of each failure report in a text which watermark test refused its request, and what would have let it pass.

    source: a text, a path, or an open file; every report in it is read. kernel: the release that printed it, where the
    text does not say. Raises SaidError (a ValueError) for no report, OSError for a file that cannot be read.
    """
    found = parse(content(source), kernel)
    if not found:
        raise SaidError(
            "there is no report in this text, and no file has this name: it needs a line such as 'page allocation "
            "failure. order:3, mode:0x20' or 'oom-killer:', or zones with their figures",
            "文本中没有报告，也没有叫这个名字的文件：需要有“page allocation failure. order:3, mode:0x20”"
            "或“oom-killer:”之类的行，或各区的数字",
        )
    return Explained(map(explanation_of, found))
