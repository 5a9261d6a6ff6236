// buddylab explorer: draws one recorded run of __alloc_pages() (Linux 2.6.21).
//
// Python records the run and says everything that is said; this module applies the recorded changes and draws.
// It never computes a mark, a row of a test or a verdict. anywidget loads it from a Blob and the stand-alone page
// inlines it, so it is one file without imports. Order: constants, words, pure functions (exported for node --test),
// DOM helpers, one maker per panel (each returns {el, ..., show(view)}), mount, wiring.

// ---------------------------------------------------------------------------------------------- constants

const ORDERS = 11; //                free lists of order 0..10; in `changes` they are lists 0..10,
const HOT = 11, COLD = 12, NR_FREE = 13; // 11 and 12 the per-cpu lists, 13 the counter of free pages
const REMOVE = 0, ADD_HEAD = 1; //   ops of a change; 2 adds at the tail
const SNAPSHOT_EVERY = 50; //        frames between two kept states: scrubbing replays at most this many
const MAX_ROWS = 6; //               rows that Why shows at once; more are folded
const WIDE = 1000, STACKED = 560; // px of the widget, not of the window; the same numbers stand in explorer.css
const TICK_ROOM = 9; //              px that a tick of the time line takes; of two nearer ones the stronger stays
const ANSWER_MS = 4000; //           how long to wait for Python before saying that it is silent
const FRAME_MS = 900; //             one step of Play at speed 1

const ICONS = {
  ok: "✓", no: "✗", wake: "▲", wait: "◷", warn: "!", kill: "☠", reclaim: "↺",
  "end-ok": "✓", "end-no": "✗", "end-loop": "∞",
};
const SHAPES = { // of a stage on the ladder: asks, tries, acts, ends; the others are small dots
  fault_injection: "asks", thisnode: "asks", rebalance: "asks", should_retry: "asks",
  restart: "tries", min_attempt: "tries", nofail_alloc: "tries", retry_after_reclaim: "tries", high_attempt: "tries",
  wake_kswapd: "acts", direct_reclaim: "acts", out_of_memory: "acts", nopage: "ends", got_pg: "ends",
};
const TICKS = { // how strong a tick is when there is no room for all; from ALWAYS on it is drawn whatever comes
  reclaim: 1, ok: 2, no: 2, warn: 3, wait: 4, wake: 4, kill: 4, "end-ok": 5, "end-no": 5, "end-loop": 5,
};
const ALWAYS = 4;
const THEMES = ["auto", "light", "dark"]; // auto follows JupyterLab, else the system
const ALLOC_FLAGS = ["NO_WATERMARKS", "WMARK_MIN", "WMARK_LOW", "WMARK_HIGH", "HARDER", "HIGH", "CPUSET"];
const EVENT_ARGS = { // names of an event's arguments, as in kernel-traces/FORMAT.md; "=" is the value returned
  might_sleep_if: ["wait"], should_fail: ["size", "=", "times", "space", "count"],
  get_page_from_freelist: ["gfp_mask", "order", "alloc_flags", "classzone_idx"],
  zone_watermark_ok: ["zone", "order", "mark", "classzone_idx", "alloc_flags", "="],
  cpuset_zone_allowed_softwall: ["zone", "gfp_mask", "="], cpuset_zone_allowed_hardwall: ["zone", "gfp_mask", "="],
  zone_reclaim: ["zone", "gfp_mask", "order", "="], rmqueue_bulk: ["zone", "order", "batch"],
  __rmqueue: ["zone", "order", "block", "="], buffered_rmqueue: ["zone", "order", "cold", "="],
  wakeup_kswapd: ["zone", "order"], wake_up_interruptible: ["node", "kswapd_max_order"],
  try_to_free_pages: ["gfp_mask", "PF_MEMALLOC", "="], out_of_memory: ["gfp_mask", "order"],
  congestion_wait: ["rw", "timeout"], printk_ratelimit: ["="], printk: ["order", "gfp_mask"],
  free_hot_cold_page: ["zone", "pfn", "cold"], free_pages_bulk: ["zone", "count", "order"],
  __free_pages_ok: ["zone", "pfn", "order"], __free_one_page: ["zone", "pfn", "order", "head", "merged"],
};
const USED = { // letters of the address strip
  K: "kernel", A: "anon", C: "cache", P: "percpu", H: "hole", R: "reserved", "?": "unknown",
};
const TAKES = ["__rmqueue", "buffered_rmqueue"]; // events that hand out a block; [4] is its pfn
const CONTEXT = ["in_interrupt", "rt_task", "PF_MEMALLOC", "TIF_MEMDIE"];

// ---------------------------------------------------------------------------------------------- words

const WORDS = { // labels of the screen, [English, 中文]; sentences come from Python (text.say)
  ladder: ["Ladder", "阶梯"], asks: ["asks", "判断"], tries: ["tries", "尝试"], acts: ["acts", "动作"],
  ladderName: ["Ladder: the 16 stages", "阶梯：16 个阶段"], source: ["Source", "源代码"], why: ["Why", "为什么"],
  memory: ["Memory", "内存"], time: ["Time", "时间"], knobs: ["Knobs", "旋钮"], verdict: ["Verdict", "结论"],
  language: ["Language", "语言"], view: ["View", "显示"], lecture: ["lecture", "讲堂"],
  theme: ["Theme: {theme}", "主题：{theme}"], auto: ["auto", "自动"], light: ["light", "浅色"], dark: ["dark", "深色"],
  skip: ["Skip the knobs", "跳过旋钮"],
  request: ["{a}{who} asks for {pages} with {mask} on {one}{machine}.", "一个{who}以 {mask} 请求 {pages}，机器为 {machine}。"],
  pages: ["{n} pages (order {order})", "{n} 页（{order} 阶）"], page: ["1 page (order 0)", "1 页（0 阶）"],
  in_interrupt: ["interrupt handler", "中断处理程序"], rt_task: ["real-time task", "实时任务"],
  PF_MEMALLOC: ["task that is freeing memory", "正在回收内存的任务"], task: ["task", "任务"],
  TIF_MEMDIE: ["task that is being killed", "正被杀死的任务"],
  preset: ["Preset", "预设"], ownMask: ["own mask", "自定"], ignored: ["this machine ignores the bit", "本机忽略此位"],
  maskName: ["gfp_mask: hex, decimal or names", "gfp_mask：十六进制、十进制或名称"],
  order: ["Order", "阶"], whoAsks: ["Who asks", "谁在请求"], freeIn: ["Free in {zone}", "{zone} 空闲"],
  pressureName: ["Memory pressure: free pages in {zone}", "内存压力：{zone} 空闲页"], nPages: ["{n} pages", "{n} 页"],
  onePage: ["1 page", "1 页"], usedBy: ["Used by", "用途"], model: ["model", "模型"], machine: ["Machine", "机器"],
  mixShares: [
    "kernel\u00a0{k}\u00a0(slab\u00a0{s}), anon\u00a0{a}, cache\u00a0{c}\u00a0(dirty\u00a0{d})\u00a0%; swap\u00a0{w}",
    "内核\u00a0{k}（slab\u00a0{s}），匿名\u00a0{a}，缓存\u00a0{c}（脏\u00a0{d}）%；交换区\u00a0{w}"],
  swapLeft: ["for\u00a0{n}\u00a0%\u00a0of\u00a0anon", "可容匿名页的\u00a0{n}%"], swapNone: ["none", "无"],
  scattered: ["Scattered", "零散"], noPython: ["A recording: no Python runs behind this page, so the knobs are fixed.",
    "这是一份记录：页面背后没有运行 Python，旋钮不能改动。"],
  silentPython: ["Python does not answer: run the cell again. Picture and knobs show the last run that it recorded.",
    "Python 没有回应：请重新运行该单元格。图与旋钮仍是它上次记录的运行。"],
  drawFailed: ["{panel} cannot draw frame {n}: {why}", "{panel} 无法画出第 {n} 帧：{why}"],
  noTrace: ["There is no run to show yet.", "还没有可显示的运行。"],
  frameOf: ["step {n} of {of}", "第 {n} / {of} 步"], nested: ["nested allocation", "嵌套的分配"],
  stageName: ["{stage}: go to its next frame", "{stage}：转到它的下一帧"],
  stageUnused: ["{stage}: not in this run", "{stage}：本次运行未经过"],
  asWritten: ["Annotation, as written", "注释原文"], against: ["Against the kernel", "对照内核"],
  silent: ["The annotator left these lines without a note.", "注释者未注此处。"], ourNote: ["Our note", "我们的注"],
  right: ["✓ Right", "✓ 正确"], imprecise: ["≈ Imprecise", "≈ 不精确"], wrong: ["✗ Wrong", "✗ 有误"],
  mangled: ["the file says {word}; it was {was}", "文件中作 {word}，原为 {was}"],
  holds: ["holds", "成立"], equal: ["equal is not above", "相等不算高于"], short: ["no, {n} short", "不成立，差 {n}"],
  unsigned: ["compared unsigned", "按无符号数比较"],
  fewer: ["fewer than asked", "少于请求"], asked: ["asked", "请求"],
  yes: ["yes", "是"], no: ["no", "否"], noMark: ["no mark", "无水位"],
  again: ["{mark} again", "{mark} 再试"], triesName: ["Tries so far", "已有的尝试"], yours: ["yours", "你的"],
  ownTest: ["wakeup_kswapd's test", "wakeup_kswapd 的检查"], noFlags: ["no flags", "无标志"],
  spellAll: ["{above} free − {size} asked + 1", "空闲 {above} − 请求 {size} + 1"],
  spellBlocks: ["{above} in blocks of order ≥ {o} − {size} asked + 1", "{o} 阶及以上块中 {above} 页 − 请求 {size} + 1"],
  fewerAll: ["{above} free", "空闲 {above}"], fewerBlocks: ["{above} in blocks of order ≥ {o}", "{o} 阶及以上块中 {above} 页"],
  sizeAsked: ["{size} asked", "请求 {size}"],
  spellMark: ["mark {mark}", "水位 {mark}"],
    spellReserve: ["mark {mark} + reserve {reserve}", "水位 {mark} + 保留 {reserve}"],
  spellOnce: ["mark {mark} halved once", "水位 {mark} 减半 1 次"],
    spellTwice: ["mark {mark} halved twice", "水位 {mark} 减半 2 次"],
  spellTimes: ["mark {mark} halved {o} times", "水位 {mark} 减半 {o} 次"],
  countOnly: ["count only blocks", "只计入的块"], ofAll: ["of all free pages", "占全部空闲页"], pagesHead: ["pages", "页"],
  markHead: ["mark", "水位"], gaugeHead: ["against mark", "对比水位"], anySize: ["of any size", "任意大小"],
  orderFrom: ["order ≥ {o}", "{o} 阶以上"], blocksFrom: ["blocks of order ≥ {o}", "{o} 阶及以上的块"],
  foldHold: ["order ≥ {a} to {b}", "{a} 至 {b} 阶以上"],
    foldTodo: ["order ≥ {a} to {b}: not tested yet", "{a} 至 {b} 阶以上：尚未检查"],
  allHold: ["all {n} hold", "{n} 行都成立"], decider: ["the test that decided: {zone}, {mark}", "起决定作用的检查：{zone}，{mark}"],
  decidedBy: ["{n} watermark tests were made; {zone} against {mark} decided.",
    "共检查水位 {n} 次；{zone} 对 {mark} 的一次起决定作用。"],
  decidedOnly: ["One watermark test was made, {zone} against {mark}, and it decided.",
    "只检查了一次水位：{zone} 对 {mark}，结果由它决定。"],
  decidedNone: ["Watermark tests made: {n}. No page came of them.", "共检查水位 {n} 次，都没有得到页。"],
  oneAway: ["One change away:", "只差一步："], noneAway: ["No single change of a knob turns this verdict.", "只改一个旋钮，结果不变。"],
  rounds: ["{n} rounds in {ms} ms, and no end", "{ms} 毫秒内转了 {n} 圈，没有尽头"],
  noMarkAsked: ["taken without asking any mark: ALLOC_NO_WATERMARKS", "不看任何水位取得：ALLOC_NO_WATERMARKS"],
  noTests: ["No watermark was tested in this run.", "本次运行没有检查水位。"],
  moreTests: ["and {n} earlier tests", "以及更早的 {n} 次检查"], times: ["{n} times", "{n} 次"],
  wholeBlock: ["the head of the list of order {o}, not split", "{o} 阶链表的表头，无需拆分"],
  splitSpell: ["one block = ", "一块 = "], splitBack: [" + what goes back to the free lists", " + 放回空闲链表的部分"],
  mergeSpell: ["two buddies become one block", "两个伙伴合成一块"], block: ["order-{o} block", "{o} 阶块"],
  toList: ["to the list of order {o}", "进入 {o} 阶链表"], waysOut: ["Ways on from here", "由此的去路"],
  waysTaken: ["taken", "走此路"], returnsNull: ["returns NULL", "返回 NULL"], looked: ["looked at", "查看了"],
  gained: ["pages free since this stage began", "本阶段开始以来的空闲页变化"], before: ["before", "之前"], now: ["now", "现在"],
  passed: ["jiffies + {j} (HZ = {hz}); {ms} ms since the request began",
    "jiffies + {j}（HZ = {hz}）；请求开始以来 {ms} 毫秒"],
  cameBack: ["came back:", "收回："], freeDelta: ["free pages", "空闲页"], millis: ["{n} ms", "{n} 毫秒"],
  clean: ["clean page cache", "干净的页缓存"], dirty: ["dirty page cache", "脏页缓存"], slab: ["slab", "slab"],
  kernel: ["kernel", "内核"], anon: ["anonymous", "匿名"], cache: ["page cache", "页缓存"], percpu: ["per-cpu", "每CPU"],
  hole: ["hole", "空洞"], reserved: ["reserved", "保留"], unknown: ["used", "已用"], free: ["free", "空闲"],
  zones: ["Zones", "区域"], zonesSub: ["free pages; ≋ scale is cut", "空闲页；≋ 处刻度截断"], nFree: ["{n} free", "{n} 空闲"],
  notInList: ["not asked", "未询问"], lists: ["Free lists", "空闲链表"], headNext: ["▸ head, taken next", "▸ 表头，下一个取出"],
  tooSmall: ["too small", "太小"], enough: ["enough", "够"], enoughFor: ["large enough for order {o}", "够 {o} 阶"],
  hot: ["hot", "热"], cold: ["cold", "冷"], strip: ["Address strip", "地址条"],
    stripName: ["{zone}, pages {a} to {b}", "{zone}，第 {a} 至 {b} 页"],
  cannotGrow: ["this order-{o} block cannot grow:", "这个 {o} 阶块无法合并："],
  buddyUsed: ["its buddy (pfn {pfn}) is in use", "伙伴（pfn {pfn}）正被占用"],
  buddyPcp: ["its buddy (pfn {pfn}) is on a per-cpu list", "伙伴（pfn {pfn}）在每CPU链表上"],
  buddySplit: ["its buddy (pfn {pfn}) is only partly free", "伙伴（pfn {pfn}）只有部分空闲"],
  listsSummary: ["{zone}: blocks by order {counts}; hot {hot}, cold {cold}", "{zone}：各阶块数 {counts}；热 {hot}，冷 {cold}"],
  first: ["First", "最前"], back: ["Back", "后退"], play: ["Play", "播放"], pause: ["Pause", "暂停"],
  forward: ["Forward", "前进"], last: ["Last", "最后"], frame: ["Frame", "帧"], stepBy: ["Step by", "步长"],
  stage: ["stage", "阶段"], event: ["event", "事件"], row: ["row", "行"], speed: ["Speed", "速度"],
  stopAt: ["stop at ✗", "遇 ✗ 停"], keyStep: ["step", "单步"], keyPlay: ["play", "播放"], space: ["space", "空格"],
};

// ---------------------------------------------------------------------------------------------- pure functions

/** 70053 -> "70,053", -975 -> "−975"; anything that is not a number as it is. */
export function fmt(value) {
  return typeof value === "number" ? value.toLocaleString("en-US").replace("-", "−") : String(value ?? "");
}

/** Put args into the {name} places of a template; an argument may itself be {en, zh}. */
export function fill(template, args = {}, lang = "en") {
  return template.replace(/\{(\w+)\}/g, (place, name) => {
    const value = args[name];
    if (value === undefined) return place;
    return fmt(value !== null && typeof value === "object" && "en" in value ? value[lang] : value);
  });
}

/** The sentence of a key of text.say; a missing one shows itself as ⟨key⟩. An argument "@key" is a sentence itself. */
export function sentence(say, key, args, lang) {
  if (!key) return "";
  const template = say?.[key]?.[lang] ?? say?.[key]?.en;
  if (template === undefined) return `⟨${key}⟩`;
  const said = (value) => (typeof value === "string" && value[0] === "@" ? sentence(say, value.slice(1), {}, lang)
    : value);
  return fill(template, Object.fromEntries(Object.entries(args ?? {}).map(([name, value]) => [name, said(value)])),
    lang);
}

