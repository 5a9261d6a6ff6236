"""An explained report for people: as plain text, and as one HTML file that asks for nothing. English and Chinese."""

import html
from collections.abc import Iterator
from operator import attrgetter
from unicodedata import east_asian_width

from buddylab.reports.cures import cures
from buddylab.reports.explain import Explanation
from buddylab.reports.phrases import both
from buddylab.reports.verdict import ZoneTest

LANGS = ("en", "zh")
FIGURES = ("free", "min", "low", "high")
STYLE = """
:root { color-scheme: light dark }
body { font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { border-top: 1px solid; padding-top: 1rem } td, th { text-align: right; padding: 2px 10px }
th:first-child, td:first-child { text-align: left } code { font-size: .95em } li { overflow-wrap: anywhere }
caption { text-align: left; white-space: nowrap; font-weight: bold; padding-top: .8em }
.yes { color: light-dark(#006b56, #45cfab) } .no { color: light-dark(#b23503, #ff9468); font-weight: bold }
body:has(#en:checked) section:lang(zh-Hans), body:has(#zh:checked) section:lang(en) { display: none }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"
WORDS = {
    "title": ("Why did this allocation fail?", "这次分配为什么失败？"),
    "language": ("Language", "语言"),
    "asks": ("{kind}: {process}, order {order}{mask}", "{kind}：{process}，{order} 阶{mask}"),
    "now": (
        "a request of order {order} with {best}, as the machine stands now",
        "以 {best} 请求 {order} 阶，按机器此刻的状态",
    ),
    "would_give": (
        "{zone} would give the block now: {free:,} > {needed:,}",
        "{zone} 此刻会给出此块：{free:,} > {needed:,}",
    ),
    "mask": (", mode {mode:#x} = {best}", "，mode {mode:#x} = {best}"),
    "nobody": ("(no process named)", "（未写明进程）"),
    "no_order": ("not named", "未写明"),
    "others": ("other readings of the mask: {list}", "掩码的其他读法：{list}"),
    "kernel": ("kernel {kernel}; {rule}", "内核 {kernel}；{rule}"),
    "unnamed": ("not named", "未写明"),
    "rule": ("rule: {words}", "规则：{words}"),
    "no_rule": ("no rule applies", "没有可用的规则"),
    "missing": ("{zone}: figures are missing or contradict each other", "{zone}：数字不全或互相矛盾"),
    "zone": (
        "{zone}: free {free:,} pages, {mark} {level:,}, reserve {reserve:,}",
        "{zone}：空闲 {free:,} 页，{mark} {level:,}，保留 {reserve:,}",
    ),
    "figures": (
        "{zone}: free {free} pages, min {min}, low {low}, high {high}, reserve {reserve}",
        "{zone}：空闲 {free} 页，min {min}，low {low}，high {high}，保留 {reserve}",
    ),
    "blocks": ("{zone}: free blocks from order 0 on: {blocks}", "{zone}：自 0 阶起的空闲块：{blocks}"),
    "passes": ("passes", "通过"),
    "refuses": ("refuses, {short:,} short", "拒绝，差 {short:,}"),
    "all": ("all free pages", "全部空闲页"),
    "from": ("blocks of order {order}+", "{order} 阶及以上的块"),
    "yes": ("yes", "是"),
    "no": ("no", "否"),
    "counted": ("counted", "计入"),
    "pages": ("pages", "页"),
    "level": ("mark", "水位"),
    "above": ("above?", "高于？"),
    "may_be": ("it may be: {text}", "可能是：{text}"),
    "cure": ("would help in {zone}: {text}, with {margin:,} to spare", "在 {zone} 有用的改变：{text}，余 {margin:,}"),
    "warning": (" ({text})", "（{text}）"),
    "note": ("note: {text}", "注：{text}"),
    "unread": ("line {line} could not be read ({why}): {text}", "第 {line} 行无法读取（{why}）：{text}"),
}

KINDS = {
    "alloc-failure": ("page allocation failure", "页分配失败"),
    "oom": ("OOM killer", "OOM killer"),
    "stall": ("page allocation stall", "页分配停滞"),
    "vmalloc": ("vmalloc failure", "vmalloc 失败"),
    "mask": ("a mask", "掩码"),
}
"""What a request's kind is called."""


