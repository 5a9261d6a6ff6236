"""What the plots say, in English and Chinese. Kernel names stay as they are in both."""

from dataclasses import dataclass

WORDS: dict[str, tuple[str, str]] = {
    "after": ("after", "之后"),
    "before": ("before", "之前"),
    "block_order": ("order of the blocks", "块的阶"),
    "by": (" by {name}", "（{name}）"),
    "direct": ("tasks reclaim directly", "任务直接回收"),
    "failures": ("failures", "失败"),
    "free_by_order_title": ("Zone {zone}: where its free pages lie", "内存区 {zone}：空闲页在哪些块中"),
    "free_pages": ("free pages", "空闲页"),
    "half": ("{name}: {pages} free", "{name}：{pages}空闲"),
    "index": ("unusable share of the free pages", "空闲页中不可用的份额"),
    "kills": ("OOM kills", "OOM 杀死"),
    "kswapd": ("kswapd reclaims", "kswapd 回收"),
    "length": ("length of the stall (ms; each step doubles)", "停顿时间（毫秒，每格加倍）"),
    "model": ("model", "模型"),
    "none_free": ("no free block of this order", "没有该阶的空闲块"),
    "none_stalled": ("nobody had to reclaim for itself", "没有任务须自己回收"),
    "nothing": ("nothing there", "没有值"),
    "number_of_stalls": ("number of stalls", "停顿次数"),
    "one_in": ("{count}, 1 in {step} drawn", "{count}，每 {step} 次画 1 次"),
    "order": ("order {order}", "{order} 阶"),
    "orders": ("orders {order} to {last}", "{order}–{last} 阶"),
    "page": ("1 page", "1 页"),
    "pages": ("{count} pages", "{count} 页"),
    "pages_of_order": (
        "pages in free blocks of each order (beside each bar: how many blocks)",
        "各阶空闲块中的页数（条旁：块数）",
    ),
    "pages_in_blocks": ("free pages in blocks of this order", "该阶空闲块中的页数"),
    "pressure_title": ("Zone {zone}: free pages, and who has to reclaim", "内存区 {zone}：空闲页，以及谁须回收"),
    "range": ("range", "范围"),
    "request_order": ("order of the request", "请求的阶"),
    "side_title": ("Free blocks, {before} and {after}", "空闲块：{before}与{after}"),
    "stalls": ("stalls", "停顿"),
    "stalls_kept": (
        "{count} stalls (1 in {step} of them kept), about {total} s in all",
        "{count} 次停顿（每 {step} 次保留 1 次），共约 {total} 秒",
    ),
    "stalls_all": ("{count} stalls, {total} s in all", "{count} 次停顿，共 {total} 秒"),
    "stalls_sum": (
        "{stalls}\nhalf of them {median}; longest {longest} ms{who}",
        "{stalls}\n一半{median}；最长 {longest} 毫秒{who}",
    ),
    "stalls_title": ("How long tasks stood still to reclaim pages", "任务为回收页而停顿多久"),
    "time": ("time (s)", "时间（秒）"),
    "as_kernel": ("as the kernel in every case", "每一例都与内核一致"),
    "comes_back": ("which page comes back next", "下一个归还的页"),
    "first_difference": (
        "the first difference (hatched, ✗: not what the kernel did)",
        "第一处不同（斜线与 ✗：内核并非如此）",
    ),
    "kernel": ("the kernel", "内核"),
    "largest_order": ("largest free order", "最大的空闲阶"),
    "largest_order_title": ("How large a block can be had, while pages come back", "页面陆续归还时，能拿到多大的块"),
    "no": ("False", "假（False）"),
    "not_written": ("not written yet", "还没有写"),
    "pages_back": ("pages that have come back", "已归还的页数"),
    "yes": ("True", "真（True）"),
    "yours": ("yours", "你的"),
    "under": ("under 4 ms", "不到 4 毫秒"),
    "unusable_moment_title": (
        "How much of the free memory is no use to a request",
        "对一个请求来说，空闲内存有多少没用",
    ),
    "unusable_title": ("Zone {zone}: free pages that lie in blocks too small", "内存区 {zone}：空闲页所在的块太小"),
    # What only the text tables say.
    "answer": ("answer", "结果"),
    "as_table": ("{title} (as a table: matplotlib is not here)", "{title}（以表格显示：此处没有 matplotlib）"),
    "blocks_of": ("{name} (blocks)", "{name}（块）"),
    "by_kswapd": ("kswapd gave back", "kswapd 归还"),
    "by_tasks": ("tasks gave back", "任务归还"),
    "case": ("called with {given}", "参数为 {given}"),
    "changes_only": ("only where a line changes", "只列出有变化之处"),
    "differs": ("the first difference", "第一处不同"),
    "highest": ("highest", "最高"),
    "in_pages": ("pages in free blocks of each order", "各阶空闲块中的页数"),
    "is_model": ("This is a model.", "这是模型。"),
    "length_from": ("length (ms), from", "时长（毫秒），从"),
    "length_to": ("to less than", "到不足"),
    "line": ("line", "线"),
    "lowest": ("lowest", "最低"),
    "mark": ("{name}: {x} = {at}", "{name}：{x} = {at}"),
    "marks_are": (
        "pages_min {marks[0]:,}, pages_low {marks[1]:,}, pages_high {marks[2]:,}",
        "pages_min {marks[0]:,}，pages_low {marks[1]:,}，pages_high {marks[2]:,}",
    ),
    "medians": (
        "a row is {count} samples from that time on: their median, and what all of them gave back and met",
        "每行为自该时刻起的 {count} 个样本：取其中位数，归还的页与事件为其总和",
    ),
    "of_order": ("order {order} (%)", "{order} 阶（%）"),
    "pages_of": ("{name} (pages)", "{name}（页）"),
    "share": ("unusable (%)", "不可用（%）"),
    "size": ("size", "大小"),
    "some_fields": ("{shown} of {count} {what} are shown", "{count} 个{what}中显示 {shown} 个"),
    "columns": ("columns", "列"),
    "rows": ("rows", "行"),
    "some_points": (
        "{shown} of {count} points are shown, among them each line's lowest and highest",
        "{count} 个点中显示 {shown} 个，包括每条线的最低点和最高点",
    ),
    "who": ("who", "谁"),
    "up_to": ("{ms} ms or less", "不超过 {ms} 毫秒"),
}
"""key -> (English, Chinese)."""


@dataclass(frozen=True)
class Say:
    """A language: say("pages", count=3) is one of `WORDS` in it, filled in. chinese: is the text Chinese?"""

    chinese: bool

    def __call__(self, key: str, **values: object) -> str:
        """One of `WORDS` in this language, filled in."""
        return WORDS[key][self.chinese].format(**values)


def say_in(lang: str) -> Say:
    """The words for "en" or "zh". Raises ValueError for another language."""
    if lang not in ("en", "zh"):
        raise ValueError(f"labels come in 'en' or 'zh', not {lang!r}")
    return Say(lang == "zh")