/** One entry per frame, and one per row of its test where it has one: [{frame, row, last}], row -1 without a test. */
export function expandRows(frames) {
  return frames.flatMap((frame, at) => {
    const rows = frame.test?.rows.length ?? 0;
    if (!rows) return [{ frame: at, row: -1, last: true }];
    return Array.from({ length: rows }, (_, row) => ({ frame: at, row, last: row === rows - 1 }));
  });
}

/** The cursor positions at which a step of this granularity ("stage", "event", "row") may stop. */
export function stops(rows, frames, granularity) {
  const stageEnds = (at) => at === frames.length - 1 || frames[at + 1].stage !== frames[at].stage;
  const keep = { row: () => true, event: (entry) => entry.last,
    stage: (entry) => entry.last && stageEnds(entry.frame) };
  return rows.flatMap((entry, index) => (keep[granularity](entry) ? [index] : []));
}

function openList(list) {
  if (Array.isArray(list)) return { count: list.length, head: [...list], tail: [] };
  return { count: list.count, head: [...list.head], tail: [...list.tail] };
}

/** The state before the first frame. A list is {count, head, tail}; it is torn where count > head + tail. */
export function initialState(trace) {
  const zones = trace.initial.zones.map((zone) => ({
    free: zone.free, lists: [...zone.lists, zone.hot, zone.cold].map(openList),
  }));
  const strips = [].concat(trace.strip ?? []).map((strip) => ({
    free: new Map(strip.free), percpu: new Set([...strip.used].flatMap((c, i) => (c === "P" ? [strip.start + i] : []))),
  }));
  return { jiffies: trace.initial.jiffies, zones, strips };
}

function cloneState(state) {
  return {
    jiffies: state.jiffies,
    zones: state.zones.map((zone) => ({ free: zone.free, lists: zone.lists.map(openList) })),
    strips: state.strips.map((strip) => ({ free: new Map(strip.free), percpu: new Set(strip.percpu) })),
  };
}

/** Apply one op to a list {count, head, tail}; a pfn that did not travel leaves the torn part. */
export function changeList(list, op, pfn) {
  if (op !== REMOVE) {
    const whole = list.count === list.head.length;
    list.count += 1;
    if (op === ADD_HEAD) list.head.unshift(pfn);
    else (whole ? list.head : list.tail).push(pfn);
    return;
  }
  list.count -= 1;
  for (const part of [list.head, list.tail]) {
    const at = part.indexOf(pfn);
    if (at >= 0) return void part.splice(at, 1);
  }
}

/** Apply a frame's changes and clock to the state, in place. `strips` are the trace's strips (for their zones). */
export function applyFrame(state, frame, strips = []) {
  for (const [zone, list, op, pfn] of frame.changes ?? []) {
    if (list === NR_FREE) {
      state.zones[zone].free = pfn;
      continue;
    }
    changeList(state.zones[zone].lists[list], op, pfn);
    strips.forEach((strip, at) => strip.zone === zone && changeStrip(state.strips[at], list, op, pfn));
  }
  if (frame.jiffies !== undefined) state.jiffies = frame.jiffies;
  return state;
}

function changeStrip(strip, list, op, pfn) {
  if (list >= HOT) op === REMOVE ? strip.percpu.delete(pfn) : strip.percpu.add(pfn);
  else op === REMOVE ? strip.free.delete(pfn) : strip.free.set(pfn, list);
}

/** at(n): the state after frame n (n = -1: before the first). Keeps snapshots, so that any jump is cheap. */
export function makeTimeline(trace) {
  const strips = [].concat(trace.strip ?? []);
  const kept = [[-1, initialState(trace)]];
  let cache = { at: -1, state: cloneState(kept[0][1]) };
  return function at(frame) {
    if (frame < cache.at) {
      const [start, state] = kept.findLast(([n]) => n <= frame);
      cache = { at: start, state: cloneState(state) };
    }
    while (cache.at < frame) {
      cache.at += 1;
      applyFrame(cache.state, trace.frames[cache.at], strips);
      const newest = kept[kept.length - 1][0];
      if (cache.at >= newest + SNAPSHOT_EVERY) kept.push([cache.at, cloneState(cache.state)]);
    }
    return cache.state;
  };
}

/** Stages seen and edges taken ("from>to" -> times) up to a frame, on the ladder that this frame is on. */
export function wayTaken(frames, upTo) {
  const depth = frames[upTo].depth ?? 0, seen = new Set(), edges = new Map();
  let start = 0;
  if (depth) for (start = upTo; start > 0 && (frames[start - 1].depth ?? 0) >= depth;) start -= 1;
  let last = null;
  for (let at = start; at <= upTo; at += 1) {
    const { stage, round = 1, depth: level = 0 } = frames[at];
    if (level !== depth) continue;
    seen.add(stage);
    const moved = last && (last.stage !== stage || last.round !== round);
    if (moved) edges.set(`${last.stage}>${stage}`, (edges.get(`${last.stage}>${stage}`) ?? 0) + 1);
    last = { stage, round };
  }
  return { seen, edges };
}

/** The first frame of the visit to a stage that this frame belongs to (nested allocations belong to it too). */
export function visitStart(frames, at) {
  const depth = frames[at].depth ?? 0;
  let start = at;
  for (let back = at - 1; back >= 0; back -= 1) {
    const level = frames[back].depth ?? 0;
    if (level < depth) break;
    if (level > depth) continue;
    if (frames[back].stage !== frames[at].stage || (frames[back].round ?? 1) !== (frames[at].round ?? 1)) break;
    start = back;
  }
  return start;
}

/** The stage that the ladder goes to from here, once nothing in the rest of the visit can change that; else null. */
export function nextStage(frames, at) {
  const { stage, round = 1, depth = 0 } = frames[at];
  const open = (frame) => frame.test || [...TAKES, "get_page_from_freelist"].includes(event0(frame));
  if (event0(frames[at]) === "get_page_from_freelist") return null;
  for (const frame of frames.slice(at + 1)) {
    const level = frame.depth ?? 0;
    if (level < depth) return null;
    if (level > depth) continue;
    if (frame.stage !== stage || (frame.round ?? 1) !== round) return frame.stage;
    if (open(frame)) return null;
  }
  return null;
}
const event0 = (frame) => frame.event?.[0];

/** The rows of the table tries x zones, from the tests and takings so far; repeated tries of a stage share a row.
 *  A cell counts per outcome, the newest outcome last: {outcomes: [{ok, times}], current}. */
export function triesSoFar(trace, rows, cursor) {
  const { frame: upTo, last } = rows[cursor], labels = trace.machine.zones.map((zone) => zone.label);
  const tries = new Map();
  const cell = (frame, zone, ok, at) => {
    const row = tries.get(frame.stage) ?? { stage: frame.stage, mark: null, cells: {} };
    const past = row.cells[zone]?.outcomes.filter((one) => one.ok !== ok) ?? [];
    const times = row.cells[zone]?.outcomes.find((one) => one.ok === ok)?.times ?? 0;
    row.cells[zone] = { outcomes: [...past, { ok, times: times + 1 }], current: at === upTo };
    tries.set(frame.stage, row);
    return row;
  };
  trace.frames.slice(0, upTo + 1).forEach((frame, at) => {
    if (frame.depth) return;
    const [name, zone, , , pfn] = frame.event ?? [];
    if (frame.test && !frame.test.own) {
      const known = at < upTo || last;
      cell(frame, labels[frame.test.zone], known ? frame.test.ok : null, at).mark = frame.test.mark_name;
    } else if (name === "get_page_from_freelist" && !tries.has(frame.stage)) {
      tries.set(frame.stage, { stage: frame.stage, mark: null, cells: {} });
    } else if (TAKES.includes(name) && (pfn < 0 || !tries.get(frame.stage)?.mark)) {
      cell(frame, zone, pfn >= 0, at);
    }
  });
  return [...tries.values()];
}

/** Which of the rows 0..order to draw in a fixed number of slots: [{row}] or folds {from, to}. */
export function foldRows(order, current, slots = MAX_ROWS) {
  const run = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => ({ row: from + i }));
  if (order < slots) return run(0, order);
  if (current < slots - 2) return [...run(0, slots - 2), { from: slots - 1, to: order }];
  if (current > order - slots + 3) return [{ row: 0 }, { from: 1, to: order - slots + 2 },
    ...run(order - slots + 3, order)];
  const lower = current - (slots - 5);
  return [{ row: 0 }, { from: 1, to: lower - 1 }, ...run(lower, current + 1), { from: current + 2, to: order }];
}

/** Tests made, equal ones put together: [{test, row, times, decides}], at most `slots`, the deciding one among them. */
export function groupTests(frames, tests, decides, slots = MAX_ROWS) {
  const groups = new Map();
  for (const at of tests) {
    const { test, stage } = frames[at], row = test.rows[test.rows.length - 1];
    const key = [stage, test.zone, test.mark_name, row.o, row.f, row.m].join();
    const group = groups.get(key) ?? { test, row, times: 0, decides: false };
    group.times += 1;
    group.decides ||= at === decides;
    groups.set(key, group);
  }
  const all = [...groups.values()];
  if (all.length <= slots) return { shown: all, hidden: 0 };
  const late = all.slice(-(slots - 1)), chosen = all.find((group) => group.decides);
  if (chosen && !late.includes(chosen)) late[0] = chosen;
  return { shown: late, hidden: all.length - late.length };
}

/** Pages have been given in this frame: a block taken, or the verdict that there is one. */
const grants = ({ event }) => (TAKES.includes(event?.[0]) && event[4] >= 0)
  || (event?.[0] === "end" && event[1] === "page");

/** The test whose hatching Memory shows: this frame's, the deciding one, or the last refusal that still holds. */
export function evidenceAt(trace, rows, cursor) {
  const { frame: at, row } = rows[cursor], { frames } = trace, frame = frames[at];
  const whole = (test) => ({ test, row: test.rows.length - 1, past: true });
  if (frame.test) return { test: frame.test, row, past: false };
  if (frames[frame.decides]?.test && !grants(frame)) return whole(frames[frame.decides].test);
  if (frame.split || frame.merge || frame.depth) return null;
  const first = trace.machine.zones.findIndex((zone) => zone.label === trace.request.zonelist[0]);
  for (let back = at; back >= 0; back -= 1) {
    const { test, changes } = frames[back];
    if (grants(frames[back]) || changes?.some(([zone]) => zone === first)) return null;
    if (test?.ok && !test.own) return null;
    if (test && !test.own && test.zone === first) return whole(test);
  }
  return null;
}

/** The row of the evidence that refuses, or null: only a refusal has a missing buddy to show. */
export const refusal = (evidence) => {
  const row = evidence?.test.rows[evidence.row];
  return row && !row.ok && !row.slip ? row : null;
};

/** What the time line marks at each row: {mood, pass}; a pass ends where the run goes back up the ladder.
 *  One visit to the killer is marked once, however many frames tell of it. */
export function tickMoods(frames, rows, stages) {
  let pass = 0, before = null;
  return rows.map(({ frame, last }) => {
    const now = frames[frame], again = now.mood === "kill" && frames[frame - 1]?.mood === "kill";
    if (!now.depth) {
      const moved = before && (before.stage !== now.stage || (before.round ?? 1) !== (now.round ?? 1));
      if (moved && stages.indexOf(now.stage) <= stages.indexOf(before.stage)) pass += 1;
      before = now;
    }
    return { mood: last && !again ? now.mood ?? "" : "", pass };
  });
}

/** The rows whose ticks are drawn when a row has `unit` px: those that must be seen (wake, kill, wait, ends, the
 *  refusals of this pass), then the stronger before the weaker as long as none touches one that is there. */
export function thinTicks(moods, unit, pass) {
  const strength = (at) => (moods[at].mood === "no" && moods[at].pass === pass ? ALWAYS : TICKS[moods[at].mood]);
  const marked = moods.flatMap(({ mood }, at) => (mood in TICKS ? [at] : []));
  const shown = [];
  for (const at of marked.sort((a, b) => strength(b) - strength(a) || a - b)) {
    const clear = shown.every((other) => Math.abs(other - at) * unit >= TICK_ROOM);
    if (clear || strength(at) >= ALWAYS) shown.push(at);
  }
  return new Set(shown);
}

/** The index of the zone that Memory's free lists show at this frame. */
export function focusZone(trace, frame, evidence) {
  const labels = trace.machine.zones.map((zone) => zone.label);
  if (frame.test) return frame.test.zone;
  const named = labels.indexOf(frame.event?.[1]);
  if (named >= 0) return named;
  if (frame.changes?.length) return frame.changes[0][0];
  const taken = grants(frame) && trace.frames.findLast((one) => !one.depth && one !== frame && grants(one));
  if (taken) return Math.max(0, labels.indexOf(taken.event[1]));
  return evidence?.test.zone ?? Math.max(0, labels.indexOf(trace.request.zonelist[0]));
}

/** Edges of the ladder with the side and lane to draw them in, from text.chart ([from, to] pairs, to null = NULL). */
export function routeEdges(stages, chart) {
  const at = (stage) => stages.indexOf(stage), ends = stages.slice(-2);
  const edges = chart.map(([from, to]) => {
    const span = to === null ? 0 : at(to) - at(from);
    if (to === null) return { from, to, kind: "null" };
    if (span === 1) return { from, to, kind: "rail" };
    if (span <= 0) return { from, to, kind: span ? "loop" : "self", lane: 0 };
    return { from, to, kind: ends.includes(to) ? "end" : "skip", lane: ends.indexOf(to) };
  });
  const skips = edges.filter((edge) => edge.kind === "skip").sort((a, b) => at(a.to) - at(a.from) - at(b.to)
    + at(b.from));
  let taken = [];
  for (const edge of skips) { // short skips run between node and name, if no other one is there; the rest go left
    const clash = taken.some(([from, to]) => at(edge.from) < to && from < at(edge.to));
    edge.kind = clash || at(edge.to) - at(edge.from) > 2 ? "skip-left" : "skip-right";
    if (edge.kind === "skip-right") taken.push([at(edge.from), at(edge.to)]);
  }
  const loops = edges.filter((edge) => edge.kind === "loop");
  loops.sort((a, b) => at(a.from) - at(a.to) - (at(b.from) - at(b.to))).forEach((edge, lane) => { edge.lane = lane; });
  return edges;
}

/** Scale of a tank: floor for the reserve, linear near the marks, then a cut. {y(pages), floor, cut or null}. */
export function tankScale(zone, reserve, top = 6, bottom = 136) {
  const floor = bottom - (reserve ? 30 : 0), reach = Math.max(1, 1.65 * zone.pages_high), linear = 68, tear = 4;
  const above = zone.present_pages - reserve, cut = above > reach ? floor - linear : null;
  const y = (pages) => {
    const over = pages - reserve;
    if (over < 0) return bottom - ((bottom - floor) * Math.max(0, pages)) / reserve;
    if (cut === null) return Math.max(top, floor - (over / Math.max(above, reach)) * (floor - top));
    if (over <= reach) return floor - (over / reach) * linear;
    return Math.max(top, cut - tear - ((over - reach) / (above - reach)) * (cut - tear - top));
  };
  return { y, floor, cut, tear };
}

/** How many tiles stand for a list: all up to 5, then slowly more; the second lowest is then the tear. */
export function tileCount(count) {
  return count <= 5 ? count : 5 + Math.max(1, Math.round(Math.log10(count / 5) * 1.5));
}

/** Runs of the address strip: [{pfn, n, kind: "free"|"yours"|letter, order}]. `mine` = [pfn, pages] or null. */
export function stripRuns(strip, state, mine) {
  const end = strip.start + strip.pages, runs = [];
  const blocks = [...state.free].map(([pfn, order]) => ({ pfn, n: 1 << order, kind: "free", order }));
  if (mine) blocks.push({ pfn: mine[0], n: mine[1], kind: "yours" });
  const inside = blocks.filter((block) => block.pfn < end && block.pfn + block.n > strip.start);
  inside.sort((a, b) => a.pfn - b.pfn);
  const usedUpTo = (from, to) => {
    for (let pfn = from; pfn < to; pfn += 1) {
      const letter = strip.used[pfn - strip.start], plain = letter === "P" || letter === "." ? "?" : letter;
      const kind = state.percpu.has(pfn) ? "P" : plain ?? "?", last = runs[runs.length - 1];
      if (last && last.kind === kind && last.pfn + last.n === pfn) last.n += 1;
      else runs.push({ pfn, n: 1, kind });
    }
  };
  let pfn = strip.start;
  for (const block of inside) {
    usedUpTo(pfn, block.pfn);
    const from = Math.max(block.pfn, strip.start), to = Math.min(block.pfn + block.n, end);
    if (from >= pfn) runs.push({ ...block, pfn: from, n: to - from });
    pfn = Math.max(pfn, to);
  }
  usedUpTo(pfn, end);
  return runs;
}

