// @ts-check
// A map of a square of latent space: the output at each point, and its class.
import { opened } from "../ganlab.player/message.js";
import { mounted } from "../ganlab.player/mount.js";
import { reader } from "../ganlab.player/words.js";
import { DASHES, element, looks, sharp, tile } from "./looks.js";
import { Plane } from "./plane.js";
import { pictures } from "./sheets.js";

/** @type {Record<string, [number, number]>} */
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

class Atlas {
  /** @type {Part} */
  part;
  /** @type {AtlasHead} */
  head;
  /** @type {Reader} */
  reader;
  /** @type {Bytes} */
  data;
  /** @type {ImageBitmap | null} */
  sheet;
  /** @type {number} */
  cell;
  /** @type {boolean} */
  regions;
  /** @type {import("./looks.js").Looks} */
  looks;

  /** @param {Root} root */
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    Object.assign(this, { cell: -1, regions: true });
    const map = this.part("map");
    map.onpointermove = (/** @type {PointerEvent} */ event) => this.#point(event);
    map.onpointerdown = (/** @type {PointerEvent} */ event) => this.#point(event);
    map.onkeydown = (/** @type {KeyboardEvent} */ event) => this.#key(event);
    this.part("regions").onclick = () => this.#toggle();
    this.plane = new Plane(this.part("look"));
    this.resized = new ResizeObserver(() => this.draw());
    this.resized.observe(root);
  }

  dispose() {
    this.resized.disconnect();
  }

  /** @param {Bytes} data */
  async receive(data) {
    if (data !== this.data) {
      this.data = data;
      const { head, at } = opened(data);
      const [sheet] = await pictures(data, at, [head.size]);
      if (this.data !== data) return;
      this.#take(head, sheet);
    }
    this.dress();
  }

  dress() {
    this.looks = looks(this.root);
    if (this.head?.judged) this.#classes();
    this.draw();
  }

  /**
   * @param {AtlasHead} head
   * @param {ImageBitmap | null} sheet
   */
  #take(head, sheet) {
    Object.assign(this, { head, sheet, reader: reader(head.text), cell: Math.floor(head.side / 2) * (head.side + 1) });
    Object.assign(this.root.dataset, { map: head.key, kind: head.kind, side: head.side });
    const toggle = this.part("regions");
    toggle.textContent = this.reader.say("regions");
    toggle.hidden = !head.judged || head.kind === "plane";
    this.part("map").setAttribute("aria-label", head.label);
    this.part("legend").textContent = head.legend;
  }

  #toggle() {
    this.regions = !this.regions;
    this.part("regions").setAttribute("aria-pressed", this.regions);
    this.draw();
  }

  /** @param {PointerEvent} event */
  #point(event) {
    const box = this.part("map").getBoundingClientRect(),
      { side } = this.head;
    const place = (/** @type {number} */ at, /** @type {number} */ from, /** @type {number} */ size) =>
      Math.max(0, Math.min(side - 1, Math.floor(((at - from) / size) * side)));
    this.#go(place(event.clientX, box.left, box.width), place(event.clientY, box.top, box.height));
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const { side } = this.head,
      x = (this.cell % side) + step[0],
      y = Math.floor(this.cell / side) + step[1];
    if (x >= 0 && y >= 0 && x < side && y < side) this.#go(x, y);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #go(x, y) {
    this.cell = y * this.head.side + x;
    this.draw();
  }

  draw() {
    const { head, looks: colours } = this,
      width = this.root.getBoundingClientRect().width;
    if (!head || !colours || !width) return;
    const wide = width >= 640,
      side = Math.floor(Math.min(560, wide ? 0.56 * width : width));
    this.root.dataset.cell = String(this.cell);
    this.part("legend").style.maxWidth = `${side}px`;
    const c = sharp(this.part("map"), side, side),
      unit = side / head.side;
    this.#cells(c, unit);
    if (head.walk) this.#walk(c, side, head.walk);
    const [x, y] = [this.cell % head.side, Math.floor(this.cell / head.side)];
    c.strokeStyle = colours.dark ? "#fff" : "#000";
    c.lineWidth = 2;
    c.strokeRect(x * unit, y * unit, unit, unit);
    this.#look(
      wide
        ? Math.min(head.kind === "plane" ? 360 : 168, 0.38 * width)
        : head.kind === "plane"
          ? Math.min(width * 0.62, 300)
          : 112,
    );
    this.#read(x, y);
  }

  /**
   * @param {Drawing} c
   * @param {number} unit
   */
  #cells(c, unit) {
    const { head, looks: colours, sheet } = this;
    c.imageSmoothingEnabled = true;
    for (let i = 0; i < head.side ** 2; i++) {
      const [x, y] = [(i % head.side) * unit, Math.floor(i / head.side) * unit],
        label = head.labels[i];
      if (sheet) tile(c, sheet, head.columns, i, x, y, unit + 0.5);
      if (!head.judged || !(this.regions || !sheet)) continue;
      const alpha = (sheet ? 0.85 : 0.9) * Math.max(0.06, head.sure[i]);
      c.globalCompositeOperation = sheet ? "screen" : "source-over";
      c.fillStyle =
        label >= 0 ? colours.of(label, head.classes.length, alpha) : head.sure[i] ? colours.real : colours.track;
      c.fillRect(x, y, unit + 0.5, unit + 0.5);
    }
    c.globalCompositeOperation = "source-over";
    if (!sheet) this.#names(c, unit);
  }

  /** The classes in the map by frequency, each with its share. */
  #classes() {
    const { head, looks: colours } = this,
      counts = new Map();
    head.labels.forEach(
      (label, i) => label >= 0 && head.sure[i] >= 0.5 && counts.set(label, (counts.get(label) ?? 0) + 1),
    );
    const order = [...counts].sort(([, a], [, b]) => b - a).slice(0, 12);
    this.part("classes").replaceChildren(
      ...order.map(([label, count]) => {
        const chip = element("span", "chip", `${head.classes[label]} `),
          share = element("small", "", this.reader.percent(count / head.labels.length));
        chip.style.setProperty("--class", colours.of(label, head.classes.length));
        chip.append(share);
        return chip;
      }),
    );
  }

  /**
   * Draws the name of each class at the centre of its region.
   * @param {Drawing} c
   * @param {number} unit
   */
  #names(c, unit) {
    const { head, looks: colours } = this;
    Object.assign(c, { font: "700 13px sans-serif", textAlign: "center", textBaseline: "middle" });
    head.classes.forEach((name, label) => {
      const cells = head.labels
        .map((found, i) => [found, i])
        .filter(([found, i]) => found === label && head.sure[i] > 0.5)
        .map(([, i]) => i);
      if (cells.length < 4) return;
      const middle = (/** @type {(i: number) => number} */ of) =>
        cells.reduce((sum, i) => sum + of(i), 0) / cells.length;
      const [mx, my] = [middle((i) => i % head.side), middle((i) => Math.floor(i / head.side))];
      const near = cells.reduce((best, i) => (far(i, mx, my, head.side) < far(best, mx, my, head.side) ? i : best));
      c.fillStyle = colours.dark ? "#0e131b" : "#fff";
      c.fillText(name, ((near % head.side) + 0.5) * unit, (Math.floor(near / head.side) + 0.5) * unit);
    });
  }

  /**
   * Draws the walks and the shell on the map; coordinates in [-1, 1], y upwards.
   * @param {Drawing} c
   * @param {number} side
   * @param {NonNullable<AtlasHead["walk"]>} walk
   */
  #walk(c, side, walk) {
    const { looks: colours } = this,
      /** @type {(point: Point) => Point} */
      at = ([x, y]) => [((x + 1) / 2) * side, ((1 - y) / 2) * side];
    c.lineWidth = 1.5;
    c.strokeStyle = colours.dark ? "#ffffffaa" : "#000000aa";
    c.setLineDash([3, 4]);
    c.beginPath();
    c.arc(side / 2, side / 2, (walk.radius * side) / 2, 0, 2 * Math.PI);
    c.stroke();
    walk.paths.forEach(({ colour, points }) => {
      [
        { ink: "#000", wide: 5, alpha: 0.35, dash: [] },
        { ink: colours.path(colour), wide: 3, alpha: 1, dash: DASHES[colour] },
      ].forEach(({ ink, wide, alpha, dash }) => {
        Object.assign(c, { strokeStyle: ink, lineWidth: wide, globalAlpha: alpha });
        c.setLineDash(dash);
        c.beginPath();
        points.forEach((p, i) => c[i ? "lineTo" : "moveTo"](...at(p)));
        c.stroke();
      });
    });
    c.setLineDash([]);
    c.globalAlpha = 1;
  }

  /** @param {number} side */
  #look(side) {
    const { head, plane, looks: colours, cell } = this;
    if (head.kind === "plane") {
      plane.ground(side, /** @type {PlaneScene} */ (head.scene), colours, 0.2);
      if (head.side <= 24) plane.mesh(head.points, head.side);
      return plane.mark(head.points[cell], colours.d);
    }
    const c = sharp(this.part("look"), side, side);
    c.imageSmoothingEnabled = false;
    tile(c, /** @type {ImageBitmap} */ (this.sheet), head.columns, cell, 0, 0, side);
  }

  /**
   * @param {number} x
   * @param {number} y
   */
  #read(x, y) {
    const {
      head,
      cell,
      reader: { say, percent, number },
    } = this;
    const [label, sure] = [head.labels[cell], head.sure[cell]];
    const digit = () => say("digit", { label: head.classes[label] ?? "–", sure: percent(sure) });
    const mode = () =>
      label < 0
        ? say(sure ? "on_data" : "off_data")
        : sure
          ? say("mode", { label: head.classes[label] })
          : say("no_mode");
    this.part("reading").textContent = head.judged ? (head.kind === "plane" ? mode() : digit()) : "";
    const along = (/** @type {number} */ i) => i / (head.side - 1);
    const place = head.reach
      ? [head.reach * (2 * along(x) - 1), head.reach * (1 - 2 * along(y))]
      : [along(x), along(y)];
    this.part("place").textContent = say(head.reach ? "place_whole" : "place_square", {
      x: signed(number(place[0])),
      y: signed(number(place[1])),
    });
    this.part("norm").textContent = say("norm", { norm: number(head.norms[cell], 1), radius: number(head.radius, 1) });
  }
}

/** @param {string} words */
const signed = (words) => words.replace("-", "−");
/**
 * @param {number} i
 * @param {number} x
 * @param {number} y
 * @param {number} side
 */
const far = (i, x, y, side) => ((i % side) - x) ** 2 + (Math.floor(i / side) - y) ** 2;

export default mounted(Atlas);
