// What Python sends to the components, and what they make of it. The modules in ganlab/ui say what each field means.

type Reader = {
  say(key: string, values?: Record<string, unknown>): string;
  number(x: number | null | undefined, digits?: number): string;
  percent(x: number | null | undefined, digits?: number): string;
};
type Words = Record<string, string>;
type Colour = number[];
type Palette = {
  field: { saysFake: Colour; undecided: Colour; saysReal: Colour };
  ground: string;
  real: string;
  generated: string;
  d: string;
  gradient: string;
  ink: string;
  muted: string;
};
/** An element of the page that a class fetches by its name: of any kind. */
// biome-ignore lint/suspicious/noExplicitAny: which kind of element it is stands in the html
type Part = (name: string) => any;
/** A point in the plane. */
type Point = [x: number, y: number];
type Drawing = CanvasRenderingContext2D;

// Films: player, duel, digits

type Verdict = { key: string; title: string; sentence: string; regions?: number[][] };
type Wish = { run: string; member: number; from: number; to: number; n: number };
type View = {
  at?: number;
  playing?: boolean;
  speed?: number;
  layers?: Partial<Layers>;
  arrows?: Arrows;
  pipeline?: boolean;
  keeps?: boolean;
};
type Arrows = "push" | "rise";
type Layers = { real: boolean; fake: boolean; field: boolean; arrows: boolean; grid: boolean; modes: boolean };

/** What the head of every film says of its run. */
type FilmHead = {
  run: string;
  member: number;
  live: boolean;
  target: number;
  text: Words;
  view?: View;
  known: number[];
  frames: [step: number, length: number][];
  verdicts: Record<string, Verdict>;
};
/** ganlab/ui/players/player/__init__.py */
type PlaneHead = FilmHead & {
  members: number;
  extent: number;
  latent_dim: number;
  threshold: number | null;
  key_frames: boolean;
  modes: Point[] | null;
  std: number | null;
  js_floor: Record<number, number>;
  valid_ceiling: number | null;
  asks: string[];
  scalars?: string[];
  /** Whether the lattice's rows are paths of points. */
  paths?: boolean;
  /** Seconds of one step, where they are shown; moments of a duel for each step. */
  pace?: number;
  scale?: number;
  levels: { d?: string; g?: string };
  noise?: { extent: number; axis: number[]; points: Float32Array };
  line?: { p: number[]; scale: [number, number] | null };
};
type PlaneMessage = { head: PlaneHead; real: Float32Array; blobs: Map<number, Uint8Array<ArrayBuffer>> };
/** ganlab/plane/frame.py, decoded by message.js */
type PlaneFrame = {
  step: number;
  diverged: boolean;
  scalars: Record<string, number>;
  shares: Float32Array;
  fake: Float32Array;
  grid: Float32Array;
  push: Float32Array;
  rise: Float32Array;
  field: Float32Array;
  side: number;
  rows: number;
  columns: number;
  curves: Float32Array;
};
/** ganlab/ui/players/player/duel.py */
type DuelHead = {
  run: string;
  member: number;
  sizes: number[];
  titles: string[];
  text: Words;
  differences: [name: string, mine: string, theirs: string][];
  /** Seconds of one moment, where they are shown in the place of steps. */
  clock?: number;
  live: boolean;
  view: View;
  runs: PlaneHead[];
};
/** ganlab/ui/players/player/digits.py */
type DigitsRun = Omit<FilmHead, "verdicts" | "text"> & {
  name: string;
  judge: boolean;
  compares: boolean;
  owed: number[];
  real: Record<string, number>;
  epochs: number[];
  verdicts: Record<string, Judgement>;
};
type Judgement = Verdict & {
  numbers: Record<string, number>;
  older?: Record<string, number>;
  shares?: number[];
  of?: [step: number, epoch: number];
};
type Neighbour = { distance: number; label: number };
type LookAnswer = {
  run: string;
  step: number;
  cell: number;
  sentence: string;
  near: Neighbour[];
  opinion: number[];
};
type DigitsHead = { runs: DigitsRun[]; live: boolean; text: Words; view: View; look: LookAnswer | null };
/** ganlab/digits/frame.py, decoded by epochs.js */
type DigitsFrame = {
  step: number;
  epoch: number;
  outcome: string;
  d_accuracy: number | null;
  fools: number | null;
  diverged: boolean;
  sheet: ImageBitmap | null;
};
/** What moment.js announces. */
type Moment = { run: string; step: number; playing: boolean };
/** ganlab/ui/players/player/lamps.py */
type Arm = {
  title: string;
  head: string;
  note: string;
  rows: number[][];
  died: boolean[];
  yours: boolean;
  alt: string;
};

