// @ts-check
// Drawing points with mouse, finger, pen or keys: a spraying brush, an eraser, undo. A button sends the points.
import { opened } from "../ganlab.player/message.js";
import { mounted } from "../ganlab.player/mount.js";
import { palette } from "../ganlab.player/palette.js";
import { reader, thin } from "../ganlab.player/words.js";
import { Board } from "./board.js";
import { Cloud } from "./cloud.js";
import { label } from "./labels.js";

const TICK = 50; // ms between two sprays while the brush rests
const RESTING = 2; // distance that counts for a second of rest
const LEAST = 0.08; // smallest radius of the eraser
/** @type {Record<string, Point>} */
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const drafts = new Map(); // drawings by the message's key; they survive a new element

class Draw {
  /** @type {Part} */
  part;
  /** @type {DrawHead} */
  head;
  /** @type {Reader} */
  reader;
  /** @type {Bytes} */
  data;
  /** @type {string} */
  words;
  /** @type {Cloud} */
  cloud;
  /** @type {"brush" | "eraser"} */
  tool;
  /** @type {Point} */
  cursor;
  /** @type {Point | null} */
  hovers;
  /** @type {number} */
  owed;
  /** @type {number} */
  pressure;
  /** @type {number | undefined} */
  pointer;
  /** @type {boolean} */
  turned;
  /** @type {boolean} */
  moved;
  /** @type {ReturnType<typeof setInterval>} */
  resting;
  /** @type {number | undefined} */
  request;
  /** @type {DrawColours} */
  colours;
  /** @type {(name: string, value: unknown) => void} */
  call;

  /** @param {Root} root */
  constructor(root) {
    this.root = root;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    Object.assign(this, { tool: "brush", cursor: [0, 0], owed: 0 });
    this.board = new Board(this.part("canvas"));
    this.#listen();
    this.resized = new ResizeObserver(() => this.#fit());
    this.resized.observe(root);
    this.onresize = () => this.#fit();
    window.addEventListener("resize", this.onresize);
  }

  dispose() {
    this.resized.disconnect();
    window.removeEventListener("resize", this.onresize);
    clearInterval(this.resting);
  }

  #listen() {
    const canvas = this.part("canvas");
    canvas.onpointerdown = (/** @type {PointerEvent} */ event) => this.#down(event);
    canvas.onpointermove = (/** @type {PointerEvent} */ event) => this.#move(event);
    canvas.onpointerup =
      canvas.onpointercancel =
      canvas.onlostpointercapture =
        (/** @type {PointerEvent} */ event) => this.#up(event);
    canvas.onpointerleave = () => this.#hover(null);
    canvas.onkeydown = (/** @type {KeyboardEvent} */ event) => this.#key(event);
    canvas.onfocus = () => canvas.matches(":focus-visible") && this.#hover(this.cursor);
    canvas.onblur = () => this.#hover(null);
    canvas.oncontextmenu = (/** @type {Event} */ event) => event.preventDefault();
    this.root.onkeydown = (event) => this.#shortcut(event);
    const acts = {
      undo: () => this.cloud.undo(),
      redo: () => this.cloud.redo(),
      clear: () => this.cloud.replace([]),
      thin: () => this.cloud.thin(this.head.in_name),
    };
    Object.entries(acts).forEach(([name, act]) => (this.part(name).onclick = () => this.#change(act)));
    this.part("brush").onclick = () => this.#take("brush");
    this.part("eraser").onclick = () => this.#take("eraser");
    this.part("use").onclick = () => this.call("use", this.cloud.written());
  }

  // Messages from the server

  /** @param {Bytes} data */
  receive(data) {
    if (data !== this.data) this.#open(data);
    this.data = data;
    this.dress();
  }

  /** @param {Bytes} data */
  #open(data) {
    const { head, at } = opened(data);
    const words = JSON.stringify(head.text);
    Object.assign(this, { head, reader: reader(head.text) });
    if (words !== this.words) label(this.part, this.reader.say, head.in_name);
    this.words = words;
    if (this.cloud && this.cloud === drafts.get(head.key)) return;
    const known = drafts.get(head.key),
      points = new Cloud(head).read(data.subarray(at));
    const before = this.cloud;
    this.cloud = known ?? before ?? new Cloud(head);
    if (!known && before) this.cloud.replace(points);
    if (!known && !before) this.cloud.points = points;
    drafts.clear();
    drafts.set(head.key, this.cloud);
  }

  dress() {
    const colours = palette(this.root),
      style = getComputedStyle(this.root);
    const dark = this.root.dataset.theme === "dark";
    this.colours = {
      ...colours,
      gradient: style.getPropertyValue("--gradient"),
      line: dark ? "#2f3946" : "#e3e7ec",
    };
    this.#fit();
  }

  #fit() {
    const wide = this.root.clientWidth,
      narrow = wide < 640;
    if (!wide || !this.head) return;
    const room = narrow ? Math.min(wide, window.innerHeight - 300) : Math.min(wide - 220, window.innerHeight - 260);
    this.board.resize(Math.floor(Math.max(240, Math.min(room, 620))));
    this.#show();
  }

  // Input

