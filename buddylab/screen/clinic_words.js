// The words of the clinic's own screen; what a report came to is said by Python.
import { fmt } from "./say.js";

const CLINIC_SAID = {
  title: ["Why did this allocation fail?", "这次分配为什么失败？"], report: ["Failure report", "失败报告"],
  hint: ["Paste what dmesg printed, from 'page allocation failure' or 'oom-killer' on; more around it does no harm.",
    "粘贴 dmesg 的输出，从“page allocation failure”或“oom-killer”起；周围有其他内容也无妨。"],
  kernel: ["Kernel, if the report does not say", "内核版本（报告没有写明时）"], example: ["Example", "示例"],
  choose: ["from the field …", "实际案例…"], explain: ["Explain", "解释"], clear: ["Clear", "清空"],
  local: ["Nothing leaves this machine: the text goes to your own Python and no further.",
    "内容不会离开本机：文本只交给你自己的 Python。"],
  language: ["Language", "语言"], theme: ["Theme: {t}", "主题：{t}"], auto: ["auto", "自动"], light: ["light", "浅色"],
  dark: ["dark", "深色"], several: ["Reports in this text", "文本中的报告"],
  more: ["and {n} more, not shown", "另有 {n} 个未显示"], asks: ["{who} asks for {size} with {mask}", "{who} 以 {mask} 请求 {size}"],
  size: ["{kb} kB (order {o})", "{kb} kB（{o} 阶）"], noSize: ["memory of an order not named", "未写明阶的内存"],
  someone: ["someone", "某进程"], others: ["The mask may also read: {list}", "掩码也可读作：{list}"],
  rule: ["Tested as Linux {first} to {last} does: {words}.", "按 Linux {first} 至 {last} 的方式检查：{words}。"],
  ruleOn: ["Tested as Linux {first} and later does: {words}.", "按 Linux {first} 及以后的方式检查：{words}。"],
  noRule: ["Figures only: no test was made.", "仅列数字：未作检查。"], printed: ["Kernel {k}", "内核 {k}"],
  unnamed: ["Kernel not named", "未写明内核"], stop: [". ", "。"], passes: ["passes", "通过"], refuses: ["refuses, {n} short", "拒绝，差 {n}"],
  missing: ["figures are missing", "缺少数字"], untested: ["not for this request", "不供此请求使用"],
  free: ["free", "空闲"], reserve: ["reserve", "保留"], yes: ["yes", "是"], no: ["no", "否"], pages: ["pages", "页"],
  level: ["mark", "水位"], against: ["against mark", "对比水位"], counted: ["counted", "计入"],
  lines: ["line {list}", "第 {list} 行"], blocks: ["Free blocks per order", "各阶空闲块"],
  typed: ["Free blocks per order, of type: U unmovable, M movable, E reclaimable, H high-atomic, C CMA, I isolated, R reserve",
    "各阶空闲块；类型：U 不可移动，M 可移动，E 可回收，H 高阶原子，C CMA，I 隔离，R 保留"],
  cures: ["What would have let it pass", "怎样才能通过"], spare: ["+{n} to spare", "余 {n}"],
  reasons: ["What could explain it", "可能的解释"], notes: ["Notes", "注"], unread: ["Could not be read", "无法读取"],
  text: ["The text, and the lines that the figures came from", "文本，以及数字所在的行"],
  skipped: ["{n} other lines are not shown", "其余 {n} 行未显示"], gap: ["⋯", "⋯"],
  play: ["Step through it", "逐步播放"], playing: ["Building the machine of the report …", "正在按报告搭建机器…"],
  lost: ["The explorer could not be shown: {why}. Press the button again, or run clinic.step_through() in a cell.",
    "无法显示浏览器组件：{why}。请再按一次，或在单元格中运行 clinic.step_through()。"],
  nothing: ["Paste a report first, or choose an example.", "请先粘贴报告，或选择示例。"],
  silent: ["Python does not answer: run the cell again.", "Python 没有回应：请重新运行该单元格。"],
  working: ["Reading …", "正在读取…"], zonesMore: ["{n} more zones are not drawn", "另有 {n} 个区未画出"],
};

/** What a key says in a language, its {places} filled. */
export function clinicSay(key, lang, args = {}) {
  return CLINIC_SAID[key][lang === "zh" ? 1 : 0].replace(/\{(\w+)\}/g, (_, name) => fmt(args[name]));
}