def as_text(told: Explanation, lang: str = "en") -> str:
    """The verdict first, then zone by zone the rows down to the one that decided, cures, and what could not be read.

    lang: "en" or "zh". Raises ValueError for another.
    """
    verdict, *heading = _heading(told, lang)
    return "\n".join([verdict, *("  " + line for line in [*heading, *_zones(told, lang), *_after(told, lang)])])


def _say(lang: str, key: str, **args: object) -> str:
    return WORDS[key][_place(lang)].format(**args)


def _in(lang: str, sentence: str) -> str:
    return both(sentence)[_place(lang)]


def _place(lang: str) -> int:
    if lang not in LANGS:
        raise ValueError(f"reports are explained in {' or '.join(map(repr, LANGS))}, not in {lang!r}")
    return LANGS.index(lang)


def now_text(told: Explanation, order: int, lang: str = "en") -> str:
    """The same for a request that nobody has made yet, on the running machine: what it would meet now."""
    best = told.readings[0] if told.readings else "?"
    verdict = told.verdict
    head = _in(lang, verdict.sentence)
    if verdict.passes:
        row = next(test for test in told.tests if test.label == verdict.zone).last_row
        head = _say(lang, "would_give", zone=verdict.zone, free=row.free, needed=row.needed)
    _, *heading = _heading(told, lang)
    request = _say(lang, "now", order=order, best=best)
    return "\n".join([head, *("  " + line for line in [request, *heading, *_zones(told, lang)])])


def _heading(told: Explanation, lang: str) -> Iterator[str]:
    report, request = told.report, told.report.request
    yield _in(lang, told.verdict.sentence)
    if request:
        best = told.readings[0] if told.readings else "?"
        mask = "" if request.mode is None else _say(lang, "mask", mode=request.mode, best=best)
        order = _say(lang, "no_order") if request.order is None else request.order
        yield _say(
            lang,
            "asks",
            kind=KINDS[request.kind][_place(lang)],
            order=order,
            mask=mask,
            process=request.process or _say(lang, "nobody"),
        )
    if len(told.readings) > 1:
        yield _say(lang, "others", list=", ".join(map(str, told.readings[1:4])))
    rule = _say(lang, "rule", words=_in(lang, told.rule.words)) if told.rule else _say(lang, "no_rule")
    yield _say(lang, "kernel", kernel=report.kernel or _say(lang, "unnamed"), rule=rule)


def _figures(told: Explanation, lang: str) -> Iterator[str]:
    """The figures of a report that gets no test: where they are all there is, they are shown as read."""
    for zone in filter(attrgetter("populated"), () if told.tests else told.report.zones):
        values = {word: _figure(zone.pages(word, told.report.page_kb)) for word in FIGURES}
        if {*values.values()} != {"?"} or zone.lowmem_reserve:
            reserve = " ".join(map(str, zone.lowmem_reserve or "?"))
            yield _say(lang, "figures", zone=zone.label, reserve=reserve, **values)
        if zone.blocks is not None:
            yield _say(lang, "blocks", zone=zone.label, blocks=" ".join(map(str, zone.blocks)))


def _figure(pages: int | None) -> str:
    return "?" if pages is None else f"{pages:,}"


def _zones(told: Explanation, lang: str) -> Iterator[str]:
    yield from _figures(told, lang)
    for test in told.tests:
        if test.state is None or not test.rows:
            yield _say(lang, "missing", zone=test.label)
            continue
        outcome = _say(lang, "passes") if test.passes else _say(lang, "refuses", short=test.short)
        yield f"{_zone_line(test, lang)}{': ' if lang == 'en' else '：'}{outcome}"
        yield from (
            f"    {_padded(name, 22)}{left:>12} {sign:<2} {right:<10} {_say(lang, 'yes' if ok else 'no')}"
            for name, left, sign, right, ok in row_cells(test, lang)
        )


def _padded(text: str, columns: int) -> str:
    """Filled up with blanks on a screen where a Chinese character takes two columns."""
    return text + " " * (columns - sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text))