/** A free block of this order whose buddy lies on the strip too and is not a free block: the ghost to draw, or null. */
export function missingBuddy(strip, runs, order) {
  const inside = (pfn) => pfn >= strip.start && pfn + (1 << order) <= strip.start + strip.pages;
  const free = runs.filter((run) => run.kind === "free" && run.order === order && run.n === 1 << order);
  const found = free.reverse().find((run) => inside(run.pfn ^ (1 << order)));
  if (!found) return null;
  const buddy = found.pfn ^ (1 << order), to = buddy + (1 << order);
  const kinds = runs.filter((run) => run.pfn < to && run.pfn + run.n > buddy).map((run) => run.kind);
  const why = kinds.every((kind) => kind === "P") ? "buddyPcp" : kinds.includes("free") ? "buddySplit" : "buddyUsed";
  return { pfn: found.pfn, buddy, order, why };
}

/** [pfn, pages] of the block that the request has been given up to this frame, or null. */
export function takenBlock(trace, at) {
  const { order } = trace.request;
  const got = trace.frames.slice(0, at + 1).findLast(({ event, depth }) => !depth && TAKES.includes(event?.[0]));
  return got && got.event[4] >= 0 && got.event[4] === trace.result ? [trace.result, 1 << order] : null;
}

/** A kernel event as a line of text: zone_watermark_ok(zone "Normal", order 3, mark 939, ...) = 0. */
export function eventText(event) {
  if (!event) return "";
  const [name, ...args] = event, names = EVENT_ARGS[name] ?? [];
  const argText = (arg, i) => {
    if (typeof arg === "string") return `"${arg}"`;
    if (names[i] === "gfp_mask") return `gfp_mask 0x${arg.toString(16)}`;
    if (names[i] === "alloc_flags") return flagNames(arg);
    return names[i] ? `${names[i]} ${arg}` : String(arg);
  };
  const returned = names.indexOf("=");
  const shown = args.map(argText).filter((_, i) => i !== returned);
  return `${name}(${shown.join(", ")})${returned < 0 ? "" : ` = ${args[returned]}`}`;
}

function flagNames(flags) {
  return ALLOC_FLAGS.filter((_, bit) => flags & (1 << bit)).map((name) => `ALLOC_${name}`).join("|") || "alloc_flags 0";
}

/** Everything about a trace that is read more than once. */
export function prepare(trace) {
  const rows = expandRows(trace.frames), { frames } = trace;
  const lastRowOf = (at) => rows.findLastIndex((entry) => entry.frame === at);
  const end = frames[frames.length - 1];
  const shown = groupTests(frames, end.tests ?? [], end.decides).shown.length;
  const tries = triesSoFar(trace, rows, rows.length - 1).length;
  const conds = Math.max(0, ...frames.map((frame) => frame.conds?.length ?? 0));
  const slots = Math.min(MAX_ROWS, Math.max(4, trace.request.order + 1, shown, conds, trace.machine.zones.length));
  const deciding = end.decides === undefined ? rows.length - 1 : lastRowOf(end.decides);
  return { trace, rows, at: makeTimeline(trace), levels: levelsOf(trace), slots, tries, deciding };
}

/** Free pages of every zone and the clock after each frame: [{free: [...], jiffies}], cheap to look up. */
export function levelsOf(trace) {
  let free = trace.initial.zones.map((zone) => zone.free), { jiffies } = trace.initial;
  return trace.frames.map((frame) => {
    const counters = (frame.changes ?? []).filter(([, list]) => list === NR_FREE);
    if (counters.length) free = [...free];
    for (const [zone, , , pages] of counters) free[zone] = pages;
    jiffies = frame.jiffies ?? jiffies;
    return { free, jiffies };
  });
}

/** What a visit to a stage has brought so far: {free: [before, now] per zone, jiffies, total (jiffies), kinds}. */
export function visitGain(trace, levels, at) {
  const start = visitStart(trace.frames, at), { zones, jiffies } = trace.initial;
  const before = start ? levels[start - 1] : { free: zones.map((zone) => zone.free), jiffies };
  const kinds = {};
  for (const { reclaimed } of trace.frames.slice(start, at + 1)) {
    for (const [kind, pages] of Object.entries(reclaimed ?? {})) kinds[kind] = (kinds[kind] ?? 0) + pages;
  }
  return {
    free: levels[at].free.map((pages, zone) => [before.free[zone], pages]), kinds,
    jiffies: levels[at].jiffies - before.jiffies, total: levels[at].jiffies - trace.initial.jiffies,
  };
}

// ---------------------------------------------------------------------------------------------- DOM helpers

