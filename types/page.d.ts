// What a page gives to the components, and what the modules hand to each other.

type Bytes = Uint8Array<ArrayBuffer>;
/** A component's root: which kind of element stands under a selector is written in the html. */
type Root = {
  // biome-ignore lint/suspicious/noExplicitAny: of any kind
  querySelector(selector: string): any;
  // biome-ignore lint/suspicious/noExplicitAny: of any kind
  querySelectorAll(selector: string): any[];
  // biome-ignore lint/suspicious/noExplicitAny: a document or a shadow root
  getRootNode(): any;
} & HTMLElement;
/** What Streamlit calls a component with. */
type Mounting = {
  // biome-ignore lint/suspicious/noExplicitAny: each component reads its own message
  data: any;
  parentElement: Root;
  setStateValue: Tell;
  setTriggerValue: Tell;
};
type Tell = (name: string, value: unknown) => void;
/** What is mounted at one place of a page. */
type Mounted = {
  root: Root;
  // biome-ignore lint/suspicious/noExplicitAny: each component reads its own message
  receive(data: any): void;
  dress(): void;
  dispose(): void;
};
type Input = Event & { target: HTMLInputElement };
/** Called with the mode that is pointed at, -1 for none. */
type Hover = (mode: number) => void;

// Pictures of the plane

/** Frames i and j on either side of the clock, and how far it is between them. */
type Pair = { i: number; j: number; t: number };
/** A frame as the canvas draws it; the noise in its own plane has points and a lattice alone. */
type Drawn = Pick<PlaneFrame, "fake" | "grid" | "rows" | "columns"> & Partial<PlaneFrame>;
type Lattice = {
  rows: number;
  columns: number;
  x: (x: number) => number;
  y: (y: number) => number;
  unit: number;
  ink: string;
  extent: number;
  shaded: boolean;
  apart?: boolean;
};
/** Where a stop of the pipeline is. */
type Box = { left: number; right: number; top: number; bottom: number; x: number; y: number };
/** The norms of the two gradients. */
type Norms = { d: number; g: number };
/** How often D is right, and how often G fools it. */
type Battle = { d_accuracy?: number | null; fools?: number | null };

// Drawing

type Brush = { place: Point; radius: number; erases: boolean };
type DrawColours = Palette & { line: string };

// Seeds

/** What a tile shows of its member: the modes, how many are covered, the verdict. */
type Told = { modes: Member["modes"]; m: number; verdict: string };

// Curves of walks

type Scale = WalkHead["scale"];
type Band = { low: number; high: number; line: number; label: string };
type Curve = {
  series: { values: number[]; colour: string }[];
  top: number;
  band?: Band;
  write: (v: number) => string;
};
type WalkCurve = Curve & { key: string };
/** The elements of one walk. */
type RowParts = {
  root: HTMLElement;
  now: HTMLCanvasElement;
  strip: HTMLCanvasElement;
  opinion: HTMLCanvasElement;
  reel: HTMLElement;
  reading: HTMLElement;
  row: WalkRow;
};