// Seeds: ganlab/ui/players/seed_strip/__init__.py

type SeedsHead = {
  run: string;
  shown: number;
  members: number;
  extent: number;
  live: boolean;
  steps: number[];
  modes: number | null;
  of: number;
  whole: number;
  verdicts: string[];
  text: Words;
  real: number[];
};
type Member = { modes: { lit: boolean; fill: number }[]; verdict: string; points: Float32Array };

// Drawing: ganlab/ui/players/draw/__init__.py

type DrawHead = {
  key: string;
  text: Words;
  extent: number;
  limit: number;
  unit: number;
  least: number;
  most: number;
  in_name: number;
};

// The Dirac-GAN: ganlab/ui/players/dirac/__init__.py

type DiracState = {
  method: string;
  update: string;
  step: number;
  strength: number;
  d_steps: number;
  theta: number;
  psi: number;
};
type DiracHead = {
  origin: string;
  state: DiracState;
  methods: Record<string, { name: string; strength: string; usual: number }>;
  updates: Record<string, string>;
  bounds: Record<"step" | "strength" | "d_steps", [low: number, high: number, step: number]>;
  nodes: number[];
  weights: number[];
  rounds: number;
  extent: number;
  limit: number;
  text: Words;
};

// Slow motion: ganlab/ui/players/slow_motion/__init__.py

type Bar = { name: string; value: number | null; shown: string; colour: string; mark: number | null };
type Bins = { low: number; high: number; mark: number | null; counts: Record<string, number[]> };
type Flat = (number | null)[];
type Kind = "noise" | "made" | "net" | "moved" | "push" | "pairs" | "points";
type Stop = {
  key: string;
  kind: Kind;
  title: string;
  bars: Bar[];
  histogram?: Bins;
} & Record<string, unknown>;
type SlowHead = {
  key: string;
  text: Words;
  extent: number;
  reach: number;
  stops: Stop[];
  points: Record<string, Flat>;
};

// Latent space: ganlab/ui/players/latent/__init__.py

type PlaneScene = { extent: number; real: Point[]; fake: Point[]; modes: Point[] };
type WalkRow = {
  key: string;
  name: string;
  note: string;
  colour: string;
  size: number;
  points: Point[];
  labels: number[];
  sure: number[];
  norms: number[];
  steps: number[];
  sheet: ImageBitmap | null;
  frames: number;
};
type WalkHead = {
  key: string;
  kind: "plane" | "digits";
  columns: number;
  classes: string[];
  judged: boolean;
  shell: { radius: number; low: number; high: number };
  noise: string;
  scene: PlaneScene | null;
  pick: boolean;
  separate: boolean;
  scale: [letter: string, low: number, high: number];
  text: Words;
  rows: WalkRow[];
};
type TilesHead = {
  key: string;
  text: Words;
  label: string;
  names: string[];
  captions: string[];
  pick: boolean;
  first: number;
  marks: number[];
  across: number;
  side: number;
  columns: number;
  count: number;
  fold: boolean;
};
type AtlasHead = {
  key: string;
  kind: "plane" | "digits";
  side: number;
  columns: number;
  label: string;
  legend: string;
  classes: string[];
  judged: boolean;
  labels: number[];
  sure: number[];
  points: Point[];
  norms: number[];
  radius: number;
  scene: PlaneScene | null;
  reach: number | null;
  walk: { radius: number; paths: { colour: string; points: Point[] }[] } | null;
  text: Words;
  size: number;
};

// A run as a page of its own: ganlab/ui/players/webpage/__init__.py

type ChartRow = { kind: string; panel: string; series: string; step: number; y: number; y2?: number; label: string };
type Panel = {
  key: string;
  title: string;
  log: boolean;
  curves: { series: string; scalar: string; width: number; opacity: number; sparse: boolean }[];
};
type ChartData = {
  title: string;
  alt: string;
  axis: string;
  bend: number;
  colours: string[];
  panels: Panel[];
  rows: ChartRow[];
  steps: number[];
  values: Record<string, (number | null)[]>;
};
type Book = {
  component: string;
  start: string;
  chunks: number[];
  languages: Record<string, { words: Words; charts: ChartData[]; message: number[] }>;
};
/** ganlab/ui/players/sheet/__init__.py */
type SheetHead = {
  id: string;
  title: string;
  parts: string[];
  picture: string;
  alt: string;
  verdict: string;
  sentence: string;
  numbers: string[][];
  settings: string[][];
  question: string;
  answer: string;
  link: string;
  code: string;
  text: Words;
};
