// What the parts of the screen hand to each other. What Python hands to them is in document.d.ts.
import type { Frame, RunDocument, Test } from "./document";

/** What stands behind the screen: the traits of a widget, or of a page without Python. */
export interface Model {
  /** false: nobody answers, the knobs are locked */
  live?: boolean;
  get(name: string): any;
  set(name: string, value: any): void;
  save(): void;
  /** Gives what stops it. */
  on(name: string, listener: () => void): () => void;
}

export type Lang = "en" | "zh";
/** English and Chinese. */
export type Pair = [string, string];
export type Args = Record<string, any>;
export type Knobs = Record<string, any>;

/** What stays the same for every run: the annotated source, its commentary, the flow chart, the sentences. */
export interface Text {
  say: Record<string, [string, string]>;
  source: string[];
  mangled?: Record<string, string>;
  chart: [string, string | null][];
  stages: Record<string, { ranges: [number, number][]; entry?: string; [more: string]: any }>;
  entries: Record<string, any>;
}

/** A place in the run: a frame, or a row of its test (-1 without one); `last` where the frame has been told whole. */
export interface Entry { frame: number; row: number; last: boolean }
/** A free list: what travelled of it. It is torn where count > head + tail. */
export interface List { count: number; head: number[]; tail: number[] }
export interface ZoneState { counts: Record<string, number>; lists: Record<string, List>; pcp: Record<string, List> }
export interface StripState { free: Map<number, string>; percpu: Set<number> }
export interface State { jiffies: number; zones: ZoneState[]; strips: StripState[] }
export interface Level { free: number[]; jiffies: number }
/** The test that a frame stands on: seen up to a row; `past`: it was made before this frame. */
export interface Evidence { test: Test; row: number; past: boolean }

/** Everything about a recorded run that is read more than once. */
export interface Run {
  id: number;
  rows: Entry[];
  at(frame: number): State;
  levels: Level[];
  slots: number;
  tries: number;
  deciding: number;
}

/** What one step of the run shows. */
export interface View {
  cursor: number;
  entry: Entry;
  at: number;
  frame: Frame;
  evidence: Evidence | null;
  /** the zone that Memory shows */
  zone: number;
  /** free lists under this order do not count in the test */
  cut: number;
  state: State;
  mood: string;
  text: string;
  isEnd: boolean;
  /** free pages by zone before the visit to this stage */
  before: number[];
  /** the free list that the frame is about */
  column: string | null;
}

export interface Panel {
  el: HTMLElement;
  show(view: View): void;
  measure?(view: View): void;
}

export interface Panels extends Record<string, any> {
  memory: Panel & { hover(order: number): void };
  strip: Panel & { hover(order: number): void };
  predict: Panel & { limit(): number; restart(): void };
  note: Panel & { fit(): void };
  share: Panel & { taken(): void };
  help: Panel & { toggle(): void };
  caption: Panel & { aloud: HTMLElement };
  time: Panel;
  deck: Panel;
  ladder: Panel & LadderPlace;
  steps?: Panel;
}

export interface LadderPlace {
  /** where the node of a stage lies in the window */
  place(stage: string): { x: number; y: number };
  /** its height in the panel, px */
  stageY(stage: string): number;
}

export interface Size {
  zoom: number;
  wide: boolean;
  stacked: boolean;
  ladderScale: number;
  memWidth: number;
  trackWidth: number;
  stripWidth: number;
  scrubWidth: number;
}

export interface Switches {
  theme: "auto" | "light" | "dark";
  lecture: boolean;
  /** null until the width is known */
  deckOpen: boolean | null;
  shareOpen: boolean;
  transcript: boolean;
  sourceView: "original" | "translated" | "corrected";
}

export interface Film {
  playing: boolean;
  granularity: "stage" | "event" | "row";
  speed: number;
  stopAtRefusal: boolean;
  loop: boolean;
}

export interface Answer {
  place: number;
  frame: number;
  kind: "test" | "way";
  stage: string;
  question: string;
  answer: string | null;
  truth: string | null;
  right: boolean;
  confidence: string;
}

export interface Predict {
  on: boolean;
  answers: Answer[];
  set(on: boolean): void;
  restart(): void;
  keep(one: Answer): void;
}

