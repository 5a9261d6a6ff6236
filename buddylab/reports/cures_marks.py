"""What an administrator can set so that the marks are others: each value goes through the set-up of the release."""

from dataclasses import replace

from buddylab.reports import settings
from buddylab.reports.caller import may_sleep
from buddylab.reports.cure import Case, Cure, Turn, largest
from buddylab.reports.period import period
from buddylab.reports.rules import OLD, State, rows
from buddylab.reports.setup import BOOSTED_FROM
from buddylab.said import Said


def _mark(case: Case, pages_min: int | None = None, scale: int | None = None) -> State | None:
    """The zone with the mark that another setting gives it; a set-up takes the boost away."""
    if case.setup is None or case.test.label not in case.setup.zones:
        return None
    marks = case.setup.marks(case.test.label, pages_min, scale)
    return replace(case.state, mark=marks.high if case.test.mark == "high" else marks.min, boost=0)


def _holds(case: Case, state: State | None) -> bool:
    return state is not None and case.passes(state)


def _mark_said(case: Case, knob: str, to: int, now: int, state: State) -> Said:
    """A setting, and the mark that comes of it."""
    label, mark, before = case.state.label, case.test.mark, case.state.mark
    return Said(
        f"{knob} {to} instead of {now}: a {mark} mark of {state.mark} pages instead of {before} in {label}",
        f"{knob} 为 {to} 而不是 {now}：{label} 的 {mark} 线为 {state.mark} 页而不是 {before} 页",
    )


def _without_boost(case: Case) -> State:
    return replace(case.state, mark=case.state.mark - case.state.boost, boost=0)


def lower_min_free(case: Case) -> Cure | None:
    """The largest min_free_kbytes that lets it pass, all marks set up anew with it."""
    setup = case.setup
    if setup is None or case.rule.name in OLD or not case.whole:
        return None
    if case.state.boost and case.passes(_without_boost(case)):
        return None  # any value would do it, since a set-up takes the boost away
    least = -(-settings.LEAST_MIN_FREE // setup.page_kb)
    pages = largest(setup.pages_min, least, lambda p: _holds(case, _mark(case, pages_min=p)))
    state = _mark(case, pages_min=pages)
    if pages is None or state is None:
        return None
    kb = pages * setup.page_kb
    said = _mark_said(case, "min_free_kbytes", kb, setup.min_free_kbytes, state)
    turn = Turn("vm.min_free_kbytes", setup.min_free_kbytes, kb, f"sysctl -w vm.min_free_kbytes={kb}")
    return case.cure("min_free_kbytes", said, settings.LOWERED, state, turn)


def lower_scale(case: Case) -> Cure | None:
    """The largest watermark_scale_factor that lets it pass; the high mark alone depends on it."""
    setup = case.setup
    now = setup.zones[case.test.label].scale if setup and case.test.label in setup.zones else None
    if setup is None or not now or case.test.mark != "high" or case.state.boost:
        return None
    scale = largest(now, 1, lambda s: _holds(case, _mark(case, scale=s)))
    state = _mark(case, scale=scale)
    if scale is None or state is None:
        return None
    said = _mark_said(case, "watermark_scale_factor", scale, now, state)
    turn = Turn("vm.watermark_scale_factor", now, scale, f"sysctl -w vm.watermark_scale_factor={scale}")
    return case.cure("watermark_scale_factor", said, settings.SCALED_DOWN, state, turn)


def wake_earlier(case: Case) -> Cure | None:
    """For a caller that cannot reclaim itself: kswapd begins earlier. This very request is refused all the same."""
    setup = case.setup
    if setup is None or case.test.mark != "min" or may_sleep(case.told) or case.rule.name in OLD or case.state.boost:
        return None
    setting = settings.earlier(setup, case.test.label, case.whole)
    if setting is None:
        return None
    state = _mark(case, pages_min=setting.pages_min, scale=setting.scale)
    told = rows(state, case.order, case.rights, case.rule) if state is not None else None
    spare = min((row.free - row.needed for row in told or ()), default=1)
    if spare > 0:
        return None
    turn = Turn(setting.knob, setting.from_, setting.to, f"sysctl -w {setting.knob}={setting.to}")
    label = case.test.label
    return Cure("wake_earlier", label, setting.said, spare, state, case.order, case.rights, setting.price, turn)


def no_boost(case: Case) -> Cure | None:
    """The marks without their boost, as they are when kswapd has run."""
    state = case.state
    if not state.boost or period(case.told.report)[1] < BOOSTED_FROM:
        return None
    plain = _without_boost(case)
    said = Said(
        f"no boost: a {case.test.mark} mark of {plain.mark} pages instead of {state.mark} in {state.label}",
        f"没有水位提升：{state.label} 的 {case.test.mark} 线为 {plain.mark} 页而不是 {state.mark} 页",
    )
    command = "sysctl -w vm.watermark_boost_factor=0"
    turn = Turn("vm.watermark_boost_factor", settings.USUAL_BOOST, 0, command)
    return case.cure("boost", said, settings.UNBOOSTED, plain, turn)
