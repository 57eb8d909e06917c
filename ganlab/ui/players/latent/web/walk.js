// @ts-check
// Walks through latent space. They are scrubbed in the browser, without the server. Python: ganlab/ui/players/latent/__init__.py.
import { opened } from "../ganlab.player/message.js";
import { mounted } from "../ganlab.player/mount.js";
import { reader } from "../ganlab.player/words.js";
import { ceiling, chart, chartTime } from "./chart.js";
import { element, looks, sharp, tile } from "./looks.js";
import { Plane } from "./plane.js";
import { band, film } from "./reel.js";
import { pictures } from "./sheets.js";

const SECONDS = 6; // duration of a walk
const SPEAK = 700; // ms without a change before a screen reader announces the position

class Walk {
  /** @type {Part} */
  part;
  /** @type {WalkHead} */
  head;
  /** @type {Reader} */
  reader;
  /** @type {Bytes} */
  data;
  /** @type {import("./looks.js").Looks} */
  looks;
  /** @type {number} */
  t;
  /** @type {boolean} */
  playing;
  /** @type {number} */
  onward;
  /** @type {number} */
  pending;
  /** @type {RowParts[]} */
  rows;
  /** @type {{ root: HTMLElement, canvas: HTMLCanvasElement, curve: WalkCurve }[]} */
  charts;
  /** @type {number} */
  request;
  /** @type {ReturnType<typeof setTimeout>} */
  speaking;
  /** @type {(name: string, value: unknown) => void} */
  tell;

