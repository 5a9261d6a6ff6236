// Made by tools/javascript.py (make javascript) from the JSON Schemas in buddylab/view and buddylab/scenario: change that, not this.

/** One recorded request for pages, or one block given back, as every picture of it is drawn. Pages have 4096 bytes, a pfn is a page's number, a block of order n is 2^n pages, times are in jiffies. */
export type RunDocument = {
  format: "buddylab-run-2";
  /** The release whose allocator ran: 2.6.21. */
  kernel: string;
  machine: Machine;
  request: Request;
  initial: Initial;
  strip: (Strip)[];
  frames: (Frame)[];
  /** First pfn of the block, or null. */
  result: number | null;
  end: "page" | "no_page" | "livelock" | "freed";
};

/** The same words in English and in Chinese. */
export type Said = [string, string];

/** A list's order, and behind a colon its type where a kernel keeps a list for each: 3, 3:U. */
export type ListKey = string;

/** A per-cpu list: hot and cold, or its order and type. */
export type PcpKey = string;

export type Pcp = {
  batch: number;
  high: number;
};

/** A zone as it was set up. Its place in the list is the zone's number in the document. */
export type Zone = {
  label: string;
  start_pfn: number;
  spanned_pages: number;
  present_pages: number;
  pages_min: number;
  pages_low: number;
  pages_high: number;
  /** Pages kept from a request by the type of the first zone it may use. */
  lowmem_reserve: (number)[];
  pcp: {
    [name: string]: Pcp;
  };
};

export type Machine = {
  name: Said;
  numa: boolean;
  /** Jiffies a second. */
  HZ: number;
  zone_types: (string)[];
  zones: (Zone)[];
};

/** What is true of the task and the moment; what is not named is not so. */
export type Context = {
  [name: string]: 1;
};

export type Marks = {
  min: number;
  low: number;
  high: number;
};

export type Request = {
  gfp_mask: number;
  /** The mask in words. */
  names: string;
  order: number;
  node: number;
  /** Labels in the order tried. */
  zonelist: (string)[];
  classzone_idx: number;
  context: Context;
  /** By zone, where its marks lie for this request: with the reserve kept from its class. */
  marks: (Marks)[];
};

/** First pfns of blocks, from head (taken next) to tail; of a long list its two ends. */
export type List = (number)[] | TornList;

export type TornList = {
  count: number;
  head: (number)[];
  tail: (number)[];
};

export type Counts = {
  NR_FREE_PAGES: number;
  [name: string]: number;
};

export type ZoneState = {
  counts: Counts;
  lists: {
    [name: string]: List;
  };
  pcp: {
    [name: string]: List;
  };
  /** A letter a pageblock: its type. Only where a kernel has types. */
  blocks?: string;
};

export type Initial = {
  jiffies: number;
  zones: (ZoneState)[];
};

/** Some pages of a zone, one by one. */
export type Strip = {
  zone: number;
  start: number;
  pages: number;
  /** Free blocks: first pfn and list. */
  free: ([number, ListKey])[];
  /** A letter a page: K kernel, A anonymous, C page cache, P per-cpu, H hole, ? unknown or free. */
  used: string;
};

/** What a frame changed in a zone. */
export type Change = ListChange | PcpChange | CountChange | BlockChange;

/** Zone, lists, key, operation, pfn: 0 leaves, 1 enters at the head, 2 at the tail. */
export type ListChange = [number, "lists", ListKey, 0 | 1 | 2, number];

/** The same for a per-cpu list. */
export type PcpChange = [number, "pcp", PcpKey, 0 | 1 | 2, number];

/** Zone, counts, name, the value now. */
export type CountChange = [number, "counts", string, number];

/** Zone, blocks, place, the letter now. */
export type BlockChange = [number, "blocks", number, string];

export type Args = {
  [name: string]: number | string | Said;
};

/** Code, value, key of the sentence that says what it means, and the args of that sentence. */
export type Cond = [string, number | string, string, (Args)?];

/** First and last line of the annotated source. */
export type Lines = [number, number];

