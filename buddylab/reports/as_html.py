"""Explained reports as one HTML file that asks for nothing: both languages, light and dark, wide and narrow screens."""

import html

from buddylab.printable import printable
from buddylab.reports.as_text import after, cure_line, figure_lines, heading, kernel_line, row_cells, zone_line
from buddylab.reports.causes import cause
from buddylab.reports.cures import cures
from buddylab.reports.explanation import Explanation
from buddylab.reports.verdict import ZoneTest
from buddylab.said import LANGS, Lang, Said

STYLE = """
:root { color-scheme: light dark }
* { box-sizing: border-box }
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 60rem; margin: 1.5rem auto;
  padding: 0 1rem; overflow-wrap: anywhere }
h1 { font-size: 1.4rem } h2 { border-top: 1px solid; padding-top: 1rem; font-size: 1.25rem; line-height: 1.35 }
h3 { font-size: 1rem; margin: 1rem 0 .3rem } ul { padding-left: 1.2rem } li { margin: .25rem 0 }
.verdict { font-size: 1.05rem }
table { border-collapse: collapse; margin-bottom: 1rem; max-width: 100% }
td, th { text-align: right; padding: 2px 10px; overflow-wrap: normal }
th:first-child, td:first-child { text-align: left } pre { margin: .2rem 0 0; white-space: pre-wrap; font-size: .9em }
caption { text-align: left; font-weight: bold; padding-top: .8em }
.yes { color: light-dark(#006b56, #45cfab) } .no { color: light-dark(#b23503, #ff9468); font-weight: bold }
.said { font-size: .93em; color: light-dark(#444, #bbb) }
@media (max-width: 30rem) { body { padding: 0 .6rem } td, th { padding: 2px 4px; font-size: .9rem } }
body:has(#en:checked) section:lang(zh-Hans), body:has(#zh:checked) section:lang(en) { display: none }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
TITLE = Said("Why did this allocation fail?", "这次分配为什么失败？")
LANGUAGE = Said("Language", "语言")
CURES = Said("What would help", "有用的改变")
MORE = Said("What else is known", "其他已知情况")
HEADS = Said("counted", "计入"), Said("pages", "页"), Said("mark", "水位线"), Said("above?", "高于？")
YES, NO = Said("yes", "是"), Said("no", "否")
TAGS: dict[Lang, str] = {"en": "en", "zh": "zh-Hans"}


def as_html(all_told: list[Explanation], lang: Lang = "en") -> str:
    """One HTML file with every report in both languages, a switch between them that begins at `lang`.

    Nothing in it comes from elsewhere, it runs no script, and no text of a report becomes markup.
    """
    switch = "".join(
        f'<label lang="{TAGS[one]}"><input type="radio" name="lang" id="{one}"{" checked" * (one == lang)}> {name}'
        "</label> "
        for one, name in zip(LANGS, ("English", "中文"), strict=True)
    )
    parts = "".join(
        f'<section lang="{TAGS[one]}"><h1>{_text(TITLE, one)}</h1>\n'
        + "".join(section(told, one) for told in all_told)
        + "</section>\n"
        for one in LANGS
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{TAGS[lang]}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{_text(TITLE, lang)}</title><style>{STYLE}</style></head>\n"
        f"<body><main><fieldset><legend>{' · '.join(LANGUAGE)}</legend>{switch}</fieldset>\n{parts}"
        "</main></body></html>\n"
    )


def _text(said: Said, lang: Lang) -> str:
    return html.escape(printable(said.in_lang(lang)))


def _items(lines: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{line}</li>' for line in lines)}</ul>" if lines else ""


def section(told: Explanation, lang: Lang) -> str:
    """Cause, verdict, cures; then who asked, the rows, and what else is known."""
    verdict, *asked = heading(told)
    helps = [
        _text(cure_line(cure), lang) + (f"<pre>{html.escape(cure.turn.command)}</pre>" if cure.turn.command else "")
        for cure in cures(told)
    ]
    lines = [_text(line, lang) for line in [*asked, *kernel_line(told), *figure_lines(told)]]
    more = [_text(line, lang) for line in after(told)]
    return (
        f'<h2>{_text(cause(told).said, lang)}</h2><p class="verdict">{_text(verdict, lang)}</p>'
        + (f"<h3>{_text(CURES, lang)}</h3>{_items(helps)}" if helps else "")
        + _items(lines)
        + "".join(_table(test, lang) for test in told.tests)
        + (f"<h3>{_text(MORE, lang)}</h3>{_items(more)}" if more else "")
        + "\n"
    )


def _table(test: ZoneTest, lang: Lang) -> str:
    """A zone's rows; where it has none, a sentence says why."""
    caption = _text(zone_line(test), lang)
    cells = row_cells(test)
    if not cells:
        return f"<p>{caption}</p>"
    rows = "".join(
        f"<tr><td>{_text(name, lang)}</td><td>{left}</td><td>{html.escape(sign)}</td><td>{right}</td>"
        f'<td class="{"yes" if ok else "no"}">{"✓" if ok else "✗"} {_text(YES if ok else NO, lang)}</td></tr>'
        for name, left, sign, right, ok in cells
    )
    counted, pages, mark, above = (f'<th scope="col">{_text(head, lang)}</th>' for head in HEADS)
    return f"<table><caption>{caption}</caption><tr>{counted}{pages}<td></td>{mark}{above}</tr>{rows}</table>"