export interface Compare {
  document: RunDocument | null;
  /** which of the other runs this is */
  id: number;
  difference: { frame?: number; said?: [string, string] };
  possible: boolean;
  set(knobs: Knobs): void;
}

export interface Draw {
  pattern(name: string): string;
  still(): boolean;
  animate<N extends Element>(node: N, keyframes: Keyframe[] | null, duration: number, delay?: number): N;
}

export interface Moves {
  go(cursor: number, how?: { settle?: boolean; forward?: boolean }): void;
  step(by: number, settle?: boolean): void;
  runTo(stage: string): void;
  nextRefusal(): void;
  /** Tell Python where the screen stands. */
  settle(): void;
  /** the last row that may be seen, here and on every screen that shows this run */
  limit(): number;
  ownLimit(): number;
  clamp(cursor: number): number;
  play(): void;
}

export interface Ask {
  patch(change: Knobs): void;
  typeMask(text: string): void;
  forgetMask(): void;
  paste(text: string): void;
  oneAway(): any[] | null;
  tell(name: string, value: any): void;
  end(): void;
}

export interface Hand {
  on: boolean;
  free(pfn: number): void;
  alloc(order: number): void;
  undo(): void;
  clear(): void;
}

export interface Acts {
  setLecture(on: boolean): void;
  setSourceView(view: Switches["sourceView"]): void;
  hover(order: number): void;
  openShare(): void;
  openDeck(knob: string | null): void;
  savePicture(): void;
  toggleHelp(): void;
  toggleTranscript(): void;
  toScrubber(): void;
}

/** What the panels share: at most 25 names. */
export interface App {
  id: string;
  root: HTMLElement;
  /** the parts of the screen that this piece shows; null: the whole screen */
  piece: string[] | null;
  /** somebody answers */
  live: boolean;
  lang: Lang;
  /** a label in the reader's language */
  t(key: string, args?: Args): string;
  /** a sentence of Python's */
  say(key: string | undefined, args?: Args): string;
  text: Text;
  document: RunDocument;
  run: Run;
  /** the row of the run that is shown */
  cursor: number;
  /** it was reached by a step forward, which may be seen moving */
  forward: boolean;
  /** how the knobs stand, with what is wished and not yet answered */
  knobs: Knobs;
  deck: any;
  forms: Record<string, string> | null;
  size: Size;
  switches: Switches;
  film: Film;
  predict: Predict;
  compare: Compare;
  draw: Draw;
  moves: Moves;
  ask: Ask;
  hand: Hand;
  acts: Acts;
}

/** What the parts behind the panels share: how the screen is drawn, told about and spoken with. */
export interface Screen {
  model: Model;
  night: MediaQueryList;
  conversation: ReturnType<typeof import("./conversation.js").makeConversation>;
  ties: ReturnType<typeof import("./piece.js").makeTies>;
  panels: Panels;
  wrap: HTMLElement;
  show(only?: string[]): void;
  report(key: string, text: string | null): void;
  save(): void;
  tell(traits: Record<string, any>): void;
  lightUp(order: number): void;
  moves: ReturnType<typeof import("./moves.js").makeMoves>;
  player: ReturnType<typeof import("./player.js").makePlayer>;
  fit(): void;
  refit(): void;
  setLecture(on: boolean): void;
  news: Record<string, () => boolean>;
  settled(): void;
}

/** An edge of the ladder, and where it is drawn. `to` null: the function returns NULL. */
export interface Edge {
  from: string;
  to: string | null;
  kind: "null" | "rail" | "loop" | "self" | "end" | "skip" | "skip-left" | "skip-right";
  lane?: number;
}

/** A stretch of the address strip; `kind` is free, yours or a letter of what it is used for. */
export interface Stretch { pfn: number; n: number; kind: string; order?: number }

/** A row of a test, or several folded into one line. */
export type Slot = { row: number; from?: undefined; to?: undefined } | { row?: undefined; from: number; to: number };

/** The tries of a stage: by zone what came of them, the newest outcome last (null: not known yet). */
export interface Try {
  stage: string;
  mark: string | null;
  cells: Record<string, { outcomes: { ok: boolean | null; times: number }[]; current: boolean }>;
}