/** How the mark is lowered: the flag, and the mark after it. */
export type Chain = (["HIGH" | "HARDER", number])[];

/** One comparison of zone_watermark_ok. */
export type Row = {
  o: number;
  /** Free pages that count: free - 2^order + 1. */
  f: number;
  /** The mark, which f must exceed. */
  m: number;
  /** Free pages in blocks of order o or more. */
  above: number;
  /** Blocks of order o-1, just left out. */
  nr: number | null;
  ok: boolean;
  /** f is negative and passes, as C compares unsigned. */
  slip?: true;
  /** Pages that f falls short, where it is no negative. */
  short?: number;
  say: string;
  args: Args;
};

export type Test = {
  zone: number;
  /** wakeup_kswapd's own test. */
  own: boolean;
  mark_name: string;
  mark: number;
  order: number;
  chain: Chain;
  reserve: number;
  ok: boolean;
  rows: (Row)[];
  missing?: MissingBuddy;
};

/** A free block on the strip, and its buddy, which would make it larger and is not free. */
export type MissingBuddy = {
  pfn: number;
  buddy: number;
  order: number;
  why: "used" | "pcp" | "split";
};

export type ZoneChain = {
  zone: number;
  mark_name: string;
  mark: number;
  chain: Chain;
  reserve: number;
};

export type Split = {
  from: number;
  yours: number;
  back: (number)[];
};

export type Merge = {
  from: number;
  to: number;
  buddies: ([number, number])[];
  /** Pages of all the buddies that joined. */
  joined: number;
};

/** One step of the run. */
export type Frame = {
  stage: string;
  /** Key of the sentence. */
  say: string;
  args?: Args;
  lines?: Lines;
  /** The annotation to show. */
  entry?: string;
  /** How often the stage has been entered. */
  round?: number;
  /** Inside how many other requests. */
  depth?: number;
  /** The kernel's event. */
  event?: [string, ...(number | string | null)[]];
  mood?: "ok" | "no" | "wake" | "wait" | "warn" | "kill" | "reclaim" | "end-ok" | "end-no" | "end-loop";
  conds?: (Cond)[];
  test?: Test;
  chains?: (ZoneChain)[];
  split?: Split;
  merge?: Merge;
  changes?: (Change)[];
  /** Of a per-cpu list that is filled or emptied: the changes of every single page. */
  steps?: ((Change)[])[];
  jiffies?: number;
  task?: {
    PF_MEMALLOC: 0 | 1;
    TIF_MEMDIE: 0 | 1;
  };
  /** The line in the kernel's log. */
  log?: string;
  /** Pages that came back, by kind. */
  reclaimed?: {
    [name: string]: number;
  };
  /** On the last frame: the frame of the test that decided. */
  decides?: number;
  /** On the last frame: the frames of all tests. */
  tests?: (number)[];
  /** What kind of note it is, of a frame that the model tells. */
  note?: string;
  /** Who did what the note says: caller, or a task's name. */
  by?: string;
  /** Name and points of every task that the killer looked at. */
  badness?: ([string, number])[];
  /** kswapd threads that have gone back to sleep by now. */
  asleep?: (string)[];
};

/** A machine, operations on it, a script of what others do, and what a kernel did with it. FORMAT.md says what a schema cannot: which figures must fit each other. */
export type Scenario = {
  format: "alloc-oracle-1";
  name?: string;
  doc?: string;
  seed?: number;
  config: ScenarioConfig;
  machine: ScenarioMachine;
  ops: (Op)[];
  initial?: RecordedStart;
  final?: RecordedEnd;
};

/** How the kernel was compiled. */
export type ScenarioConfig = {
  name?: string;
  /** The zone types compiled in, in this order, Normal among them. */
  zone_types: ("DMA" | "DMA32" | "Normal" | "HighMem")[];
  numa: boolean;
  HZ?: 250;
  MAX_ORDER?: 11;
  page_size?: 4096;
};