def _zone_line(test: ZoneTest, lang: str) -> str:
    if test.state is None:
        return _say(lang, "missing", zone=test.label)
    return _say(
        lang,
        "zone",
        zone=test.label,
        free=test.state.free,
        mark=test.mark,
        level=test.state.mark,
        reserve=test.state.reserve,
    )


def row_cells(test: ZoneTest, lang: str = "en") -> list[tuple[str, str, str, str, bool]]:
    """Every row of a zone's test: what it counts, the count, > or <=, the mark, whether it holds."""
    return [
        (
            _say(lang, "from", order=row.order) if row.order else _say(lang, "all"),
            f"{row.free:,}",
            ">" if row.ok else "<=",
            f"{row.needed:,}",
            row.ok,
        )
        for row in test.rows or ()
    ]


def _after(told: Explanation, lang: str) -> Iterator[str]:
    for reason in told.reasons:
        yield _say(lang, "may_be", text=_in(lang, reason))
    for cure in cures(told):
        warning = _say(lang, "warning", text=_in(lang, cure.warning)) if cure.warning else ""
        yield _say(lang, "cure", zone=cure.zone, text=_in(lang, cure.sentence), margin=cure.margin) + warning
    for note in told.notes:
        yield _say(lang, "note", text=_in(lang, note))
    for unread in told.report.unread:
        yield _say(lang, "unread", line=unread.line, why=_in(lang, unread.why), text=repr(unread.text.strip()[:80]))


def as_html(all_told: list[Explanation], lang: str = "en") -> str:
    """One HTML file with every report in both languages, a switch between them that begins at `lang`.

    Nothing in it comes from elsewhere, it runs no script, and no text of a report becomes markup.
    """
    title = _say(lang, "title")
    switch = "".join(
        f'<label lang="{_tag(one)}"><input type="radio" name="lang" id="{one}"{" checked" * (one == lang)}> {name}'
        "</label> "
        for one, name in zip(LANGS, ("English", "中文"), strict=True)
    )
    parts = "".join(
        f'<section lang="{_tag(one)}"><h1>{html.escape(_say(one, "title"))}</h1>\n'
        + "".join(section(told, one) for told in all_told)
        + "</section>\n"
        for one in LANGS
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{_tag(lang)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(title)}</title><style>{STYLE}</style></head>\n"
        f"<body><main><fieldset><legend>{' · '.join(WORDS['language'])}</legend>{switch}</fieldset>\n{parts}"
        "</main></body></html>\n"
    )


def _tag(lang: str) -> str:
    return {"en": "en", "zh": "zh-Hans"}[lang]


def section(told: Explanation, lang: str) -> str:
    """One report as HTML: its verdict as a heading, what it is about, a table for each zone, cures and notes."""
    verdict, *heading = _heading(told, lang)
    tables = "".join(_table(test, lang) for test in told.tests)
    before, after = (
        "".join(f"<li>{html.escape(line)}</li>" for line in lines)
        for lines in ([*heading, *_figures(told, lang)], _after(told, lang))
    )
    end = f"<ul>{after}</ul>" if after else ""
    return f"<h2>{html.escape(verdict)}</h2><ul>{before}</ul>{tables}{end}\n"


def _table(test: ZoneTest, lang: str) -> str:
    caption = html.escape(_zone_line(test, lang))
    if test.state is None:
        return f"<p>{caption}</p>"
    rows = "".join(
        f"<tr><td>{name}</td><td>{left}</td><td>{html.escape(sign)}</td><td>{right}</td>"
        f'<td class="{"yes" if ok else "no"}">{"✓" if ok else "✗"} {_say(lang, "yes" if ok else "no")}</td>'
        "</tr>"
        for name, left, sign, right, ok in row_cells(test, lang)
    )
    heads = [_say(lang, key) for key in ("counted", "pages", "level", "above")]
    heads.insert(2, "")
    head = "".join(f'<th scope="col">{word}</th>' if word else "<td></td>" for word in heads)
    return f"<table><caption>{caption}</caption><tr>{head}</tr>{rows}</table>"