function put(node, attrs, children) {
  for (const [name, value] of Object.entries(attrs ?? {})) {
    if (name === "on") for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name,
      value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}
const h = (name, attrs, ...children) => put(document.createElement(name), attrs, children);
const s = (name, attrs, ...children) => put(document.createElementNS("http://www.w3.org/2000/svg", name), attrs,
  children);

const keys = new WeakMap();
/** Make the children of a node anew only if the key has changed: what has not changed keeps its nodes. */
function keyed(node, key, make) {
  if (keys.get(node) === key) return;
  keys.set(node, key);
  node.replaceChildren(...[make()].flat(Infinity).filter(Boolean));
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function patterns(id) {
  return s("svg", { width: 0, height: 0, class: "defs", "aria-hidden": "true" }, s("defs", {},
    s("pattern", { id: `${id}-hatch`, width: 5, height: 5, patternUnits: "userSpaceOnUse",
      patternTransform: "rotate(45)" },
      s("rect", { width: 5, height: 5, fill: "var(--bg)" }),
      s("line", { y2: 5, stroke: "var(--ink3)", "stroke-width": 1.6 })),
    s("pattern", { id: `${id}-cross`, width: 6, height: 6, patternUnits: "userSpaceOnUse" },
      s("rect", { width: 6, height: 6, fill: "var(--bg)" }),
        s("path", { d: "M0 0L6 6M6 0L0 6", stroke: "var(--resv)" })),
    s("pattern", { id: `${id}-dots`, width: 4, height: 4, patternUnits: "userSpaceOnUse" },
      s("rect", { width: 4, height: 4, fill: "var(--use3)" }),
        s("circle", { cx: 1, cy: 1, r: 0.8, fill: "var(--use1)" })),
    s("pattern", { id: `${id}-lines`, width: 4, height: 4, patternUnits: "userSpaceOnUse" },
      s("rect", { width: 4, height: 4, fill: "var(--bg2)" }), s("path", { d: "M0 2H4", stroke: "var(--use2)" }))));
}

function bigMark(ok) {
  const d = ok ? "M4 13l5.5 6L20 5" : "M5 5l14 14M19 5L5 19";
  return s("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" },
    s("path", { d, fill: "none", stroke: "currentColor", "stroke-width": 3.6 }));
}

/** Shape of a stage, centred on 0,0: the one grammar for ladder, legend and ways on. */
function stageShape(kind) {
  if (kind === "asks") return s("path", { class: "dot", d: "M0 -7L7 0L0 7L-7 0Z" });
  if (kind === "acts") return s("rect", { class: "dot", x: -5.5, y: -5.5, width: 11, height: 11 });
  if (kind === "ends") return s("rect", { class: "dot", x: -8, y: -5.5, width: 16, height: 11, rx: 5.5 });
  return s("circle", { class: "dot", r: kind === "tries" ? 6 : 3.8 });
}

// ---------------------------------------------------------------------------------------------- request and knobs

/** Split a template at its places: "{a} asks" -> [["a"], " asks"], so that a place can become a control. */
export function templateParts(template) {
  return template.split(/(\{\w+\})/).filter(Boolean).map((part) => (part[0] === "{" ? [part.slice(1, -1)] : part));
}

const sizeText = (order) => (order < 8 ? `${4 << order} kB` : `${(4 << order) / 1024} MB`);

function makeTop(app) {
  const ask = h("div", { class: "ask" }), tools = h("div", { class: "tools" });
  const skip = h("button", { type: "button", class: "skip", on: { click: () => app.toScrubber() } });
  const open = (control) => () => app.openDeck(control);
  const segment = (label, ...buttons) => h("div", { class: "seg", role: "group", "aria-label": label }, buttons);
  const pressed = (on, text, click, more) =>
    h("button", { type: "button", "aria-pressed": String(on), on: { click }, ...more }, text);

  function sentenceNodes() {
    const { request, machine } = app.trace, who = CONTEXT.find((name) => request.context?.[name]);
    const pages = request.order ? app.t("pages", { n: 1 << request.order, order: request.order }) : app.t("page");
    const words = {
      who: [app.t(who ?? "task"), "who"], pages: [pages, "order"], mask: [request.names, "mask"],
      machine: [fill("{m}", { m: machine.name }, app.lang), "machine"],
    };
    const articles = { a: /^[aeiou]/i.test(words.who[0]) ? "An " : "A ", one: machine.numa ? "" : "a " };
    const button = ([name]) => (articles[name]
      ?? h("button", { type: "button", "aria-expanded": String(app.deckOpen), on: { click: open(words[name][1]) } },
      words[name][0]));
    return templateParts(WORDS.request[app.index]).map((part) => (Array.isArray(part) ? button(part) : part));
  }

  function toolNodes() {
    return [
      pressed(app.deckOpen, app.t("knobs"), () => app.openDeck(null), { class: "solo" }),
      segment(app.t("language"), pressed(app.lang === "en", "en", () => app.set("lang", "en"), { lang: "en" }),
        pressed(app.lang === "zh", "中文", () => app.set("lang", "zh"), { lang: "zh" })),
      segment(app.t("view"),
        h("button", { type: "button", "aria-label": app.t("theme", { theme: app.t(app.theme) }),
          title: app.t("theme", { theme: app.t(app.theme) }),
          on: { click: () => app.set("theme", THEMES[(THEMES.indexOf(app.theme) + 1) % THEMES.length]) } },
          `◐ ${app.t(app.theme)}`),
        pressed(app.lecture, app.t("lecture"), () => app.setLecture(!app.lecture))),
    ];
  }

  function show() {
    keyed(ask, [app.lang, app.deckOpen, JSON.stringify(app.trace.request),
      JSON.stringify(app.trace.machine.name)].join(), sentenceNodes);
    keyed(tools, [app.lang, app.deckOpen, app.theme, app.lecture].join(), toolNodes);
    setText(skip, app.t("skip"));
    skip.hidden = !app.deckOpen;
  }
  return { el: h("div", { class: "top" }, ask, tools, skip), show };
}

function makeDeck(app) {
  const el = h("section", { class: "deck" });
  let controls = {}; // name -> function that shows the value of the traits in the control

  const row = (label, ...content) => [h("span", { class: "l" }, label), h("div", { class: "v" }, content)];
  const labelled = (text, node) => h("label", { class: "mini" }, text, node);
  const option = ([value, text]) => h("option", { value }, text);
  const locked = () => !app.live;

  function select(name, label, options, change, value) {
    const node = h("select", { "aria-label": label, "data-knob": name, disabled: locked(),
      on: { change: () => change(node.value) } },
      options.map(option));
    controls[name] = () => { node.value = String(value()); };
    return node;
  }

  function bitSwitch(id, label, title, checked, change, ignored = false) {
    const input = h("input", { type: "checkbox", role: "switch", "aria-label": title, disabled: locked(),
      on: { change: () => change(input.checked) } });
    controls[id] = () => { input.checked = checked(); };
    return h("label", { class: ignored ? "bit off" : "bit", title: ignored ? `${title}: ${app.t("ignored")}` : title },
      input, h("span", {}, label));
  }

  function maskLine() {
    const hex = () => `0x${app.knobs.gfp_mask.toString(16)}`;
    const known = (mask) => app.deck.presets.some(([, value]) => value === mask);
    const preset = select("preset", app.t("preset"),
      [["", app.t("ownMask")], ...app.deck.presets.map(([name, mask]) => [mask, name])],
      (mask) => mask && app.patch({ gfp_mask: Number(mask) }),
        () => (known(app.knobs.gfp_mask) ? app.knobs.gfp_mask : ""));
    const input = h("input", { class: "hex", type: "text", spellcheck: "false", autocomplete: "off",
      "data-knob": "mask",
      "aria-label": app.t("maskName"), title: app.t("maskName"), disabled: locked() });
    let sent = null; // Enter and leaving the field both send what was typed, once (in JupyterLab Enter changes nothing)
    const send = () => {
      if (!input.value.trim()) {
        input.value = sent = hex();
        app.forgetMask();
      } else if (input.value !== sent) app.typeMask((sent = input.value));
    };
    input.addEventListener("focus", () => { sent = input.value; });
    input.addEventListener("keydown", (event) => event.key === "Enter" && send());
    input.addEventListener("blur", () => { send(); controls.mask(); });
    const names = h("span", { class: "names" }), wrong = h("span", { class: "bad", role: "status" });
    controls.mask = () => {
      const error = [].concat(app.deck.mask_error ?? [])[app.index] ?? [].concat(app.deck.mask_error ?? [])[0];
      if (document.activeElement !== input) input.value = hex();
      input.toggleAttribute("aria-invalid", Boolean(error));
      setText(names, error ? "" : app.deck.mask_text);
      setText(wrong, error ?? "");
    };
    return h("div", { class: "mask" }, preset, input, names, wrong);
  }

  function bitGroup([en, zh, bits]) {
    const one = ([name, bit, ignored]) => bitSwitch(`bit${bit}`, name, `__GFP_${name}`,
      () => Boolean(app.knobs.gfp_mask & bit), () => app.patch({ gfp_mask: (app.knobs.gfp_mask ^ bit) >>> 0 }),
        ignored);
    return h("fieldset", { class: "grp" }, h("legend", {}, [en, zh][app.index]),
      h("div", { class: "bits" }, bits.map(one)));
  }

  function orderLine() {
    const inputs = Array.from({ length: ORDERS },
      (_, order) => h("input", { type: "radio", name: `${app.id}-order`, disabled: locked(),
      "data-knob": order ? null : "order", on: { change: () => app.patch({ order }) } }));
    const size = h("span", { class: "size" });
    controls.order = () => {
      inputs.forEach((input, order) => { input.checked = order === app.knobs.order; });
      const pages = 1 << app.knobs.order;
      keyed(size, `${pages}`, () => [h("b", {}, app.t(pages === 1 ? "onePage" : "nPages", { n: pages })),
        ` · ${sizeText(app.knobs.order)}`]);
    };
    const label = (input, order) => h("label", { title: `${fmt(1 << order)} × 4 kB = ${sizeText(order)}` }, input,
      String(order));
    return row(app.t("order"), h("div", { class: "seg ord", role: "radiogroup", "aria-label": app.t("order") },
      inputs.map(label)), size);
  }

  function whoLine() {
    const one = (name) => bitSwitch(name, name, name, () => Boolean(app.knobs[name]),
      (on) => app.patch({ [name]: on }));
    const bits = h("div", { class: "bits", "data-knob": "who" }, CONTEXT.map(one));
    return row(app.t("whoAsks"), bits);
  }

  function slider(name, label, max, value) {
    const input = h("input", { type: "range", min: 0, max, "aria-label": label, "data-knob": name,
      disabled: locked() });
    let dragging = false;
    input.addEventListener("input", () => { dragging = true; app.patch({ [name]: Number(input.value) }); });
    input.addEventListener("change", () => { dragging = false; });
    controls[name] = () => { if (!dragging) input.value = value(); };
    return input;
  }

  function pressureLine() {
    const { zone } = app.deck.pressure, track = s("svg", { "aria-hidden": "true" }),
      pages = h("span", { class: "size" });
    const input = slider("pressure", app.t("pressureName", { zone }), 1000, () => app.deck.pressure.value);
    controls.track = () => {
      const { free, present, cut, ticks, value } = app.deck.pressure, at = (position) => `${position / 10}%`;
      const px = (track.clientWidth || 300) / 1000, [min, low, high] = ticks.map(([, , x]) => x * px);
      const lowClear = low - min > 14 && high - low > 14, totalClear = high + 90 < 1000 * px;
      keyed(track, JSON.stringify([cut, ticks, value, present, lowClear, totalClear]), () => [
        ...[[0, cut - 10], [cut + 10, 1000 - cut - 10]].map(([x, w]) =>
          s("rect", { x: at(x), y: 16, width: at(w), height: 6, fill: "var(--free3)" })),
        s("rect", { y: 16, width: at(Math.min(value, cut - 10)), height: 6, fill: "var(--free2)" }),
        value > cut && s("rect", { x: at(cut + 10), y: 16, width: at(Math.max(0, value - cut - 10)), height: 6,
          fill: "var(--free2)" }),
        ...[-8, 4].map((shift) => s("line", { x1: at(cut + shift), x2: at(cut + shift + 5), y1: 25, y2: 13,
          stroke: "var(--ink2)" })),
        ...ticks.map(([, , x]) => s("line", { x1: at(x), x2: at(x), y1: 11, y2: 25, stroke: "var(--ink)",
          "stroke-width": 1.5 })),
        ...ticks.map(([name, , x], i) => (i !== 1 || lowClear) && s("text",
          { x: at(x), y: 9, "text-anchor": ["end", "middle", "start"][i] }, name)),
        totalClear && s("text", { x: "100%", y: 9, "text-anchor": "end" }, fmt(present))].filter(Boolean));
      const text = app.t(free === 1 ? "onePage" : "nPages", { n: free });
      setText(pages, text);
      input.setAttribute("aria-valuetext", text);
    };
    return row(app.t("freeIn", { zone }), h("div", { class: "press" }, track, input), pages);
  }

  function mixLine() {
    const mix = () => app.deck.mixes.find(([id]) => id === app.knobs.mix) ?? app.deck.mixes[0];
    const bar = s("svg", { class: "mixbar", role: "img" }), shares = h("span", { class: "shares" });
    controls.mixbar = () => {
      const [, , , k, a, c, slab, d, swap] = mix(), w = app.t(swap ? "swapLeft" : "swapNone", { n: swap });
      const text = app.t("mixShares", { k, s: slab, a, c, d, w });
      bar.setAttribute("aria-label", text);
      keyed(bar, text, () => [s("rect", { width: `${k}%`, height: 14, fill: "var(--use1)" }),
        s("rect", { x: `${k}%`, width: `${a}%`, height: 14, fill: app.pattern("dots") }),
        s("rect", { x: `${k + a}%`, width: `${c}%`, height: 14, fill: "var(--use3)" })]);
      setText(shares, text);
    };
    const choose = select("mix", app.t("usedBy"), app.deck.mixes.map(([id, en, zh]) => [id, [en, zh][app.index]]),
      (id) => app.patch({ mix: id }), () => app.knobs.mix);
    return row(app.t("usedBy"), choose, bar, shares, h("span", { class: "model" }, app.t("model")));
  }

  function machineLine() {
    const choose = select("machine", app.t("machine"),
      app.deck.machines.map(([id, en, zh]) => [id, [en, zh][app.index]]),
      (id) => app.patch({ machine: id }), () => app.knobs.machine);
    return row(app.t("machine"), choose,
      labelled(app.t("scattered"), slider("scatter", app.t("scattered"), 100, () => app.knobs.scatter)));
  }

  function build() {
    controls = {};
    return [
      h("div", { class: "gfp" }, maskLine(), app.deck.bits.map(bitGroup),
        app.live ? null : h("p", { class: "fixed" }, app.t("noPython"))),
      h("div", { class: "kn" }, orderLine(), whoLine(), pressureLine(), mixLine(), machineLine()),
    ];
  }

  function show() {
    el.hidden = !app.deckOpen;
    el.setAttribute("aria-label", app.t("knobs"));
    const { presets, bits, machines, mixes, pressure } = app.deck;
    keyed(el, JSON.stringify([app.lang, app.live, presets, bits, machines, mixes, pressure.zone]), build);
    for (const update of Object.values(controls)) update();
  }
  return { el, show };
}

function makeCaption(app) {
  const icon = h("div", { class: "ic", "aria-hidden": "true" }),
    text = h("div", { class: "tx", "aria-live": "polite" });
  const stage = h("b"), small = h("small"), room = h("div", { class: "room", "aria-hidden": "true" });
  const el = h("section", { class: "say" }, icon, h("div", { class: "both" }, room, text),
    h("div", { class: "st" }, stage, small));
  function show(view) {
    const { HZ } = app.trace.machine, passed = app.run.levels[view.at].jiffies - app.trace.initial.jiffies;
    el.setAttribute("aria-label", app.t("verdict"));
    el.dataset.mood = view.mood;
    setText(icon, ICONS[view.mood] ?? "›");
    setText(text, view.text);
    setText(room, app.longest()); // unseen: keeps the height that the longest sentence of the run needs
    setText(stage, view.frame.stage);
    setText(small, [app.t("frameOf", { n: view.cursor + 1, of: app.run.rows.length }),
      view.frame.depth && app.t("nested"),
      passed && `+${app.t("millis", { n: (passed * 1000) / HZ })}`].filter(Boolean).join(" · "));
  }
  return { el, show };
}

// ---------------------------------------------------------------------------------------------- ladder

const LADDER = { step: 22, rail: 33, name: 51, gap: 42, skip: 22, loops: [13, 4], ends: [194, 203], width: 210 };
const nameEnd = (stage) => LADDER.name + stage.length * 6.93 + 5;

/** SVG path of a routed edge; y(stage) gives the height of a stage. */
export function edgePath({ from, to, kind, lane }, y) {
  const { rail, gap, skip, loops, ends } = LADDER, a = y(from), b = to === null ? 0 : y(to);
  const bow = (x) => `M${rail} ${a}Q${x} ${a} ${x} ${a + 10}V${b - 10}Q${x} ${b} ${rail} ${b}`;
  if (kind === "rail") return `M${rail} ${a}V${b}`;
  if (kind === "skip-right") return bow(gap);
  if (kind === "skip-left") return bow(skip);
  if (kind === "self") {
    const x = rail - 17;
    return `M${rail - 4} ${a + 4}C${x} ${a + 12} ${x} ${a - 12} ${rail - 6} ${a - 5}`;
  }
  if (kind === "loop") {
    const x = loops[Math.min(lane, loops.length - 1)];
    return `M${rail} ${a}H${x + 6}Q${x} ${a} ${x} ${a - 6}V${b + 6}Q${x} ${b} ${x + 6} ${b}H${rail - 8}`;
  }
  if (kind === "null") return `M${nameEnd(from)} ${a}h10m0 -4v8`;
  const x = ends[lane];
  return `M${nameEnd(from)} ${a}H${x - 5}Q${x} ${a} ${x} ${a + 5}V${b - 5}Q${x} ${b} ${x - 5} ${b}H${nameEnd(to) + 2}`;
}

function makeLadder(app) {
  const stages = Object.keys(app.text.stages), height = stages.length * LADDER.step + 4;
  const y = (stage) => stages.indexOf(stage) * LADDER.step + 12;
  const legend = h("h3"), marker = s("rect",
    { class: "curbox", x: 46, y: -10.5, width: LADDER.width - 46, height: 21, rx: 3 });
  const svg = s("svg", { class: "ld", viewBox: `0 0 ${LADDER.width} ${height}`, role: "group" }, marker);
  const lines = s("g"), marks = s("g"), nodes = s("g");
  svg.append(lines, marks, nodes);

  const drawOrder = ["rail", "skip-right", "skip-left", "self", "loop", "null", "end"];
  const routed = routeEdges(stages, app.text.chart);
  routed.sort((a, b) => drawOrder.indexOf(a.kind) - drawOrder.indexOf(b.kind) || (a.lane ?? 0) - (b.lane ?? 0));
  const edges = routed.map((edge) => {
    const above = edge.kind === "null" && routed.some((other) => other.from === edge.from && other.kind === "end");
    const shift = above ? `translate(6,-6) ` : null;
    const path = s("path", { class: "e", d: edgePath(edge, y), transform: shift });
    const halo = edge.kind === "loop" ? s("path", { class: "halo", d: edgePath(edge, y) }) : null;
    lines.append(...[halo, path].filter(Boolean));
    if (edge.kind === "null") lines.append(s("text",
      { class: "null", x: nameEnd(edge.from) + (above ? 19 : 13), y: y(edge.from) + (above ? -3 : 3.5) }, "NULL"));
    const count = ["loop", "self"].includes(edge.kind) ? loopCount(edge) : null;
    return { ...edge, path, halo, count };
  });
  for (const { kind, to } of routed.filter((edge) => ["loop", "end"].includes(edge.kind))) {
    const at = kind === "end" ? `M${nameEnd(to) + 6} ${y(to) - 4}l-6 4l6 4z`
      : `M${LADDER.rail - 13} ${y(to) - 4}l6 4l-6 4z`;
    marks.append(s("path", { class: "arrow", d: at }));
  }
  for (const { count } of edges) if (count) marks.append(count.el);

  function loopCount({ from, to, lane, kind }) {
    const x = kind === "self" ? LADDER.rail - 17 : LADDER.loops[Math.min(lane, 1)],
      middle = (y(from) + y(to)) / 2 - (lane ? 22 : 0);
    const label = s("text", { x: x + 1, y: middle + 3.5, "text-anchor": "middle" }),
      box = s("rect", { y: middle - 7, height: 14, rx: 3 });
    return { el: s("g", { class: "count", visibility: "hidden" }, box, label), label, box, x };
  }

  function showCount({ el, label, box, x }, times) {
    const text = `×${times}`, width = text.length * 6.2 + 4;
    el.setAttribute("visibility", times ? "visible" : "hidden");
    if (!times) return;
    setText(label, text);
    const left = Math.max(-6, x + 1 - width / 2);
    box.setAttribute("x", left);
    box.setAttribute("width", width);
    label.setAttribute("x", left + width / 2);
  }

  const goTo = (stage) => {
    const starts = app.run.rows.flatMap(({ frame, row }, i) =>
      (app.trace.frames[frame].stage === stage && row <= 0 ? [i] : []));
    const target = starts.find((i) => i > app.cursor) ?? starts[0];
    if (target !== undefined) app.go(target, { settle: true });
  };
  const node = (stage) => {
    const shape = stageShape(SHAPES[stage]);
    shape.setAttribute("transform", `translate(${LADDER.rail},${y(stage)})`);
    return s("g", { class: "n", role: "button", tabindex: -1, "data-stage": stage,
      on: { click: () => goTo(stage), keydown: onKey } },
      s("rect", { class: "hit", x: LADDER.rail - 10, y: y(stage) - 11, width: nameEnd(stage) - LADDER.rail + 10,
        height: 22 }), shape,
      s("text", { x: LADDER.name, y: y(stage) + 4 }, stage));
  };
  function onKey(event) {
    const { stage } = event.currentTarget.dataset, move = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (move) byStage.get(stages[stages.indexOf(stage) + move])?.focus();
    else if (event.key === "Enter" || event.key === " ") goTo(stage);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
  const byStage = new Map(stages.map((stage) => [stage, node(stage)]));
  nodes.append(...byStage.values());

  function showLegend() {
    const icon = (kind) => s("svg", { viewBox: "-8 -8 16 16", class: "lg", "aria-hidden": "true" }, stageShape(kind));
    keyed(legend, app.lang, () => [app.t("ladder"),
      ...["asks", "tries", "acts"].map((kind) => h("span", {}, icon(kind), app.t(kind)))]);
    svg.setAttribute("aria-label", app.t("ladderName"));
  }

  let inRun = { trace: null, stages: new Set() };
  function show(view) {
    showLegend();
    if (inRun.trace !== app.trace) inRun = { trace: app.trace,
      stages: new Set(app.trace.frames.map((frame) => frame.stage)) };
    const { seen, edges: taken } = wayTaken(app.trace.frames, view.at);
    for (const { from, to, path, halo, count } of edges) {
      const times = to === null ? 0 : taken.get(`${from}>${to}`) ?? 0;
      const endsHere = to === null && view.isEnd && view.frame.stage === from;
      if (path.classList.toggle("on", times > 0 || endsHere)) lines.append(...[halo, path].filter(Boolean));
      if (count) showCount(count, times);
    }
    for (const [stage, group] of byStage) {
      const current = stage === view.frame.stage;
      group.setAttribute("class", `n${current ? " cur" : ""}${seen.has(stage) ? " seen" : ""}`);
      group.setAttribute("tabindex", current ? 0 : -1);
      group.setAttribute("aria-label", app.t(inRun.stages.has(stage) ? "stageName" : "stageUnused", { stage }));
      if (current) group.setAttribute("aria-current", "step");
      else group.removeAttribute("aria-current");
    }
    marker.style.transform = `translateY(${y(view.frame.stage)}px)`;
  }
  const el = h("section", { class: "p lad" }, legend, svg);
  /** Where the node of a stage lies on the screen, for the wedge to the source. */
  const place = (stage) => {
    const box = svg.getBoundingClientRect();
    return { y: box.top + (y(stage) * box.height) / height, x: box.right };
  };
  return { el, show, place, stageY: (stage) => (y(stage) * svg.clientHeight) / height };
}

// ---------------------------------------------------------------------------------------------- source and note

function makeSource(app) {
  const inner = h("div", { class: "in" }), el = h("section", { class: "src", tabindex: 0 }, inner), beam = s("path");
  const wedge = s("svg", { class: "beam", width: 1, height: 1, "aria-hidden": "true" }, beam);
  let lit = [], current = null;

  function lineText(line) {
    const words = Object.keys(app.text.mangled ?? {}).sort((a, b) => b.length - a.length);
    if (!words.length) return [line || " "];
    return (line || " ").split(new RegExp(`(${words.join("|")})`)).map((part) => {
      const was = app.text.mangled[part];
      return was ? h("u", { title: app.t("mangled", { word: part, was }) }, part) : part;
    });
  }

  function build() {
    const annotated = new Set();
    for (const { lines: [a, b] } of Object.values(app.text.entries)) for (let n = a; n <= b; n += 1) annotated.add(n);
    let comment = false;
    return app.text.source.map((line, i) => {
      comment ||= line.includes("/*");
      const kind = annotated.has(i + 1) ? " z" : comment ? " c" : "";
      if (line.includes("*/")) comment = false;
      return h("div", { class: `ln${kind}` }, h("b", {}, String(i + 1)),
        h("span", { lang: annotated.has(i + 1) ? "zh" : null }, lineText(line)));
    });
  }

  function light(frame) {
    const [a, b] = frame.lines ?? [0, -1], ranges = app.text.stages[frame.stage]?.ranges ?? [], next = [];
    const mark = (from, to, name) => { for (let n = from; n <= to; n += 1) next.push([inner.children[n - 1], name]); };
    ranges.forEach(([from, to]) => mark(from, to, "stg"));
    mark(a, b, "lit");
    for (const [line, name] of lit) line?.classList.remove(name);
    for (const [line, name] of next) line?.classList.add(name);
    lit = next;
  }

  function scroll() {
    const [a, b] = current.frame.lines ?? app.text.stages[current.frame.stage]?.ranges[0] ?? [1, 1];
    const first = inner.children[a - 1], last = inner.children[b - 1];
    if (!first || !last) return;
    const top = first.offsetTop, length = last.offsetTop + last.offsetHeight - top, height = el.clientHeight;
    const level = app.wide ? app.ladder.stageY(current.frame.stage) : height / 2;
    const want = Math.max(Math.min(level, height - length / 2 - 30), length / 2 + 30);
    el.scrollTo({ top: Math.max(0, top + length / 2 - want),
      behavior: app.forward && !app.still() ? "smooth" : "instant" });
    drawBeam();
  }

  function drawBeam() {
    wedge.style.display = app.wide ? "" : "none";
    if (!app.wide || !current?.frame.lines) return void beam.setAttribute("d", "");
    const [a, b] = current.frame.lines, from = app.ladder.place(current.frame.stage);
    const origin = wedge.parentNode.getBoundingClientRect(), box = el.getBoundingClientRect();
    const clamp = (y) => Math.max(box.top, Math.min(box.bottom, y)) - origin.top;
    const top = clamp(inner.children[a - 1].getBoundingClientRect().top),
      bottom = clamp(inner.children[b - 1].getBoundingClientRect().bottom);
    const x0 = from.x - origin.left, x1 = box.left - origin.left + 1, y = from.y - origin.top,
      half = 10.5 * app.ladderScale;
    beam.setAttribute("d", `M${x0} ${y - half}C${x0 + 8} ${y - half} ${x1 - 8} ${top} ${x1} ${top}V${bottom}`
      + `C${x1 - 8} ${bottom} ${x0 + 8} ${y + half} ${x0} ${y + half}Z`);
  }

  el.addEventListener("scroll", drawBeam, { passive: true });
  function show(view) {
    current = view;
    el.setAttribute("aria-label", app.t("source"));
    keyed(inner, app.lang, build);
    light(view.frame);
    scroll();
  }
  return { el, wedge, show, fit: () => current && scroll() };
}

function makeNote(app) {
  const el = h("section", { class: "note", tabindex: 0 });

  function written(entry) {
    return h("div", { class: "q" }, h("h3", {}, app.t("asWritten")), h("p", { class: "zh", lang: "zh" }, entry.zh),
      app.lang === "en" ? h("p", { class: "tr" }, entry.en) : null);
  }

  function correction(entry) {
    return h("div", { class: "fix" }, h("h3", {}, app.t("against")),
      h("p", {}, h("span", { class: `vd ${entry.verdict}` }, app.t(entry.verdict), app.lang === "zh" ? "。" : ". "),
        entry[`note_${app.lang}`]));
  }

  function own(stage) {
    const note = app.text.silent?.[stage]?.[app.lang];
    return [h("div", { class: "q none" }, h("h3", {}, app.t("asWritten")), h("p", {}, app.t("silent"))),
      note ? h("div", { class: "fix ours" }, h("h3", {}, app.t("ourNote")), h("p", {}, note)) : null];
  }

  function show({ frame }) {
    const entry = app.text.entries[frame.entry];
    el.setAttribute("aria-label", app.t("asWritten"));
    el.dataset.verdict = entry?.verdict ?? "";
    keyed(el, `${app.lang}|${frame.entry ?? `silent ${frame.stage}`}`, () => {
      el.scrollTop = 0;
      return entry ? [written(entry), correction(entry)] : own(frame.stage);
    });
    fit();
  }

  const fit = () => el.classList.toggle("ov", el.scrollHeight > el.clientHeight + 4);
  return { el, show, fit };
}

// ---------------------------------------------------------------------------------------------- why

const lastRow = (test) => test.rows[test.rows.length - 1];
/** The mark in force before the reserve is added, and after: read from the test, never computed. */
const markInForce = (test) => (test.chain?.length ? test.chain[test.chain.length - 1][1] : test.mark);

/** What Why shows for a frame: test, end, split, merge, passing (time or pages), marks, conds or stage. */
export function whyKind(frame) {
  if (frame.test) return "test";
  if (event0(frame) === "end") return "end";
  if (frame.split) return "split";
  if (frame.merge) return "merge";
  if (frame.reclaimed || frame.jiffies !== undefined) return "passing";
  if (frame.chains?.length) return "marks";
  return frame.conds?.length ? "conds" : "stage";
}

/** The count is negative: fewer pages than asked. That is no number of pages, so it is never shown as one. */
const isFewer = (row) => row.f < 0;

/** The comparison that a row shows, [left, sign, right]: count and mark, or pages there and pages asked. */
export function comparison(row, order) {
  return isFewer(row) ? [row.above, "<", 1 << order] : [row.f, ">", row.m];
}

function makeWhy(app) {
  const title = h("b"), sub = h("span", { class: "sub" }), hero = h("div", { class: "ineq" }),
    table = h("table", { class: "mx" });
  const chain = h("div", { class: "chain" }), rows = h("div", { class: "rows" });
  const el = h("section", { class: "p why" }, h("h3", {}, title, sub), h("div", { class: "hero" }, hero, table), chain,
    rows);
  const label = (zone) => app.trace.machine.zones[zone].label;
  const big = (...parts) => h("div", { class: "big" }, parts);
  const num = (value, colour) => h("span", { class: "num", style: colour ? `color:var(--${colour})` : null },
    typeof value === "number" ? fmt(value) : value);
  const op = (text) => h("span", { class: "op" }, text);
  const unit = (text) => h("span", { class: "unit" }, text);
  const spell = (...parts) => h("div", { class: "spell" }, parts);
  const modelTag = () => h("span", { class: "model" }, app.t("model"));

  function verdict(row) {
    if (row.slip) return h("span", { class: "vv" }, h("span", {}, app.t("unsigned")));
    const text = row.ok ? app.t("holds") : row.f === row.m ? app.t("equal")
      : isFewer(row) ? app.t("fewer") : app.t("short", { n: row.m - row.f + 1 });
    return h("span", { class: `vv ${row.ok ? "ok" : "no"}` }, bigMark(row.ok), h("span", {}, text));
  }

  /** Numbers and verdict stay on one line: the longer they are, the smaller the numbers. */
  function inequality(test, row, below) {
    const [left, than, right] = comparison(row, test.order), sign = verdict(row);
    const digits = (fmt(left) + fmt(right)).length;
    const room = (hero.clientWidth || 420) / app.zoom - 130, said = sign.textContent.length;
    const signWidth = (level) => (level ? Math.min(99, said * 7.5) : Math.min(132, said * 10));
    const level = [1, 0.8, 0.64].findIndex((scale, i) => digits * 29 * scale + signWidth(i) < room);
    return [h("div", { class: `big l${level < 0 ? 3 : level}` }, num(left), op(than), num(right), sign), below];
  }

  /** Numbers without a verdict, made smaller until they have room: `digits` characters and `signs` between them. */
  function sized(start, digits, signs, parts) {
    const room = (hero.clientWidth || 420) / app.zoom - (table.hidden ? 0 : table.offsetWidth / app.zoom + 12);
    const fits = (scale) => (digits * 30 + signs * 40) * scale + signs * 28 < room;
    const level = [1, 0.8, 0.64].findIndex((scale, i) => i >= start && fits(scale));
    return h("div", { class: `big l${level < 0 ? 3 : level}` }, parts);
  }

  function spelled(test, row) {
    const size = 1 << test.order, { o, above } = row, mark = markInForce(test);
    if (isFewer(row)) return spell(app.t(o ? "fewerBlocks" : "fewerAll", { above, o }), h("b", {}, "<"),
      app.t("sizeAsked", { size }));
    const right = o ? app.t(o === 1 ? "spellOnce" : o === 2 ? "spellTwice" : "spellTimes", { mark, o })
      : app.t(test.reserve ? "spellReserve" : "spellMark", { mark, reserve: test.reserve });
    return spell(app.t(o ? "spellBlocks" : "spellAll", { above, o, size }), h("b", {}, ">"), right);
  }

  // -- the table tries x zones
  function tries(view) {
    const zones = app.trace.request.zonelist, made = triesSoFar(app.trace, app.run.rows, view.cursor);
    const name = ({ stage, mark }) => {
      const text = mark ?? app.t("noMark");
      return stage === "retry_after_reclaim" && mark ? app.t("again", { mark }) : text;
    };
    const colour = (ok) => (ok === null ? "" : ok ? "ok" : "no");
    const cell = (found) => {
      if (!found) return h("td");
      const one = ({ ok, times }) => h("span", { class: colour(ok) }, ok === null ? "?" : ok ? "✓" : "✗",
        times > 1 ? h("small", {}, `×${times}`) : null);
      return h("td", { class: `${colour(found.outcomes.at(-1).ok)}${found.current ? " cur" : ""}` },
        found.outcomes.map(one));
    };
    table.setAttribute("aria-label", app.t("triesName"));
    table.hidden = !made.length;
    keyed(table, JSON.stringify([app.lang, zones, made]), () => [
      h("thead", {}, h("tr", {}, h("td"), zones.map((zone) => h("th", { scope: "col" }, zone)))),
      h("tbody", {}, made.map((one) => h("tr", {}, h("th", { scope: "row" }, name(one)),
        zones.map((zone) => cell(one.cells[zone]))))),
    ]);
  }

  // -- how the mark came about
  function chainOf(test, withZone) {
    const factor = (name, text) => {
      const step = test.chain?.find(([which]) => which === name);
      return [h("i", { class: step ? null : "off" }, text), step ? h("b", {}, fmt(step[1])) : null];
    };
    const start = [h("span", {}, `${withZone ? `${label(test.zone)} ` : ""}${test.mark_name}`),
      h("b", {}, fmt(test.mark))];
    if (test.own) return start;
    return [...start, factor("HIGH", "HIGH −½"), factor("HARDER", "HARDER −¼"), h("span", {}, "+ lowmem_reserve"),
      h("b", {}, fmt(test.reserve)), test.rows ? [h("span", {}, "="), h("b", {}, fmt(test.rows[0].m))] : null].flat();
  }

  /** Which test decided and how many were made: stands where the changes will stand, if none were sent. */
  function decidedBy(frame) {
    const n = frame.tests?.length, test = app.trace.frames[decidingFrame(frame)]?.test;
    if (!n) return [];
    const key = !test || frame.event[1] === "livelock" ? "decidedNone" : n === 1 ? "decidedOnly" : "decidedBy";
    return h("span", {}, app.t(key, { n, zone: test && label(test.zone), mark: test?.mark_name }));
  }

  function away(frame) {
    const list = frame.away;
    if (!list) return decidedBy(frame);
    const sign = { page: " ✓", no_page: " ✗", livelock: " ∞" };
    const button = ([key, args, knobs, end]) =>
      h("button", { type: "button", class: `alt ${end === "page" ? "ok" : "no"}`, disabled: !app.live,
      on: { click: () => app.patch(knobs) } }, app.say(key, args) + sign[end]);
    return [h("span", {}, app.t(list.length ? "oneAway" : "noneAway")), ...list.map(button)];
  }

  // -- rows of a test
  function gauge(row) {
    const mark = 60, ratio = row.m > 0 ? row.f / row.m : row.ok ? 9 : 0, x = Math.max(0.1, Math.min(ratio * mark, 100));
    const colour = row.ok ? "var(--ok)" : "var(--no)";
    const bar = ratio * mark > 100 ? [s("path", { d: "M0 4H93L89 12H0Z", fill: colour }),
      s("path", { d: "M97 4H104V12H93Z", fill: colour })]
      : [s("rect", { x: 0.7, y: 4, width: x, height: 8, fill: row.ok ? colour : app.pattern("hatch"), stroke: colour,
        "stroke-width": 1.4 })];
    return s("svg", { class: "gauge", viewBox: "0 0 104 16", preserveAspectRatio: "none", "aria-hidden": "true" }, bar,
      s("line", { x1: mark, x2: mark, y1: -7, y2: 23, stroke: "var(--ink)", "stroke-width": 2 }));
  }

  function waterfall(test, row, animate) {
    const all = Math.max(1, test.rows[0].above), before = row.o ? test.rows[row.o - 1].above : all;
    const share = (pages) => `${(pages / all) * 100}%`;
    const solid = s("rect", { y: 1, height: 14, fill: "var(--free)", style: `width:max(2px,${share(row.above)})` });
    if (animate && row.o) app.animate(solid, [{ width: share(before) }, { width: `max(2px,${share(row.above)})` }],
      360);
    return s("svg", { class: "wf", "aria-hidden": "true" },
      s("rect", { y: 3, width: "100%", height: 10, fill: "var(--line2)" }),
      row.o ? s("rect", { x: share(row.above), y: 3, width: share(before - row.above), height: 10,
        fill: app.pattern("hatch"),
        stroke: "var(--ink3)", "stroke-width": 0.8 }) : null, solid);
  }

  const yesNo = ({ ok, slip }) => (slip ? h("span", { class: "v" }, "—")
    : h("span", { class: `v ${ok ? "ok" : "no"}` }, `${ok ? "✓ " : "✗ "}${app.t(ok ? "yes" : "no")}`));
  const headRow = (first, second) => h("div", { class: "r h" }, h("span", {}, first),
    h("span", { class: "hwf" }, second),
    h("span", { class: "end" }, app.t("pagesHead")), h("span"), h("span", {}, app.t("markHead")),
      h("span", { class: "mid" }, app.t("gaugeHead")), h("span"));

  function testRow(test, o, current) {
    const row = test.rows[o], shown = row && o <= current, now = o === current;
    const name = o ? app.t("orderFrom", { o }) : app.t("anySize");
    const lab = h("span", { class: "lab" }, name,
      o && shown ? h("small", {}, ` − ${fmt(row.nr)} × ${fmt(1 << (o - 1))}`) : null);
    const hover = { mouseenter: () => app.hover(o - 1), mouseleave: () => app.hover(-1) };
    if (!shown) return h("div", { class: "r todo" }, lab);
    return h("div", { class: `r${now ? " cur" : ""}`, on: hover }, lab, waterfall(test, row, now),
      compared(test, row));
  }

  /** The last cells of a row: two numbers, how they compare, yes or no. */
  function compared(test, row) {
    const [left, than, right] = comparison(row, test.order);
    return [h("span", { class: "f" }, fmt(left)), h("span", { class: "gt" }, than),
      h("span", { class: "m" }, fmt(right)),
      isFewer(row) ? h("span", { class: "asked" }, app.t("asked")) : gauge(row), yesNo(row)];
  }

  function foldedRow({ from, to }, current) {
    const done = to <= current, n = to - from + 1;
    return h("div", { class: `r fold${done ? "" : " todo"}` },
      h("span", { class: "lab" }, app.t(done ? "foldHold" : "foldTodo", { a: from, b: to })),
      done ? h("span", { class: "v ok" }, `✓ ${app.t("allHold", { n })}`) : null);
  }

  function testRows(test, current) {
    const line = (slot) => (slot.row === undefined ? foldedRow(slot, current) : testRow(test, slot.row, current));
    return [headRow(app.t("countOnly"), app.t("ofAll")), ...foldRows(test.order, current).map(line)];
  }

  // -- the end: every test made
  function madeRow({ test, row, times, decides }) {
    const what = row.o ? app.t("blocksFrom", { o: row.o })
      : test.reserve ? app.t("spellReserve", { mark: markInForce(test), reserve: test.reserve }) : app.t("anySize");
    return h("div", { class: `r${decides ? " cur" : ""}` },
      h("span", { class: "lab" }, h("b", {}, label(test.zone)), ` ${test.mark_name}`,
        times > 1 ? h("small", {}, ` ×${times}`) : null),
      h("span", { class: "hwf" }, what), compared(test, row));
  }

  function endRows({ frame }) {
    const { shown, hidden } = groupTests(app.trace.frames, frame.tests ?? [], decidingFrame(frame), app.run.slots);
    const head = hidden ? app.t("moreTests", { n: hidden }) : "";
    return [headRow(head, ""), ...shown.map(madeRow)];
  }

  /** The frame whose test decided: none where a page was taken without asking any mark. */
  function decidingFrame({ decides, tests = [], event }) {
    const ok = (at) => app.trace.frames[at].test.ok;
    return [decides, tests.findLast(ok), tests.at(-1)].find((at) => at !== undefined
      && (event[1] !== "page" || ok(at)));
  }

  function endHero({ frame }) {
    const test = app.trace.frames[decidingFrame(frame)]?.test;
    if (frame.event[1] === "livelock") {
      const ms = ((app.run.levels.at(-1).jiffies - app.trace.initial.jiffies) * 1000) / app.trace.machine.HZ;
      return [big(num("∞")), spell(app.t("rounds", { n: frame.args.rounds, ms }))];
    }
    if (!test) {
      const [pages, colour] = app.trace.result === null ? [0] : [1 << app.trace.request.order, "ok"];
      return [big(num(pages, colour), unit(app.t("pagesHead"))),
        spell(app.t(frame.tests?.length ? "noMarkAsked" : "noTests"))];
    }
    const row = lastRow(test), where = row.o ? ` · ${app.t("blocksFrom", { o: row.o })}` : "";
    return inequality(test, row, frame.away
      ? spell(app.t("decider", { zone: label(test.zone), mark: test.mark_name }) + where) : spelled(test, row));
  }

  // -- a split or a merge, as a picture
  function splitHero({ split }) {
    if (!split.back.length) return [big(num(1 << split.from, "ok"), unit(app.t("pagesHead"))),
      spell(app.t("wholeBlock", { o: split.from }))];
    const back = split.back.flatMap((order) => [op("+"), num(1 << order, "free")]);
    const colour = (text, name) => h("b", { class: "tight", style: `color:var(--${name})` }, text);
    return [h("div", { class: `big l${split.back.length > 5 ? 3 : split.back.length > 2 ? 2 : 0}` },
      num(1 << split.from), op("="), num(1 << split.yours, "ok"), back),
    spell(app.t("splitSpell"), colour(app.t("yours"), "ok"), split.back.length ? app.t("splitBack") : "")];
  }

  function splitPicture({ from, yours, back }) {
    const levels = [from, ...[...back].sort((a, b) => b - a)],
      height = Math.min(26, (app.run.slots * 28) / levels.length - 4);
    const level = (order, i) => {
      const width = 100 / 2 ** i, y = i * (height + 4), parts = [];
      const box = (x, w, fill, text, name) => parts.push(app.animate(s("rect",
        { x: `${x}%`, y, width: `${w}%`, height, rx: 2, fill, stroke: "var(--bg)" }),
        [{ opacity: 0 }, { opacity: 1 }], 320, i * 60),
          w > 9 ? s("text", { x: `${x + w / 2}%`, y: y + height / 2 + 4, class: name }, text) : "");
      if (!back.length) box(0, 100, "var(--ok)", app.t("yours"));
      else if (!i) box(0, 100, "var(--free2)", app.t("block", { o: from }), "ink");
      else {
        box(width, width, "var(--free)", app.t("toList", { o: order }));
        box(0, width, i === levels.length - 1 ? "var(--ok)" : "var(--free2)",
          i === levels.length - 1 ? app.t("yours") : "");
      }
      return parts;
    };
    return s("svg", { class: "split", style: `height:${app.run.slots * 28}px`, "aria-hidden": "true",
      "data-yours": yours }, levels.flatMap(level));
  }

  function mergeHero({ merge: { from, to } }) {
    return [big(num(1 << to), op("="), num(1 << from, "free"),
      ...(to > from ? [op("+"), num((1 << to) - (1 << from), "free")] : [])),
      spell(app.t("mergeSpell"))];
  }

  // -- time passes, pages come back
  function passingHero(gain) {
    const { HZ } = app.trace.machine, sum = gain.free.reduce((n, [a, b]) => n + b - a, 0),
      ms = (jiffies) => (jiffies * 1000) / HZ;
    const parts = [];
    if (gain.jiffies) parts.push(num(app.t("millis", { n: ms(gain.jiffies) })));
    if (sum || !gain.jiffies) parts.push(num(`${sum > 0 ? "+" : ""}${fmt(sum)}`, sum > 0 ? "free" : null),
      unit(app.t("pagesHead")));
    const line = gain.jiffies ? app.t("passed", { j: gain.jiffies, hz: HZ, ms: ms(gain.total) }) : app.t("gained");
    const digits = parts.reduce((n, part) => n + part.textContent.length / (part.className === "unit" ? 2 : 1), 0);
    return [sized(1, digits, 1, parts), spell(line)];
  }

  function passingChain(kinds) {
    const entries = Object.entries(kinds).filter(([, pages]) => pages);
    if (!entries.length) return [];
    return [h("span", {}, app.t("cameBack")),
      ...entries.map(([kind, pages]) => [h("b", {}, fmt(pages)),
      h("span", {}, WORDS[kind] ? app.t(kind) : kind)]).flat(),
      modelTag()];
  }

  function passingRows({ free }) {
    const bar = (zone, [before, now]) => {
      const top = Math.max(1, before, now), low = Math.min(before, now), x = (pages) => `${(pages / top) * 100}%`;
      return s("svg", { class: "wf", "aria-hidden": "true" },
        s("rect", { y: 3, width: "100%", height: 10, fill: "var(--line2)" }),
        s("rect", { y: 1, width: x(low), height: 14, fill: "var(--free2)" }),
        app.animate(s("rect", { x: x(low), y: 1, width: x(top - low), height: 14,
          fill: now > before ? "var(--free)" : app.pattern("hatch"),
          style: "transform-box:fill-box;transform-origin:left" }), [{ transform: "scaleX(0)" }, { transform: "none" }],
            360));
    };
    const line = (pair, zone) => h("div", { class: `r p${pair[1] === pair[0] ? " same" : ""}` },
      h("span", { class: "lab" }, h("b", {}, label(zone))),
      bar(zone, pair), h("span", { class: "f" }, fmt(pair[0])), h("span", { class: "gt" }, "→"),
        h("span", { class: "m" }, fmt(pair[1])),
      h("span", { class: "delta" }, pair[1] === pair[0] ? ""
        : `${pair[1] > pair[0] ? "+" : ""}${fmt(pair[1] - pair[0])}`));
    return [h("div", { class: "r p h" }, h("span", {}, app.t("freeDelta")), h("span", { class: "hwf" }),
      h("span", { class: "end" }, app.t("before")), h("span"),
      h("span", {}, app.t("now")), h("span")), ...free.map(line)];
  }

  // -- a decision: what was looked at, and the ways on
  function condHero([code, value, key, args]) {
    const text = typeof value === "boolean" ? Number(value) : fmt(value);
    return [h("div", { class: "cond" }, code, h("span", { class: "op" }, " = "), text), spell(app.say(key, args))];
  }

  function condRows(conds) {
    const lamp = (code, value) => ([0, 1, true, false].includes(value) && /[A-Z(]/.test(code) // a flag or a yes-no call
      ? s("svg", { class: "lamp", viewBox: "0 0 12 12", role: "img", "aria-label": app.t(value ? "yes" : "no") },
        s("circle", { cx: 6, cy: 6, r: 4.5, fill: value ? "var(--ink)" : "none", stroke: "var(--ink)",
          "stroke-width": 1.5 })) : null);
    const line = ([code, value, key, args]) =>
      h("tr", {}, h("td", {}, lamp(code, value)), h("th", { scope: "row" }, code),
      h("td", { class: value ? "val" : "val zero" }, typeof value === "boolean" ? String(Number(value)) : fmt(value)),
        h("td", { class: "means" }, app.say(key, args)));
    return h("table", { class: "conds", "aria-label": app.t("looked") }, h("tbody", {}, conds.map(line)));
  }

  function waysOn(view) {
    const { stage } = view.frame, ways = app.text.chart.filter(([from]) => from === stage).map(([, to]) => to);
    if (!ways.length) return null;
    const chosen = nextStage(app.trace.frames, view.at) ?? undefined, height = 24, middle = (ways.length * height) / 2;
    const way = (to, i) => {
      const y = i * height + height / 2, on = to === chosen;
      const shape = to === null ? null : stageShape(SHAPES[to]);
      shape?.setAttribute("transform", `translate(64,${y})`);
      return s("g", { class: on ? "on" : "" },
        s("path", { class: "e", d: `M14 ${middle}C34 ${middle} 30 ${y} 52 ${y}` }),
        shape ?? s("path", { class: "e", d: `M52 ${y}h8m0 -4v8` }),
        s("text", { x: 78, y: y + 4 }, to ?? app.t("returnsNull")));
    };
    const from = stageShape(SHAPES[stage]);
    from.setAttribute("transform", `translate(10,${middle})`);
    from.classList.add("from");
    const spoken = ways.map((to) => (to === chosen ? `${to ?? "NULL"} (${app.t("waysTaken")})` : to ?? "NULL"));
    const name = `${app.t("waysOut")}: ${spoken.join(", ")}`;
    return s("svg", { class: "ways", width: 215, height: ways.length * height, role: "img", "aria-label": name },
      ways.map((to, i) => [to, i]).sort(([a], [b]) => (a === chosen) - (b === chosen)).map(([to, i]) => way(to, i)),
        from);
  }

  // -- one frame
  const views = {
    test: ({ frame, entry }) => ({
      sub: `${frame.test.own ? `${app.t("ownTest")} · `
        : ""}${label(frame.test.zone)} · ${frame.test.mark_name}${frame.test.own ? `, ${app.t("noFlags")}` : ""}`,
      hero: () => inequality(frame.test, frame.test.rows[entry.row], spelled(frame.test, frame.test.rows[entry.row])),
      chain: () => chainOf(frame.test), rows: () => testRows(frame.test, entry.row),
    }),
    end: (view) => ({ hero: () => endHero(view), chain: () => away(view.frame), rows: () => endRows(view) }),
    split: ({ frame }) => ({ hero: () => splitHero(frame), rows: () => splitPicture(frame.split) }),
    merge: (view) => ({ hero: () => mergeHero(view.frame), rows: () => decision(view) }),
    passing: (view) => {
      const gain = visitGain(app.trace, app.run.levels, view.at);
      return { hero: () => passingHero(gain), chain: () => passingChain(gain.kinds), rows: () => passingRows(gain) };
    },
    marks: (view) => {
      const [first, ...others] = view.frame.chains;
      const steps = first.chain.flatMap(([, pages]) => [op("→"), num(pages)]);
      const digits = [first.mark, ...first.chain.map(([, pages]) => pages)].map(fmt).join("").length;
      const names = first.chain.flatMap(([name]) => [h("b", {}, name === "HIGH" ? "−½" : "−¼"), `ALLOC_${name}`]);
      return { sub: `${label(first.zone)} · ${first.mark_name}`,
        hero: () => [sized(0, digits, first.chain.length, [num(first.mark), steps]), spell(first.mark_name, names)],
        chain: () => chainOf(others[0] ?? first, true), rows: () => decision(view) };
    },
    conds: (view) => ({ hero: () => condHero(view.frame.conds[0]), rows: () => decision(view) }),
    stage: (view) => ({ hero: () => h("div", { class: "cond" }, functionName(view.frame)),
      rows: () => decision(view) }),
  };
  const functionName = ({ event, stage }) => (event && !["stage", "tick"].includes(event[0]) ? `${event[0]}()` : stage);
  const decision = (view) => h("div", { class: "decision" }, condRows(view.frame.conds ?? []), waysOn(view));

  function show(view) {
    const kind = whyKind(view.frame), parts = views[kind](view);
    const key = [app.run.id, app.lang, app.live, view.cursor, app.memWidth, app.zoom].join();
    el.style.setProperty("--slots", app.run.slots);
    el.style.setProperty("--tries", app.run.tries);
    el.dataset.kind = kind;
    el.toggleAttribute("data-many", app.trace.request.zonelist.length > 3);
    el.setAttribute("aria-label", app.t("why"));
    setText(title, app.t("why"));
    setText(sub, parts.sub ?? "");
    tries(view); // first: it takes its room from the hero
    keyed(hero, key, () => [parts.hero(), view.frame.log ? h("code", { class: "log" }, view.frame.log) : null].flat());
    keyed(chain, key, parts.chain ?? (() => []));
    keyed(rows, key, parts.rows);
  }
  return { el, show };
}

// ---------------------------------------------------------------------------------------------- memory

function makeTanks(app) {
  const svg = s("svg", { role: "group" });
  const TOP = 6, BOTTOM = 136;
  const reserveOf = (zone) => zone.lowmem_reserve[app.trace.request.classzone_idx] ?? 0;
  let tanks = [];

  /** Where the tanks stand: with names and numbers at the marks if there is room, else numbers, else only the marks. */
  function geometry() {
    const { zones } = app.trace.machine, lists = app.stacked ? 8 : zones.length > 3 ? 276 : 306;
    const room = Math.max(190, app.memWidth - lists);
    const digits = (zone) => Math.max(fmt(zone.pages_high).length,
      reserveOf(zone) ? fmt(reserveOf(zone)).length + 1 : 0);
    const label = (zone, names) => 5.4 * (digits(zone) + (names ? 5 : 0)) + (names ? 14 : 20);
    const forms = [{ width: 36, names: true, numbers: true }, { width: 34, numbers: true },
      { width: room / zones.length - 16 }];
    for (const form of forms) {
      let x = 8;
      const places = zones.map((zone) => {
        const at = x;
        x += form.width + (form.numbers ? label(zone, form.names) : 12);
        return at;
      });
      if (x <= room || form === forms[2]) return { ...form, places, total: Math.max(190, x) };
    }
  }

  function build(shape) {
    tanks = app.trace.machine.zones.map((zone, i) => makeTank(zone, i, { x: shape.places[i], ...shape }));
    return tanks.map((tank) => tank.el);
  }

  function makeTank(zone, index, { x, width, names, numbers }) {
    const reserve = reserveOf(zone), scale = tankScale(zone, reserve, TOP, BOTTOM);
    const asked = app.trace.request.zonelist.includes(zone.label), clip = `${app.id}-tank${index}`;
    const level = s("rect", { class: "lvl", x: 1, width: width - 1, height: 400, fill: "var(--free2)" });
    const pointer = s("path", { class: "ptr", d: "M-1 0l-6 -4v8z", fill: "var(--free)" });
    const hollow = s("path", { d: "M-1 0l-6 -4v8z", fill: "var(--bg)", stroke: "var(--free)", "stroke-width": 1.4 });
    const was = s("line", { class: "was", x1: 1, x2: width }),
      outline = s("path", { d: `M1 ${TOP}V${BOTTOM}H${width}V${TOP}`, fill: "none", stroke: "var(--ink)" });
    const labels = s("g"), free = s("text", { x: 1, y: 164 }), name = s("text", { x: 1, y: 151 }, zone.label);
    const wave = "l7 -4l7 4".repeat(Math.ceil((width + 4) / 14));
    const tear = scale.cut === null ? [] : [["var(--bg)", 4], ["var(--ink3)", 1]].map(([stroke, w]) =>
      s("path", { d: `M-2 ${scale.cut}${wave}`, fill: "none", stroke, "stroke-width": w }));
    const floor = reserve ? [s("rect", { x: 1, y: scale.floor, width: width - 1, height: BOTTOM - scale.floor,
      fill: app.pattern("cross") }),
      s("line", { x1: 1, x2: width, y1: scale.floor, y2: scale.floor, stroke: "var(--resv)", "stroke-width": 2.5 })]
        : [];
    const el = s("g", { class: asked ? "tank" : "tank aside", transform: `translate(${x},0)` },
      s("clipPath", { id: clip }, s("rect", { x: 0, y: TOP, width, height: BOTTOM - TOP })),
      s("g", { "clip-path": `url(#${clip})` }, level), floor, was, tear, outline, labels, hollow, pointer, name, free);

    function markLabels(test) {
      const marks = ["high", "low", "min"].map((which) =>
        ({ y: scale.y(zone[`pages_${which}`] + reserve), text: fmt(zone[`pages_${which}`]), which }));
      if (test?.chain?.length) marks.push({ y: scale.y(markInForce(test) + reserve), text: fmt(markInForce(test)),
        force: true });
      if (reserve) marks.push({ y: (scale.floor + BOTTOM) / 2, text: `+${fmt(reserve)}`, floor: true });
      marks.sort((a, b) => a.y - b.y);
      let low = -99;
      const ys = marks.map((mark) => (low = Math.max(mark.y + 3.5, low + 11.5)));
      for (let i = ys.length - 1, limit = BOTTOM + 3; i >= 0; i -= 1) limit = (ys[i] = Math.min(ys[i], limit)) - 11.5;
      return marks.flatMap((mark, i) => [
        mark.floor ? "" : s("line", { x1: mark.force ? -3 : width - 14, x2: width + 4, y1: mark.y, y2: mark.y,
          stroke: "var(--ink)", "stroke-width": mark.force ? 2.6 : 1.3 }),
        numbers ? s("path", { d: `M${width + 4} ${mark.floor ? ys[i] - 3.5 : mark.y}L${width + 8} ${ys[i] - 3.5}`,
          stroke: "var(--ink3)", fill: "none" }) : "",
        numbers ? s("text", { x: width + 10, y: ys[i], class: mark.force ? "b" : mark.floor ? "resv" : "" },
          (names && mark.which ? `${mark.which} ` : "") + mark.text) : ""]);
    }

    function update(view) {
      const pages = app.run.levels[view.at].free[index], y = scale.y(pages),
        test = view.evidence?.test.zone === index ? view.evidence.test : null;
      const selected = view.zone === index, before = view.before[index];
      level.style.transform = pointer.style.transform = `translateY(${y}px)`;
      const counted = test ? scale.y(test.rows[0].f) : y;
      hollow.style.transform = `translateY(${counted}px)`;
      hollow.setAttribute("visibility", test && Math.abs(counted - y) > 3 ? "visible" : "hidden");
      was.style.transform = `translateY(${scale.y(before)}px)`;
      was.setAttribute("visibility", before === pages ? "hidden" : "visible");
      outline.setAttribute("stroke-width", selected ? 2.2 : 1.1);
      name.setAttribute("class", selected ? "b" : "");
      setText(free, asked || pages !== 0 ? app.t("nFree", { n: pages }) : app.t("notInList"));
      keyed(labels, JSON.stringify([test?.chain, app.lang]), () => markLabels(test));
      const marks = ["min", "low", "high"].map((which) => `${which} ${fmt(zone[`pages_${which}`])}`);
      const spoken = [app.t("nFree", { n: pages }), ...marks, asked ? "" : app.t("notInList")].filter(Boolean);
      el.setAttribute("aria-label", `${zone.label}: ${spoken.join(", ")}`);
    }
    el.setAttribute("role", "img");
    return { el, update };
  }

  function show(view) {
    const shape = geometry(), { zones } = app.trace.machine, { classzone_idx: cls, zonelist } = app.trace.request;
    svg.setAttribute("viewBox", `0 0 ${shape.total} 168`);
    svg.setAttribute("width", shape.total * app.zoom);
    svg.setAttribute("aria-label", app.t("zones"));
    keyed(svg, JSON.stringify([zones, cls, zonelist, shape, app.lang]), () => build(shape));
    for (const tank of tanks) tank.update(view);
  }
  return { el: svg, show, width: () => geometry().total };
}

function makeLists(app) {
  const svg = s("svg", { role: "img" }), BASE = 132;
  let columns = [], pcp = [], width = 0;
  const head = s("g"), columnLayer = s("g");
  svg.append(head, columnLayer);

  function layout() {
    const q = (width - 50) / 266, columnWidth = (o) => (o < 3 ? 34 : 18.4) * q;
    let x = 8;
    return Array.from({ length: ORDERS }, (_, o) => {
      const from = x;
      x += columnWidth(o);
      return { from, to: x, middle: (from + x) / 2, tile: (o < 3 ? 22 : 12.5) * q };
    });
  }

  function build() {
    const places = layout();
    columns = places.map((place, o) => ({ ...place, order: o, el: s("g", { "data-col": o }) }));
    pcp = ["hot", "cold"].map((which, i) => ({ which, x: width - 36 + i * 24, el: s("g", { "data-col": which }) }));
    return [s("line", { x1: width - 50, x2: width - 50, y1: 26, y2: 168, stroke: "var(--line)" }),
      ...columns.map((c) => c.el), ...pcp.map((c) => c.el)];
  }

  function brackets(order) {
    const one = (a, b, text, large) => {
      const from = columns[a].from + 2, to = columns[b].to - 2;
      return [s("path", { d: `M${from} 20v-5H${to}v5`, fill: "none", stroke: large ? "var(--ink)" : "var(--ink3)",
        "stroke-width": large ? 2 : 1 }),
        s("text", { x: (from + to) / 2, y: 10, "text-anchor": "middle", class: large ? "b" : "" }, text)];
    };
    const tight = columns[ORDERS - 1].to - columns[order].from < 120;
    return [...(order ? one(0, order - 1, app.t("tooSmall"), false) : []),
      ...one(order, ORDERS - 1, tight ? app.t("enough") : app.t("enoughFor", { o: order }), true),
      s("text", { x: width - 24, y: 10, "text-anchor": "middle" }, app.t("percpu"))];
  }

  /** Tiles of a stack, head on top; the second lowest gap is the tear where entries are left out. */
  function stack(list, x, tile, dead, round) {
    const tiles = tileCount(list.count), torn = list.count > tiles;
    const pfnOf = (fromTop) => (torn && fromTop === tiles - 1 ? list.tail.at(-1)
      ?? (list.head.length === list.count ? list.head.at(-1) : null) : list.head[fromTop]);
    return Array.from({ length: tiles }, (_, i) => {
      const y = BASE - 8 - (tiles - 1 - i) * 8.5, pfn = pfnOf(i), first = i === 0;
      if (torn && i === tiles - 2) {
        return s("path", { d: `M${x - 1} ${y + 6}l${tile / 4} -4l${tile / 4} 4l${tile / 4} -4l${tile / 4} 4`,
          fill: "none", stroke: "var(--ink3)" });
      }
      const rect = s("rect", { x, y, width: tile, height: 6.5, rx: round,
        fill: dead ? app.pattern("hatch") : first ? "var(--free)" : "var(--free2)",
        stroke: dead ? "var(--ink3)" : "none", "stroke-width": 0.8 },
          pfn === undefined || pfn === null ? null : s("title", {}, `pfn ${fmt(pfn)}`));
      return first ? [rect, s("path", { d: `M${x - 6} ${y}l4.5 3.25l-4.5 3.25z`, fill: "var(--ink)" })] : rect;
    }).flat();
  }

  function column({ order, from, to, middle, tile, el }, list, view) {
    const dead = view.cut > order, now = view.column === order, asked = app.trace.request.order === order;
    const key = JSON.stringify([list, dead, now, asked, width, app.lang]);
    const text = list.count >= 1e4 ? `${(list.count / 1e3).toFixed(to - from > 32 ? 1 : 0)}k` : String(list.count);
    keyed(el, key, () => [
      now && s("rect", { x: from + 1, y: BASE + 3, width: to - from - 2, height: 38, fill: "var(--now)", rx: 2 }),
      s("line", { x1: from + 1.5, x2: to - 1.5, y1: BASE + 0.5, y2: BASE + 0.5, stroke: "var(--ink3)" }),
      app.animate(s("g", {}, stack(list, middle - tile / 2, tile, dead, 1)),
        now ? [{ opacity: 0.15 }, { opacity: 1 }] : null, 360),
      asked && s("rect", { x: from + 0.5, y: BASE + 4, width: to - from - 1, height: 13, fill: "none",
        stroke: "var(--ink)", "stroke-width": 1.2, rx: 2 }),
      s("text", { x: middle, y: BASE + 14, "text-anchor": "middle", class: asked ? "b" : "" }, String(order)),
      (order < 4 || order % 2) && s("text", { x: middle, y: BASE + 26, "text-anchor": "middle",
        class: now ? "size now" : "size" }, sizeText(order).replace(/ kB| MB/,
        (u) => u[1].toLowerCase().replace("m", "M"))),
      s("text", { x: middle, y: BASE + 38, "text-anchor": "middle", class: list.count ? "b" : "faint" },
        text)].filter(Boolean));
  }

  function percpu({ which, x, el }, list, high, now) {
    keyed(el, JSON.stringify([list.count, list.head[0], high, now, x, app.lang]), () => [
      now && s("rect", { x: x - 11, y: BASE + 3, width: 22, height: 38, fill: "var(--now)", rx: 2 }),
      s("line", { x1: x - 9, x2: x + 9, y1: BASE + 0.5, y2: BASE + 0.5, stroke: "var(--ink3)" }),
      ...stack({ ...list, count: Math.min(list.count, 5) }, x - 7, 14, false, 3),
      s("text", { x, y: BASE + 14, "text-anchor": "middle" }, app.t(which)),
        s("text", { x, y: BASE + 26, "text-anchor": "middle", class: "size" }, `≤${high}`),
      s("text", { x, y: BASE + 38, "text-anchor": "middle", class: list.count ? "b" : "faint" },
        String(list.count))].filter(Boolean));
  }

  function show(view, room) {
    width = Math.max(260, Math.min(720, room));
    const { lists } = view.state.zones[view.zone], zone = app.trace.machine.zones[view.zone],
      { order } = app.trace.request;
    svg.setAttribute("viewBox", `0 0 ${width} 172`);
    svg.setAttribute("width", width * app.zoom);
    keyed(columnLayer, width, build);
    keyed(head, [width, order, app.lang].join(), () => brackets(order));
    columns.forEach((one, o) => column(one, lists[o], view));
    percpu(pcp[0], lists[HOT], zone.pcp_hot?.high ?? 0, view.column === HOT);
    percpu(pcp[1], lists[COLD], zone.pcp_cold?.high ?? 0, view.column === COLD);
    svg.setAttribute("aria-label", app.t("listsSummary",
      { zone: zone.label, counts: lists.slice(0, ORDERS).map((list) => list.count).join(" "),
      hot: lists[HOT].count, cold: lists[COLD].count }));
  }
  const hover = (order) => columns.forEach(({ el }, o) => el.classList.toggle("hov", o === order));
  return { el: svg, show, hover };
}

function makeMemory(app) {
  const tanks = makeTanks(app), lists = makeLists(app), zonesHead = h("h3"), listsHead = h("h3");
  const el = h("section", { class: "p mem" },
    h("div", { class: "mgrid" }, h("div", { class: "mtanks" }, zonesHead, tanks.el),
    h("div", {}, listsHead, lists.el)));

  function show(view) {
    const label = app.trace.machine.zones[view.zone].label;
    el.setAttribute("aria-label", app.t("memory"));
    keyed(zonesHead, app.lang, () => [app.t("zones"), h("span", {}, app.t("zonesSub"))]);
    keyed(listsHead, app.lang + label, () =>
      [app.t("lists"), h("span", { class: "strong" }, label), h("span", {}, app.t("headNext"))]);
    tanks.show(view);
    lists.show(view, app.stacked ? app.memWidth : app.memWidth - tanks.width() - 16);
  }
  return { el, show, hover: lists.hover };
}

function makeStrip(app) {
  const svg = s("svg", { role: "img" }), legend = h("div", { class: "key" }),
    el = h("section", { class: "p strip" }, svg, legend);
  const FILLS = { K: "var(--use1)", A: () => app.pattern("dots"), C: "var(--use3)", H: "none",
    R: () => app.pattern("lines"), "?": "var(--line2)" };
  const fillOf = (kind) => (typeof FILLS[kind] === "function" ? FILLS[kind]() : FILLS[kind] ?? FILLS["?"]);
  const Y = 16, H = 16;

  function block(run, scale, cut, start) {
    const x = (run.pfn - start) * scale, width = run.n * scale,
      label = (text, more) => s("text", { x: x + width / 2, y: Y + 12, "text-anchor": "middle", ...more }, text);
    const title = s("title", {}, `pfn ${fmt(run.pfn)}${run.n > 1 ? ` – ${fmt(run.pfn + run.n - 1)}` : ""}`);
    if (run.kind === "yours") {
      return [app.animate(s("rect", { class: "rise", x: x + 0.8, y: Y - 4, width: width - 1.6, height: H + 8, rx: 2,
        fill: "var(--ok)" }, title),
        [{ transform: "translateY(6px)", opacity: 0.2 }, { transform: "none", opacity: 1 }], 320),
          width > 30 ? label(app.t("yours"), { class: "on" }) : ""];
    }
    if (run.kind === "free") {
      const dead = run.order < cut;
      return [s("rect", { x: x + 0.8, y: Y - 3, width: width - 1.6, height: H + 6, rx: 2,
        fill: dead ? app.pattern("hatch") : "var(--free2)",
        stroke: dead ? "var(--ink3)" : "var(--free)", "stroke-width": 1.2 }, title),
          width > 12 && !dead ? label(String(run.order), { class: "b" }) : ""];
    }
    if (run.kind === "P") return [s("rect", { x: x + 0.8, y: Y + 1, width: width - 1.6, height: H - 2, rx: 5,
      fill: "var(--free3)", stroke: "var(--free)" }, title)];
    return [s("rect", { x, y: Y, width, height: H, fill: fillOf(run.kind),
      stroke: run.kind === "H" ? "var(--line)" : "none" }, title)];
  }

  function ghostNodes(ghost, scale, start, width) {
    const x = (ghost.buddy - start) * scale, size = (1 << ghost.order) * scale, own = (ghost.pfn - start) * scale;
    const asks = app.t("cannotGrow", { o: ghost.order }), says = app.t(ghost.why, { pfn: ghost.buddy });
    const wide = (asks.length + says.length) * (app.lang === "zh" ? 9 : 5.7);
    const left = Math.max(0, Math.min(x, own, width - wide));
    const text = s("text", { x: left, y: 7 }, `${asks} `, s("tspan", { class: "bad" }, says));
    return [s("rect", { x: x - 0.5, y: Y - 6, width: size + 1, height: H + 12, rx: 3, fill: "none", stroke: "var(--no)",
      "stroke-width": 2, "stroke-dasharray": "4 3" },
      s("title", {}, `${fmt(ghost.pfn)} xor ${fmt(1 << ghost.order)} = ${fmt(ghost.buddy)}`)), text];
  }

  function legendNodes(strip) {
    const label = app.trace.machine.zones[strip.zone].label,
      kinds = ["free", ..."KACPRH?"].filter((kind) => kind === "free" || strip.used.includes(kind));
    const swatch = (kind) => s("svg", { width: 12, height: 10, viewBox: "0 0 12 10", "aria-hidden": "true" },
      s("rect", { x: 0.6, y: 0.6, width: 10.8, height: 8.8, rx: kind === "P" ? 4 : 1.5,
      fill: kind === "free" ? "var(--free2)" : kind === "P" ? "var(--free3)" : fillOf(kind),
        stroke: "free P".includes(kind) ? "var(--free)" : "var(--line)" }));
    return [h("span", {}, `${label}, pfn ${fmt(strip.start)}`),
      h("span", { class: "items" }, kinds.map((kind) =>
      h("span", {}, swatch(kind), app.t(kind === "free" ? "free" : USED[kind])))),
      h("span", {}, fmt(strip.start + strip.pages - 1))];
  }

  function show(view) {
    const strips = [].concat(app.trace.strip ?? []),
      at = Math.max(0, strips.findIndex((strip) => strip.zone === view.zone)), strip = strips[at];
    el.hidden = !strip;
    if (!strip) return;
    el.setAttribute("aria-label", app.t("strip"));
    const width = app.stripWidth, scale = width / strip.pages,
      mine = app.trace.result === null ? null : takenBlock(app.trace, view.at);
    const own = mine && mine[0] + mine[1] > strip.start && mine[0] < strip.start + strip.pages ? mine : null;
    const runs = stripRuns(strip, view.state.strips[at], own),
      cut = view.evidence?.test.zone === strip.zone ? view.cut : 0;
    const ghost = cut && refusal(view.evidence) ? missingBuddy(strip, runs, cut - 1) : null;
    svg.setAttribute("viewBox", `0 0 ${width} 40`);
    svg.setAttribute("width", width * app.zoom);
    svg.setAttribute("aria-label", app.t("stripName",
      { zone: app.trace.machine.zones[strip.zone].label, a: strip.start, b: strip.start + strip.pages - 1 }));
    keyed(svg, JSON.stringify([runs, cut, ghost, width, app.lang]),
      () => [...runs.flatMap((run) => block(run, scale, cut, strip.start)),
      ...(ghost ? ghostNodes(ghost, scale, strip.start, width) : [])].filter(Boolean));
    keyed(legend, JSON.stringify([app.lang, strip.zone, strip.start, strip.used]), () => legendNodes(strip));
  }
  return { el, show };
}

// ---------------------------------------------------------------------------------------------- time

const SPEEDS = [0.5, 1, 2, 4], GRANULARITIES = ["stage", "event", "row"];

function tickMark(mood, x) {
  const path = (d, colour, more) => s("path",
    { d, stroke: `var(--${colour})`, fill: "none", "stroke-width": 2, ...more });
  if (mood === "no" || mood === "end-no") return path(`M${x - 3} 31l6 6m0 -6l-6 6`, "no");
  if (mood === "ok" || mood === "end-ok") return path(`M${x - 4} 34l3 3l5 -6`, "ok");
  if (mood === "wake") return path(`M${x - 4} 38l4 -7l4 7z`, "ink", { fill: "var(--ink)", "stroke-width": 0 });
  if (mood === "wait") return path(`M${x - 3.5} 34.5a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0M${x} 34.5v-2.5`, "ink2",
    { "stroke-width": 1.3 });
  if (mood === "reclaim") return path(`M${x} 38v-6m-3 3l3 -3.5l3 3.5`, "free");
  if (["kill", "warn", "end-loop"].includes(mood)) return s("text",
    { class: "tick", x, y: 38.5, "text-anchor": "middle" }, ICONS[mood]);
  return null;
}

function makeTime(app) {
  const icon = (d) => s("svg", { viewBox: "0 0 16 16", "aria-hidden": "true" }, s("path", { d }));
  const PLAY = "M4 2l9 6l-9 6z", PAUSE = "M3 2h4v12H3zM9 2h4v12H9z";
  const button = (name, d, click) => ({ name, el: h("button", { type: "button", on: { click } }, icon(d)) });
  const buttons = [
    button("first", "M2 2h2v12H2zM14 2v12L5 8z", () => app.go(0, { settle: true })),
      button("back", "M12 2v12L3 8z", () => app.step(-1)),
    button("play", PLAY, () => app.play()), button("forward", "M4 2v12l9-6z", () => app.step(1)),
    button("last", "M12 2h2v12h-2zM2 2v12l9-6z", () => app.go(app.run.rows.length - 1, { settle: true })),
  ];
  const playButton = buttons[2].el;
  playButton.className = "pl";
  const bands = s("g"), ticks = s("g"), names = s("g"),
    needle = s("rect", { class: "needle", y: 14, width: 4, height: 18, rx: 2 });
  const svg = s("svg", { "aria-hidden": "true" }, bands, ticks, names, needle);
  const range = h("input", { type: "range", class: "scrub", min: 0, on: {
    input: () => app.go(Number(range.value)), change: () => app.settle() } });
  const options = h("div", { class: "opt" }), event = h("div", { class: "ev" }), help = h("div", { class: "keys" });
  const el = h("section", { class: "time" }, h("div", { class: "tp" }, buttons.map((one) => one.el)),
    h("div", { class: "scr" }, svg, range), options, event, help);
  let visits = [], moods = [];

  function optionNodes() {
    const radio = (value) => h("label", {}, h("input",
      { type: "radio", name: `${app.id}-step`, checked: value === app.granularity,
      on: { change: () => { app.granularity = value; } } }), app.t(value));
    const speed = h("select", { "aria-label": app.t("speed"),
      on: { change: (e) => { app.speed = Number(e.target.value); } } },
      SPEEDS.map((value) => h("option", { value, selected: value === app.speed }, `${value}×`)));
    return [h("div", { class: "seg", role: "radiogroup", "aria-label": app.t("stepBy") }, GRANULARITIES.map(radio)),
      speed];
  }

  function helpNodes() {
    const stop = h("input", { type: "checkbox", checked: app.stopAtRefusal,
      on: { change: (e) => { app.stopAtRefusal = e.target.checked; } } });
    return [h("label", { class: "stop" }, stop, ` ${app.t("stopAt")}`),
      h("span", {}, h("kbd", {}, "←"), h("kbd", {}, "→"), ` ${app.t("keyStep")}`),
      h("span", {}, h("kbd", {}, app.t("space")), ` ${app.t("keyPlay")}`)];
  }

  function findVisits() {
    const { rows } = app.run, { frames } = app.trace;
    const found = [];
    rows.forEach(({ frame }, i) => {
      const { stage, round, depth = 0 } = frames[frame], last = found[found.length - 1];
      if (last && last.stage === stage && last.round === round && last.depth === depth) last.to = i;
      else found.push({ stage, round, depth, from: i, to: i });
    });
    return found;
  }

  function build(width) {
    const { rows } = app.run, unit = width / rows.length, gap = unit * rows.length / visitsCount() > 6 ? 1 : 0;
    visits = findVisits().map((visit) => {
      const x = visit.from * unit + gap, size = (visit.to - visit.from + 1) * unit - 2 * gap;
      const whole = s("rect", { class: "band", x, y: 18, width: size, height: 10, rx: gap * 2 });
      const done = s("rect", { class: "done", x, y: 18, height: 10, rx: gap * 2, width: size });
      bands.append(whole, done);
      return { ...visit, x, size, whole, done };
    });
  }

  function tickNodes(unit, pass) {
    const marked = thinTicks(moods, unit, pass);
    return moods.map((_, i) => (marked.has(i) ? tickMark(moods[i].mood, (i + 0.5) * unit)
      : unit > TICK_ROOM && s("rect", { x: (i + 0.5) * unit - 0.5, y: 31, width: 1,
        height: app.run.rows[i].last ? 6 : 3, fill: "var(--ink3)" })));
  }
  const visitsCount = () => findVisits().length;

  /** Names of the visits that have room; the current one always, and nothing that would touch it. */
  function nameNodes(width, current) {
    const size = ({ stage }) => (stage.length * 6.1 + 4) * app.zoom,
      left = (visit) => Math.max(0, Math.min(visit.x + 1, width - size(visit)));
    const clear = (visit) => left(visit) + size(visit) < left(current) - 4 || left(visit) > left(current)
      + size(current) + 4;
    const shown = visits.filter((visit) => visit === current || (visit.size > size(visit) && clear(visit)));
    return shown.map((visit) => s("text", { x: left(visit), y: 11, class: visit === current ? "cur" : "" },
      visit.stage));
  }

  function show(view) {
    const width = app.scrubWidth;
    keyed(options, app.lang, optionNodes);
    keyed(help, app.lang, helpNodes);
    const key = `${app.run.id} ${width}`;
    if (svg.dataset.key !== key) {
      svg.dataset.key = key;
      bands.replaceChildren();
      moods = tickMoods(app.trace.frames, app.run.rows, Object.keys(app.text.stages));
      build(width);
      range.max = app.run.rows.length - 1;
    }
    const unit = width / app.run.rows.length, current = visits.find((visit) => view.cursor <= visit.to);
    for (const visit of visits) {
      const past = Math.max(0, Math.min(visit.size,
        (view.cursor - visit.from + 1) * unit - (visit.x - visit.from * unit) * 2));
      visit.whole.classList.toggle("cur", visit === current);
      visit.done.classList.toggle("cur", visit === current);
      visit.done.setAttribute("width", view.cursor >= visit.to ? visit.size : view.cursor < visit.from ? 0 : past);
    }
    keyed(names, `${key} ${current.from}`, () => nameNodes(width, current));
    const { pass } = moods[view.cursor];
    keyed(ticks, `${key} ${pass}`, () => tickNodes(unit, pass));
    needle.setAttribute("x", (view.cursor + 0.5) * unit - 2);
    range.value = view.cursor;
    range.setAttribute("aria-label", app.t("frame"));
    range.setAttribute("aria-valuetext", `${view.frame.stage}: ${view.text}`);
    setText(event, eventText(view.frame.event));
    el.setAttribute("aria-label", app.t("time"));
    for (const { name, el: node } of buttons) label(node, app.t(name === "play" && app.playing ? "pause" : name));
    playButton.querySelector("path").setAttribute("d", app.playing ? PAUSE : PLAY);
  }
  function label(node, text) {
    node.setAttribute("aria-label", text);
    node.title = text;
  }
  return { el, show };
}

// ---------------------------------------------------------------------------------------------- mount

/** A name for ids and radio groups that no other explorer of the page has: each may come from its own Blob. */
const uniqueId = () => `bl${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;

/** A model without Python behind it, for the stand-alone page: traits in, knobs locked. */
export function staticModel(traits) {
  const values = { ...traits }, listeners = new Map();
  return {
    live: false, get: (name) => values[name], save() {},
    set(name, value) {
      values[name] = value;
      for (const listener of listeners.get(name) ?? []) listener();
    },
    on(name, listener) {
      if (!listeners.has(name)) listeners.set(name, new Set());
      listeners.get(name).add(listener);
      return () => listeners.get(name).delete(listener);
    },
  };
}

/** Draw the explorer into el, in step with the model {get, set, save, on -> off, live}; returns a cleanup. */
export function mount(el, model) {
  const root = h("div", { class: "bl", tabindex: -1, role: "region", "aria-label": "buddylab explorer" });
  const app = {
    id: uniqueId(), root, lang: "en", index: 0, theme: "auto", lecture: false, live: model.live !== false,
    trace: null, run: null, text: null, deck: null, knobs: null, deckOpen: null, cursor: 0, playing: false,
    granularity: "row", speed: 1, stopAtRefusal: false, forward: false, wide: true, stacked: false,
    zoom: 1, ladderScale: 1, memWidth: 600, stripWidth: 600, scrubWidth: 600,
  };
  const calm = matchMedia("(prefers-reduced-motion: reduce)"), night = matchMedia("(prefers-color-scheme: dark)");
  Object.assign(app, {
    t: (key, args) => fill(WORDS[key][app.index], args, app.lang),
    say: (key, args) => sentence(app.text.say, key, args, app.lang),
    pattern: (name) => `url(#${app.id}-${name})`,
    still: () => calm.matches,
    animate(node, keyframes, duration, delay = 0) {
      if (keyframes && app.forward && !calm.matches) node.animate(keyframes,
        { duration, delay, easing: "cubic-bezier(.2,.7,.2,1)", fill: "backwards" });
      return node;
    },
    set(name, value) { model.set(name, value); save(); },
    hover: (order) => panels.memory.hover(order),
  });

  // -- panels
  const alert = h("div", { class: "alert", role: "alert" }), wrap = h("div", { class: "wrap" }), panels = {};
  function build() {
    Object.assign(panels, { top: makeTop(app), deck: makeDeck(app), caption: makeCaption(app), ladder: makeLadder(app),
      source: makeSource(app),
      note: makeNote(app), why: makeWhy(app), memory: makeMemory(app), strip: makeStrip(app), time: makeTime(app) });
    app.ladder = panels.ladder;
    const { source, note } = panels;
    const where = h("div", { class: "where" }, source.wedge, panels.ladder.el,
      h("div", { class: "p code" }, source.el, note.el));
    wrap.append(panels.top.el, panels.deck.el, alert, panels.caption.el, panels.time.el, where, panels.why.el,
      panels.memory.el, panels.strip.el);
  }

  /** A page that was saved with its widgets has a model but no kernel: saving throws, and the knobs lock. */
  function save() {
    try {
      model.save();
    } catch {
      app.live = false;
    }
  }

  // -- what the reader is told when something fails
  const troubles = new Map();
  function report(key, text) {
    if (text) troubles.set(key, text);
    else troubles.delete(key);
    setText(alert, [...troubles.values()].join(" "));
    alert.hidden = !troubles.size;
  }

  // -- one frame
  function viewAt(cursor) {
    const { run, trace } = app, entry = run.rows[cursor], at = entry.frame, frame = trace.frames[at];
    const row = frame.test?.rows[entry.row], evidence = evidenceAt(trace, run.rows, cursor),
      zone = focusZone(trace, frame, evidence);
    const own = row?.say ? row : frame, start = visitStart(trace.frames, at);
    const cut = evidence && evidence.test.zone === zone ? evidence.row : 0;
    return {
      cursor, entry, at, frame, evidence, zone, cut, state: run.at(at),
        mood: frame.test && !entry.last ? "" : frame.mood ?? "",
      text: app.say(own.say, own.args), isEnd: frame.event?.[0] === "end",
      before: start ? run.levels[start - 1].free : trace.initial.zones.map((z) => z.free),
      column: evidence ? cut - 1 : columnOf(frame),
    };
  }
  let longest = { key: "", text: "" };
  app.longest = () => {
    const key = `${app.run.id} ${app.lang}`, { frames } = app.trace;
    if (longest.key !== key) {
      const speakers = frames.flatMap((frame) => [frame, ...frame.test?.rows ?? []]);
      const said = speakers.map(({ say, args }) => app.say(say, args));
      longest = { key, text: said.reduce((a, b) => (b.length > a.length ? b : a), "") };
    }
    return longest.text;
  };
  const columnOf = (frame) => frame.split?.from ?? frame.merge?.to
    ?? (TAKES.includes(event0(frame)) ? frame.changes?.find(([, list]) => list !== NR_FREE)?.[1] : null) ?? -1;

  function show() {
    if (!app.run) return;
    const view = viewAt(app.cursor);
    root.toggleAttribute("data-forward", app.forward);
    for (const [name, panel] of Object.entries(panels)) {
      try {
        keepFocus(panel.el, () => panel.show(view));
        report(name, null);
      } catch (error) {
        report(name, app.t("drawFailed", { panel: name, n: app.cursor + 1, why: error.message }));
      }
    }
  }

  // -- moving the cursor
  const clamp = (cursor) => Math.max(0, Math.min(app.run.rows.length - 1, cursor));
  app.settle = () => app.set("index", app.cursor);
  app.go = (cursor, { settle = false, forward = false } = {}) => {
    app.forward = forward;
    app.cursor = clamp(cursor);
    show();
    if (settle) app.settle();
  };
  app.step = (by, settle = true) => {
    const places = stops(app.run.rows, app.trace.frames, app.granularity);
    const next = by > 0 ? places.find((place) => place > app.cursor) : places.findLast((place) => place < app.cursor);
    app.go(next ?? (by > 0 ? app.run.rows.length - 1 : 0), { settle, forward: by > 0 });
  };

  // -- playing
  let timer = 0;
  const atEnd = () => app.cursor === app.run.rows.length - 1;
  function pause() {
    clearTimeout(timer);
    if (!app.playing) return;
    app.playing = false;
    show();
    app.settle();
  }
  function tick() {
    app.step(1, false);
    const { frame, last } = app.run.rows[app.cursor],
      refused = last && ["no", "end-no"].includes(app.trace.frames[frame].mood);
    if (atEnd() || (app.stopAtRefusal && refused)) pause();
    else timer = setTimeout(tick, FRAME_MS / app.speed);
  }
  app.play = () => {
    if (app.playing) return pause();
    app.playing = true;
    if (atEnd()) app.go(0);
    else show();
    timer = setTimeout(tick, FRAME_MS / app.speed);
  };

  // -- knobs: one question to Python at a time, the newest wish wins
  let asked = false, wish = null, drawing = 0, silence = 0;
  function ask() {
    drawing = 0;
    if (asked || !wish) return;
    const known = JSON.stringify(model.get("knobs")), wanted = wish;
    wish = null;
    if (JSON.stringify({ ...model.get("knobs"), ...wanted }) === known) return;
    model.set("mask", ""); // so that the same text typed again is a change
    model.set("knobs", wanted);
    asked = true;
    waitForAnswer();
    save();
  }
  function waitForAnswer() {
    root.setAttribute("data-busy", "");
    clearTimeout(silence);
    silence = setTimeout(() => {
      report("silent", "knobs" in app.deck ? app.t("silentPython") : null);
      wish = null;
      takeRecorded();
      answered();
      show();
    }, ANSWER_MS);
  }
  /** The knobs go back to those of the recorded run, here and in the model, so that the same wish is a change again. */
  function takeRecorded() {
    const recorded = app.deck.knobs ?? model.get("knobs");
    if (JSON.stringify(recorded) !== JSON.stringify(model.get("knobs"))) model.set("knobs", recorded);
    app.knobs = model.get("knobs");
  }
  function answered() {
    clearTimeout(silence);
    asked = false;
    root.removeAttribute("data-busy");
    if (wish && !drawing) drawing = requestAnimationFrame(ask);
  }
  app.patch = (change) => {
    if (!app.live) return;
    app.knobs = wish = { ...app.knobs, ...change };
    show();
    if (!drawing) drawing = requestAnimationFrame(ask);
  };
  app.typeMask = (text) => {
    model.set("mask", text);
    waitForAnswer();
    save();
  };
  /** Nothing typed is no wish: what was said about an older text goes, and Python may say the same again later. */
  app.forgetMask = () => {
    app.deck = { ...app.deck, mask_error: null };
    model.set("mask", "");
    model.set("error", []);
    save();
    takeError();
    show();
  };
  app.toScrubber = () => panels.time.el.querySelector(".scrub").focus();
  app.openDeck = (knob) => {
    app.deckOpen = knob ? true : !app.deckOpen;
    show();
    fit();
    const holder = knob && panels.deck.el.querySelector(`[data-knob=${knob}]`);
    (holder?.matches("input,select") ? holder : holder?.querySelector("input"))?.focus();
  };

  // -- what comes from the model
  let runs = 0;
  function takeTrace() {
    const trace = model.get("trace");
    const first = !app.run;
    answered();
    report("silent", null);
    if (!trace?.frames?.length) return report("trace", app.t("noTrace"));
    report("trace", null);
    clearTimeout(timer);
    app.playing = false;
    app.trace = trace;
    app.run = { ...prepare(trace), id: (runs += 1) };
    const wanted = model.get("index");
    app.go(wanted >= 0 ? wanted : first ? app.run.deciding : app.run.rows.length - 1, { settle: true });
  }
  function takeDeck() {
    app.deck = model.get("deck");
    if (!wish) takeRecorded();
    answered();
    show();
  }
  const takeKnobs = () => { if (!wish && !asked) { app.knobs = model.get("knobs"); show(); } };
  const takeMask = () => { if (!model.get("mask")) answered(); };
  const takeIndex = () => {
    const wanted = model.get("index");
    if (app.run && wanted >= 0 && wanted !== app.cursor) app.go(wanted);
  };
  function takeError() {
    const error = model.get("error") ?? [];
    if (error.length) answered();
    report("error", error[app.index] ?? error[0] ?? null);
  }
  function takeLang() {
    app.lang = model.get("lang") === "zh" ? "zh" : "en";
    app.index = app.lang === "zh" ? 1 : 0;
    root.lang = app.lang;
    takeError();
    show();
    fit();
  }
  function takeTheme() {
    const { jpThemeLight } = document.body.dataset;
    app.theme = THEMES.includes(model.get("theme")) ? model.get("theme") : "auto";
    const labDark = jpThemeLight ? jpThemeLight === "false" : night.matches;
    const dark = app.theme === "auto" ? labDark : app.theme === "dark";
    root.dataset.theme = dark ? "dark" : "light";
    show();
  }
  app.setLecture = (on) => {
    app.lecture = on;
    root.toggleAttribute("data-lecture", on);
    app.deckOpen = !on && app.wide;
    fit();
  };

  // -- size: container queries do the layout, these numbers are for what is measured in pixels
  function fit() {
    if (!panels.why) return;
    const width = root.clientWidth;
    app.wide = width > WIDE;
    app.stacked = width <= STACKED;
    app.zoom = app.lecture ? 1.2 : 1;
    app.memWidth = (panels.memory.el.clientWidth || 600) / app.zoom;
    app.stripWidth = (panels.strip.el.clientWidth || 600) / app.zoom;
    app.scrubWidth = panels.time.el.querySelector(".scr").clientWidth || 600;
    app.ladderScale = (panels.ladder.el.querySelector("svg.ld").clientWidth || LADDER.width) / LADDER.width;
    if (app.deckOpen === null && width) app.deckOpen = app.wide;
    app.forward = false;
    show();
    panels.note.fit();
  }
  const focusable = (panel) => [...panel.querySelectorAll("button, input, select, [tabindex]")];
  /** What had the focus keeps it: if its node was made anew, the control in its place gets it, else the widget. */
  function keepFocus(panel, update) {
    const place = panel.contains(document.activeElement) ? focusable(panel).indexOf(document.activeElement) : -1;
    update();
    if (place >= 0 && !panel.contains(document.activeElement)) (focusable(panel)[place]
      ?? root).focus({ preventScroll: true });
  }

  // -- keyboard: only inside the widget, only plain keys, native controls keep theirs
  const plain = (event) => !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
  function onKey(event) {
    if (!plain(event) || event.target.closest("input:not(.scrub, [type=checkbox]), select, textarea")) return;
    if (event.key === " " && event.target.closest("button, [role=button], [type=checkbox]")) return;
    const last = () => app.go(app.run.rows.length - 1, { settle: true });
    const act = { ArrowRight: () => app.step(1), ArrowLeft: () => app.step(-1), Home: () => app.go(0, { settle: true }),
      End: last, " ": app.play }[event.key];
    if (!act || !app.run) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
  // JupyterLab listens at the document, before us, and asks the focused node itself for this attribute: plain keys
  // (arrows, letters such as x = cut the cell) are kept from its commands; Ctrl+S, Shift+Enter and Escape go on to it.
  function shield(event) {
    if (!root.contains(event.target)) return;
    event.target.toggleAttribute("data-lm-suppress-shortcuts", plain(event) && event.key !== "Escape");
  }

  // -- start
  app.text = model.get("text");
  app.deck = model.get("deck");
  app.knobs = model.get("knobs");
  build();
  root.append(patterns(app.id), wrap);
  el.append(root);
  root.addEventListener("keydown", onKey);
  window.addEventListener("keydown", shield, true);
  const body = new MutationObserver(takeTheme), size = new ResizeObserver(fit);
  body.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  night.addEventListener("change", takeTheme);
  const off = Object.entries({ deck: takeDeck, mask: takeMask, trace: takeTrace, knobs: takeKnobs, index: takeIndex,
    error: takeError, lang: takeLang, theme: takeTheme })
    .map(([name, listener]) => model.on(name, listener));
  takeLang();
  takeTheme();
  takeTrace();
  size.observe(root);
  document.fonts?.ready.then(fit);
  return () => {
    clearTimeout(timer);
    clearTimeout(silence);
    cancelAnimationFrame(drawing);
    body.disconnect();
    size.disconnect();
    night.removeEventListener("change", takeTheme);
    window.removeEventListener("keydown", shield, true);
    for (const stop of off) stop();
    root.remove();
  };
}

// ---------------------------------------------------------------------------------------------- anywidget

function render({ model, el }) {
  return mount(el, {
    live: true, get: (name) => model.get(name), set: (name, value) => model.set(name, value),
      save: () => model.save_changes(),
    on(name, listener) {
      model.on(`change:${name}`, listener);
      return () => model.off(`change:${name}`, listener);
    },
  });
}

export default { render };