  /** @param {"brush" | "eraser"} tool */
  #take(tool) {
    this.tool = tool;
    this.#show();
  }

  /**
   * Performs an action that is undone in one step.
   * @param {() => void} act
   */
  #change(act) {
    act();
    this.#show();
    this.#speak();
  }

  get radius() {
    const size = Number(this.part("size").value);
    return this.erasing ? Math.max(size, LEAST) : size;
  }

  get erasing() {
    return this.tool === "eraser" || this.turned;
  }

  /** @param {PointerEvent} event */
  #down(event) {
    if (this.pointer !== undefined || (event.pointerType === "mouse" && event.button)) return;
    event.preventDefault();
    const canvas = this.part("canvas");
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    Object.assign(this, { pointer: event.pointerId, turned: (event.buttons & 32) > 0, owed: 1, hovers: null });
    this.pressure = pressed(event);
    this.cloud.begin();
    this.#stroke(this.board.place(event));
    this.resting = setInterval(() => this.#rest(), TICK);
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (event.pointerId !== this.pointer)
      return event.pointerType === "touch" ? null : this.#hover(this.board.place(event));
    this.pressure = pressed(event);
    const all = event.getCoalescedEvents?.() ?? [];
    (all.length ? all : [event]).forEach((one) => this.#stroke(this.board.place(one), this.cursor));
    this.moved = true;
  }

  /** @param {PointerEvent} event */
  #up(event) {
    if (event.pointerId !== this.pointer) return;
    clearInterval(this.resting);
    Object.assign(this, { pointer: undefined, turned: false });
    this.cloud.end();
    if (event.pointerType === "touch") this.hovers = null;
    this.#show();
    this.#speak();
  }

  #rest() {
    if (!this.moved && !this.erasing) this.#spray(this.cursor, this.cursor, (RESTING * TICK) / 1000);
    this.moved = false;
    this.#show();
  }

  /**
   * Applies the tool at a point, or along the segment from the previous one.
   * @param {Point} place
   * @param {Point} [from]
   */
  #stroke(place, from = place) {
    if (this.erasing) this.cloud.erase(from, place, this.radius);
    else this.#spray(from, place, Math.hypot(place[0] - from[0], place[1] - from[1]));
    this.cursor = this.hovers = place;
    this.#show();
  }

  /**
   * Adds random points along a segment; their number is its length times the density.
   * @param {Point} from
   * @param {Point} to
   * @param {number} way
   */
  #spray([x0, y0], [x1, y1], way) {
    this.owed += way * Number(this.part("density").value) * this.pressure;
    for (; this.owed >= 1; this.owed--) {
      const [t, r, angle] = [Math.random(), this.radius * Math.sqrt(Math.random()), 2 * Math.PI * Math.random()];
      this.cloud.add(x0 + t * (x1 - x0) + r * Math.cos(angle), y0 + t * (y1 - y0) + r * Math.sin(angle));
    }
  }

  /** @param {Point | null} place */
  #hover(place) {
    this.hovers = place;
    this.#show();
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const step = ARROWS[event.key],
      { limit } = this.head;
    if (step && !event.ctrlKey && !event.metaKey) {
      const far = event.shiftKey ? 0.5 : 0.1,
        within = (/** @type {number} */ v) => Math.max(-limit, Math.min(limit, Math.round(v * 10) / 10));
      const [x, y] = this.cursor;
      this.cursor = [within(x + far * step[0]), within(y + far * step[1])];
      this.#hover(this.cursor);
    } else if (event.key === " " || event.key === "Enter") {
      Object.assign(this, { owed: 1, pressure: 1 });
      this.cloud.begin();
      if (this.erasing) this.cloud.erase(this.cursor, this.cursor, this.radius);
      else this.#spray(this.cursor, this.cursor, this.radius);
      this.cloud.end();
      this.#hover(this.cursor);
    } else return;
    event.preventDefault();
    event.stopPropagation();
    this.#speak(true);
  }

  /** @param {KeyboardEvent} event */
  #shortcut(event) {
    const key = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || !["z", "y"].includes(key)) return;
    event.preventDefault();
    event.stopPropagation();
    this.#change(() => (key === "y" || event.shiftKey ? this.cloud.redo() : this.cloud.undo()));
  }

  // Output

  #show() {
    this.request ??= requestAnimationFrame(() => {
      this.request = undefined;
      this.#draw();
    });
  }

  #draw() {
    const {
      head,
      cloud,
      hovers,
      reader: { say },
    } = this;
    const brush = hovers && { place: hovers, radius: this.radius, erases: this.erasing };
    this.board.draw({ ...head, points: cloud.points, brush, colours: this.colours });
    const { count } = cloud;
    const full = count >= head.most,
      many = count > head.in_name;
    this.part("count").textContent = say(count === 1 ? "count_one" : "count", { n: thin(count, say) });
    this.part("where").textContent = say(full ? "full" : count < head.least ? "few" : many ? "many" : "inside", {
      n: head.in_name,
    });
    this.part("thin").hidden = !many;
    this.#enable("undo", cloud.past.length);
    this.#enable("redo", cloud.future.length);
    this.#enable("clear", count);
    this.#enable("use", count >= head.least);
    ["brush", "eraser"].forEach((name) => this.part(name).setAttribute("aria-pressed", String(this.tool === name)));
    this.part("canvas").setAttribute("aria-label", say("canvas", { n: thin(count, say) }));
    this.root.dataset.count = String(count);
  }

  /**
   * Enables or disables a button. A disabled button passes the focus to the canvas, so that keys keep working.
   * @param {string} name
   * @param {boolean | number} on
   */
  #enable(name, on) {
    const button = this.part(name);
    if (!on && this.root.getRootNode().activeElement === button) this.part("canvas").focus({ preventScroll: true });
    button.disabled = !on;
  }

  #speak(placed = false) {
    const { say, number } = this.reader,
      [x, y] = this.cursor.map((v) => number(v, 1).replace("-", "−"));
    this.part("spoken").textContent = say(placed ? "spoken_place" : "spoken", { n: thin(this.cloud.count, say), x, y });
  }
}

/**
 * The pressure of a pen; 1 for other devices.
 * @param {PointerEvent} event
 */
const pressed = (event) => (event.pointerType === "pen" && event.pressure ? 2 * event.pressure : 1);

export default mounted(Draw);