  /** @param {Root} root */
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    Object.assign(this, { t: 0.5, playing: false, onward: 1, rows: [], charts: [] });
    this.plane = new Plane(this.part("plane"));
    this.part("play").onclick = () => this.play(!this.playing);
    this.part("time").oninput = (/** @type {Input} */ event) => this.scrub(Number(event.target.value));
    root.onkeydown = (event) => this.#key(event);
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(root);
  }

  dispose() {
    this.resized.disconnect();
    cancelAnimationFrame(this.request);
    clearTimeout(this.speaking);
  }

  /** @param {Bytes} data */
  async receive(data) {
    if (data !== this.data) {
      this.data = data;
      const { head, at } = opened(data);
      const sheets = await pictures(
        data,
        at,
        head.rows.map((/** @type {WalkRow} */ row) => row.size),
      );
      if (this.data !== data) return;
      head.rows.forEach((/** @type {WalkRow} */ row, /** @type {number} */ i) =>
        Object.assign(row, { sheet: sheets[i], frames: row.norms.length }),
      );
      this.#take(head);
    }
    this.dress();
  }

  dress() {
    this.looks = looks(this.root);
    this.draw();
  }

  /** @param {WalkHead} head */
  #take(head) {
    Object.assign(this, { head, reader: reader(head.text), pending: -1 });
    const { say } = this.reader;
    Object.assign(this.root.dataset, { kind: head.kind, walk: head.key, frames: head.rows[0]?.frames ?? 0 });
    this.part("go").textContent = say("play");
    this.part("hold").textContent = say("pause");
    this.part("time").setAttribute("aria-label", say("time"));
    this.part("letter").textContent = head.scale[0];
    this.part("stage").hidden = head.kind !== "plane";
    this.part("plane").onclick = head.pick ? (/** @type {PointerEvent} */ event) => this.#pick(event) : null;
    this.part("plane").style.cursor = head.pick ? "crosshair" : "";
    this.#legend();
    this.rows = head.rows.map((row) => this.#row(row));
    this.part("rows").replaceChildren(...this.rows.map(({ root }) => root));
    this.#curves();
  }

  #legend() {
    const { say } = this.reader;
    const hint = this.head.pick ? say(this.pending < 0 ? "pick_points" : "pick_next") : "";
    this.part("legend").textContent = `${say(this.head.scene?.fake.length ? "legend" : "legend_real")} ${hint}`;
  }

  /** @param {WalkRow} row */
  #row(row) {
    const root = element("article", "row"),
      now = element("canvas", "now"),
      reel = element("div", "reel");
    const [strip, opinion] = [element("canvas", "strip"), element("canvas", "band")];
    const title = element("h2"),
      reading = element("output");
    title.append(element("b", "", row.name), element("small", "", row.note), reading);
    reading.dataset.testid = `reading-${row.key}`;
    strip.dataset.testid = `strip-${row.key}`;
    now.dataset.testid = `now-${row.key}`;
    root.style.setProperty("--path", `var(--${row.colour})`);
    const images = this.head.kind === "digits";
    reel.append(...(images ? [strip] : []), ...(this.head.judged ? [opinion] : []));
    root.append(...(images ? [now] : []), title, reel);
    this.#dragged(reel, (x, width) => x / width);
    [strip, opinion, now].forEach((canvas) => canvas.setAttribute("aria-hidden", "true"));
    return { root, now, strip, opinion, reel, reading, row };
  }

  #curves() {
    const {
      head,
      reader: { say, number },
    } = this;
    const all = head.rows,
      /** @type {(name: "norms" | "steps") => number} */
      most = (name) => Math.max(...all.flatMap((row) => row[name]), 0);
    /** @type {(name: "norms" | "sure" | "steps") => Curve["series"]} */
    const series = (name) => all.map((row) => ({ values: row[name], colour: row.colour }));
    const { shell } = head;
    /** @type {WalkCurve} */
    const norm = {
      key: "norms",
      series: series("norms"),
      top: ceiling(Math.max(most("norms"), shell.high) * 1.04),
      write: (v) => number(v, v < 10 && v % 1 ? 1 : 0),
    };
    norm.band = {
      ...shell,
      line: shell.radius,
      label: say(`shell_${head.noise}`, { radius: number(shell.radius, shell.radius < 10 ? 2 : 1) }),
    };
    /** @type {WalkCurve} */
    const sure = { key: "sure", series: series("sure"), top: 1, write: (v) => this.reader.percent(v) };
    /** @type {WalkCurve} */
    const steps = {
      key: "steps",
      series: series("steps"),
      top: ceiling(most("steps")),
      write: (v) => number(v, v && v < 0.1 ? 3 : v < 1 ? 2 : 1),
    };
    this.charts = [norm, ...(head.judged ? [sure] : []), steps].map((curve) => this.#chart(curve));
    this.part("charts").replaceChildren(...this.charts.map(({ root }) => root));
  }

  /** @param {WalkCurve} curve */
  #chart(curve) {
    const { say } = this.reader,
      root = element("article", "chart"),
      title = element("h2", "", say(curve.key)),
      canvas = element("canvas");
    const note = element("small", "", ` ${say(`${curve.key}_note`)}`);
    title.append(note);
    root.append(title, canvas);
    canvas.dataset.testid = `chart-${curve.key}`;
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", this.#described(curve));
    this.#dragged(canvas, chartTime);
    return { root, canvas, curve };
  }

  /**
   * A curve in words: first, middle and last value of each walk.
   * @param {WalkCurve} curve
   */
  #described({ key, series, write }) {
    const middle = (/** @type {number[]} */ values) =>
      [0, Math.floor(values.length / 2), values.length - 1].map((i) => write(values[i] ?? 0)).join(", ");
    const lines = series.map(({ values }, i) => `${this.head.rows[i].name}: ${middle(values)}`);
    return `${this.reader.say(key)} ${lines.join("; ")}`;
  }

  /**
   * @param {HTMLElement} canvas
   * @param {(x: number, width: number) => number} read
   */
  #dragged(canvas, read) {
    const move = (/** @type {PointerEvent} */ event) => {
      const box = canvas.getBoundingClientRect();
      this.scrub(read(event.clientX - box.left, box.width));
    };
    canvas.onpointerdown = (event) => {
      canvas.setPointerCapture(event.pointerId);
      move(event);
    };
    canvas.onpointermove = (event) => event.buttons && move(event);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== " " || /** @type {HTMLElement} */ (event.target).matches("button")) return;
    event.preventDefault();
    this.play(!this.playing);
  }

  /** @param {number} t */
  scrub(t) {
    this.play(false);
    this.t = Math.max(0, Math.min(1, t));
    this.draw();
  }

  /**
   * Plays back and forth.
   * @param {boolean} on
   */
  play(on) {
    this.playing = on;
    this.root.dataset.playing = String(on);
    cancelAnimationFrame(this.request);
    /** @type {number | undefined} */
    let before;
    const step = (/** @type {number} */ now) => {
      this.t += (this.onward * (now - (before ?? now))) / (1000 * SECONDS);
      before = now;
      if (this.t >= 1 || this.t <= 0) this.onward = this.t >= 1 ? -1 : 1;
      this.t = Math.max(0, Math.min(1, this.t));
      this.draw();
      this.request = requestAnimationFrame(step);
    };
    if (on) this.request = requestAnimationFrame(step);
  }

  /** @param {WalkRow} row */
  index = (row) => Math.round(this.t * (row.frames - 1));

  draw() {
    const { head, looks: colours, t } = this,
      width = this.root.getBoundingClientRect().width;
    if (!head || !colours || !width) return;
    this.root.dataset.t = t.toFixed(3);
    this.part("t").textContent = this.#now();
    const time = this.part("time");
    if (Number(time.value) !== t) time.value = t;
    time.style.setProperty("--done", t);
    if (head.kind === "plane") this.#plane(Math.floor(Math.min(520, width >= 640 ? 0.5 * width : width)));
    const big = width < 640 ? 56 : 84;
    this.rows.forEach((parts) => this.#drawRow(parts, big));
    this.charts.forEach(({ root, canvas, curve }) => chart(canvas, root.clientWidth, curve, t, colours, head.scale));
    this.#speakSoon();
  }

  /** The slider's value on its scale. */
  #now() {
    const [, low, high] = this.head.scale;
    return this.reader.number(low + this.t * (high - low)).replace("-", "−");
  }

  /**
   * @param {RowParts} parts
   * @param {number} big
   */
  #drawRow({ now, strip, opinion, reel, reading, row }, big) {
    const { head, t, looks: colours } = this,
      index = this.index(row);
    if (row.sheet) {
      const context = sharp(now, big, big);
      context.imageSmoothingEnabled = false;
      tile(context, row.sheet, head.columns, index, 0, 0, big);
    }
    const width = reel.clientWidth; // without the image beside it
    if (row.sheet) film(strip, width, row, head.columns, t, colours);
    if (head.judged) band(opinion, width, row, head.classes, t, colours);
    reading.textContent = head.judged ? this.#reading(row, index) : "";
  }

  /**
   * @param {WalkRow} row
   * @param {number} i
   */
  #reading(row, i) {
    const { say, percent } = this.reader,
      [label, sure] = [row.labels[i], row.sure[i]];
    if (this.head.kind === "digits")
      return say("digit", { label: this.head.classes[label] ?? "–", sure: percent(sure) });
    if (label < 0) return say(sure ? "on_data" : "off_data");
    return sure ? say("mode", { label: this.head.classes[label] }) : say("no_mode");
  }

  /** @param {number} side */
  #plane(side) {
    const { plane, head, looks: colours } = this;
    this.part("legend").style.maxWidth = `${side}px`;
    plane.ground(side, /** @type {PlaneScene} */ (head.scene), colours);
    head.rows.forEach((row) => plane.path(row.points, row.colour));
    const { points } = head.rows[0];
    const ends = [points[0], points[points.length - 1]];
    if (!head.separate) ends.forEach((end, i) => plane.mark(end, i ? "#b2442f" : "#2166ac", i ? "z₂" : "z₁"));
    head.rows.forEach((row) => plane.mark(row.points[this.index(row)], colours.path(row.colour), "", 7));
    if (head.scene && this.pending >= 0) plane.mark(head.scene.fake[this.pending], "#2166ac", "z₁");
  }

  /** @param {PointerEvent} event */
  #pick(event) {
    const box = this.part("plane").getBoundingClientRect();
    const seed = this.plane.nearest(event.clientX - box.left, event.clientY - box.top);
    if (seed < 0) return;
    const first = this.pending;
    this.pending = first < 0 ? seed : -1;
    this.#legend();
    this.draw();
    if (first >= 0) this.tell("pick", { a: first, b: seed, at: Date.now() });
  }

  #speakSoon() {
    clearTimeout(this.speaking);
    if (this.playing) return;
    this.speaking = setTimeout(() => {
      const said = this.rows.map(({ row, reading }) => `${row.name}: ${reading.textContent}`).join("; ");
      this.part("spoken").textContent = `${this.head.scale[0]} = ${this.#now()}. ${said}`;
    }, SPEAK);
  }
}

export default mounted(Walk);