export type ScenarioMachine = {
  nodes: number;
  /** The distance between two nodes, 10 being that of a node to itself. */
  remote_distance: number;
  /** The clock at the start. */
  jiffies: number;
  zones: (ScenarioZone)[];
  fault?: Fault | null;
  /** Recorded: the labels in the order in which they are tried. */
  zonelists?: (unknown)[];
  min_free_kbytes?: number;
  totalreserve_pages?: number;
};

export type ScenarioZone = {
  name: "DMA" | "DMA32" | "Normal" | "HighMem";
  node: number;
  start_pfn: number;
  spanned_pages: number;
  /** First pfn and pages that are never handed out. */
  holes: ([number, number])[];
  present_pages: number;
  pages_min: number;
  pages_low: number;
  pages_high: number;
  /** A number for every zone type. */
  lowmem_reserve: (number)[];
  pcp_hot: PcpLimits;
  pcp_cold: PcpLimits;
};

export type PcpLimits = {
  batch: number;
  high: number;
};

/** Fault injection's attributes. */
export type Fault = {
  ignore_gfp_wait: number;
  ignore_gfp_highmem: number;
  probability: number;
  interval: number;
  times: number;
  space: number;
  task_filter: number;
};

/** One operation. */
export type Op = AllocOp | FreeOp | DrainOp | TickOp;

/** Ask alloc_pages_node for a block. */
export type AllocOp = {
  op: "alloc";
  id: number;
  gfp_mask: number;
  order: number;
  node?: number;
  context?: CallerContext;
  script?: Script;
  expect?: Expect;
};

/** Give it back. */
export type FreeOp = {
  op: "free";
  id: number;
  via?: "__free_pages" | "free_cold_page" | "free_pages";
  expect?: Expect;
};

/** Empty the per-cpu lists into the buddy lists. */
export type DrainOp = {
  op: "drain";
  expect?: Expect;
};

/** Let time pass. */
export type TickOp = {
  op: "tick";
  jiffies: number;
  expect?: Expect;
};

/** The state of the caller; what is left out is 0. */
export type CallerContext = {
  in_interrupt?: 0 | 1;
  rt_task?: 0 | 1;
  PF_MEMALLOC?: 0 | 1;
  TIF_MEMDIE?: 0 | 1;
  kswapd_awake?: 0 | 1;
  make_it_fail?: 0 | 1;
  /** Labels of zones that the task's cpuset refuses. */
  cpuset_deny?: (string)[];
};

/** What others do, by the call at which they get the chance: every call takes the next entry. */
export type Script = {
  kswapd?: (ScriptEntry)[];
  cond_resched?: (ScriptEntry)[];
  try_to_free_pages?: (ScriptEntry)[];
  out_of_memory?: (ScriptEntry)[];
  congestion_wait?: (ScriptEntry)[];
  zone_reclaim?: (ScriptEntry)[];
  random32?: (number)[];
};

/** What one of the others does when its turn comes. */
export type ScriptEntry = {
  jiffies?: number;
  progress?: number;
  drain?: number;
  memdie?: number;
  free?: (number)[];
  alloc?: (AllocOp)[];
};

/** What the kernel did at an operation; what is not there is not compared. */
export type Expect = {
  /** First pfn, or null for no page. */
  result?: number | null;
  /** PF_MEMALLOC and TIF_MEMDIE of the task when the call returns. */
  task_after?: [0 | 1, 0 | 1];
  events?: (RecordedEvent)[];
  zones?: Counters;
  /** CRC-32 of all lists as text. */
  lists_crc32?: number;
};

/** A tracepoint's name and arguments. */
export type RecordedEvent = [string, ...(number | string | null)[]];

/** By zone label. */
export type Counters = {
  [name: string]: [number, (number)[], number, number];
};

export type ZoneLists = {
  /** By order, first pfns from head to tail. */
  free_lists: ((number)[])[];
  pcp_hot: (number)[];
  pcp_cold: (number)[];
};

/** By zone label. */
export type Lists = {
  [name: string]: ZoneLists;
};

export type RecordedStart = {
  zones?: Counters;
  lists_crc32?: number;
  lists?: Lists;
};

export type RecordedEnd = {
  lists?: Lists;
};
