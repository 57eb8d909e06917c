// @ts-check
// The player of runs on digits: 8 x 8 images from fixed noise, for one run or two side by side.
import { Controls } from "./controls.js";
import { DigitsBoard } from "./digits_board.js";
import { Epochs, parse } from "./epochs.js";
import { Look } from "./look.js";
import { mounted } from "./mount.js";
import { download } from "./save.js";
import { ROWS, Sheet } from "./sheet.js";
import { Versus } from "./versus.js";
import { Viewer } from "./viewer.js";
import { thin } from "./words.js";

/** @type {Record<string, number>} */
const WALK = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -ROWS, ArrowDown: ROWS };
/** @type {Record<string, "previous" | "next" | "epochBack" | "epochOn">} */
const JUMP = { ",": "previous", ".": "next", PageUp: "epochBack", PageDown: "epochOn" };
const MARKS = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000]; // labelled epochs on the slider
const LARGE = 4; // scale of a saved sheet

/** @extends {Viewer<Epochs>} */
class Digits extends Viewer {
  /** @type {Part} */
  part;
  /** @type {Uint8Array<ArrayBuffer>} */
  strip;
  /** @type {boolean} */
  compares;
  /** @type {{ side: number; cell: number } | undefined} */
  chosen;
  /** @type {string} */
  ticked;

  /** @param {Root} root */
  constructor(root) {
    super(root);
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.sheets = ["a", "b"].map((side) => new Sheet(root.querySelector(`[data-sheet="${side}"]`)));
    this.board = new DigitsBoard(root);
    this.versus = new Versus(this.part("versus"));
    this.look = new Look(root);
    this.controls = new Controls(root, this);
    this.sheets.forEach((sheet, k) => this.#listen(sheet, k));
    root.addEventListener("keydown", (event) => this.#jump(event), true);
  }

  // Messages from the server

  /** @param {Bytes} data */
  read(data) {
    const message = parse(data, this.film);
    this.strip = message.strip;
    return message;
  }

  /** @param {DigitsHead} head */
  reel = (head) => new Epochs(head, () => this.arrived());
  /** @param {DigitsHead} head */
  labelled = (head) => head.runs.map(({ name, run }) => [name, run]);

  /** @param {Bytes} data */
  receive(data) {
    super.receive(data);
    const { look } = this.film.head;
    if (look) this.look.answer(look, this.strip);
  }

  /** @param {Palette} palette */
  colours(palette) {
    this.sheets.forEach((sheet) => sheet.dress(palette));
  }

  arrived() {
    this.changed = true;
    this.schedule();
  }

  /** @param {DigitsHead} head */
  label(head) {
    const { say } = this.reader;
    const save = this.root.querySelector('[data-act="save"]');
    save.title = say("save");
    save.setAttribute("aria-label", say("save"));
    this.controls.label(this.reader);
    this.look.label(this.reader);
    this.board.label(this.reader, head.runs[0]);
    this.compares = head.runs.length > 1;
    this.root.dataset.compare = String(this.compares);
    if (this.compares) this.versus.label(this.reader, head.runs);
    ["a", "b"].forEach((side, k) => (this.part(`name-${side}`).textContent = this.compares ? head.runs[k].name : ""));
    this.fit();
  }

  // Input

  /**
   * @param {Sheet} sheet
   * @param {number} k
   */
  #listen(sheet, k) {
    sheet.element.onclick = (event) => this.choose(k, sheet.under(event));
    sheet.element.onkeydown = (event) => this.#walk(event, sheet, k);
    sheet.element.onblur = () => this.#mark(sheet, this.chosen?.side === k ? (this.chosen?.cell ?? -1) : -1);
  }

  /**
   * @param {KeyboardEvent} event
   * @param {Sheet} sheet
   * @param {number} k
   */
  #walk(event, sheet, k) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (event.key === "Enter") this.choose(k, Math.max(0, sheet.cell));
    else if (event.key in WALK)
      this.#mark(sheet, sheet.cell < 0 ? 0 : (sheet.cell + WALK[event.key] + ROWS * ROWS) % (ROWS * ROWS));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /**
   * @param {Sheet} sheet
   * @param {number} cell
   */
  #mark(sheet, cell) {
    if (sheet.cell === cell) return;
    sheet.cell = cell;
    this.arrived();
  }

  /**
   * Selects an image of the shown frame.
   * @param {number} side
   * @param {number} cell
   */
  choose(side, cell) {
    const frame = this.film?.last < 0 ? null : this.sheets[side].shown;
    if (!frame) return;
    if (this.playing) this.play();
    this.chosen = { side, cell };
    this.sheets.forEach((sheet, k) => this.#mark(sheet, k === side ? cell : -1));
    this.look.choose(frame, cell);
    this.tell("pick", { run: this.film.reels[side].run, step: frame.step, cell });
  }

  /** @param {KeyboardEvent} event */
  #jump(event) {
    if (
      !(event.key in JUMP) ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      /** @type {HTMLElement} */ (event.target).matches("select")
    )
      return;
    event.preventDefault();
    event.stopPropagation();
    this[JUMP[event.key]]();
  }

  epochOn = () => this.#toEpoch(this.#passed(this.pair().i) + 1);

  /** Goes to the start of the shown epoch, or of the one before. */
  epochBack() {
    const { i } = this.pair();
    const began = this.#begin(this.#passed(i));
    this.#toEpoch(this.#passed(i) - (began === i ? 1 : 0));
  }

  /**
   * Completed epochs at a frame.
   * @param {number} index
   */
  #passed = (index) => Math.floor(this.film.epoch(index) + 1e-6);
  /** @param {number} epoch */
  #begin = (epoch) => this.film.known.findIndex((_, i) => this.#passed(i) >= epoch);

  /** @param {number} epoch */
  #toEpoch(epoch) {
    if (this.film.last < 0) return;
    const at = this.#begin(epoch);
    this.scrub(at < 0 ? this.film.last : at);
  }

  /** Saves the shown sheets, each as a file. */
  save() {
    this.sheets.slice(0, this.compares ? 2 : 1).forEach((sheet) => {
      if (!sheet.shown?.sheet) return;
      const { step } = sheet.shown;
      sheet.png(LARGE, (png) => download(png, `digits-step-${step}.png`));
    });
  }

  // Output

  fit() {
    const { width } = this.root.getBoundingClientRect();
    if (!width) return;
    const [wide, two] = [width >= 640, this.compares];
    const room = wide ? Math.max(320, window.innerHeight - (two ? 330 : 270)) : Math.max(260, window.innerHeight - 530);
    const side = Math.floor(Math.min(800, two ? (width - (wide ? 20 : 8)) / 2 : wide ? 0.56 * width : width, room));
    this.root.style.setProperty("--side", `${side}px`);
    this.root.dataset.tight = String(wide && !two && side < 460);
    this.sheets.forEach((sheet) => sheet.resize(side));
    this.#ticks();
    this.changed = true;
    this.schedule();
  }

  /** Labels epochs below the slider if there is room. */
  #ticks() {
    const { film } = this;
    const width = this.part("time").getBoundingClientRect().width;
    const name = `${film?.last} ${film?.last >= 0 && film.epoch(film.last)} ${width}`;
    if (name === this.ticked || !film) return;
    this.ticked = name;
    let free = -Infinity;
    const places = MARKS.map((epoch) => [epoch, film.known.findIndex((_, i) => film.epoch(i) >= epoch)]);
    const marks = places
      .filter(([, i]) => i >= 0 && film.last > 0)
      .map(([epoch, i]) => {
        const share = i / film.last;
        if (share * width < free + 26) return null;
        free = share * width;
        return tick(epoch, share, () => this.scrub(i));
      });
    this.part("ticks").replaceChildren(...marks.filter(Boolean));
  }

  /**
   * @param {Pair} pair
   * @param {DigitsFrame[] | null} shown
   */
  picture({ i, j, t }, shown) {
    const next = shown && j !== i ? this.film.frame(j) : shown;
    this.sheets.forEach((sheet, k) => (shown?.[k] ? sheet.draw(shown[k], next?.[k] ?? shown[k], t) : sheet.blank()));
  }

  /**
   * @param {DigitsFrame[] | null} shown
   * @param {boolean} waiting
   * @param {Pair} pair
   */
  scores(shown, waiting, { i }) {
    const { film, playing, live } = this;
    const { say, number } = this.reader;
    const { runs } = film.head;
    const [step, epoch] = [film.stepAt(i), film.epoch(i)];
    this.controls.show({ playing, waiting, index: this.at, last: film.last, step, live });
    Object.assign(this.root.dataset, { frames: film.size, empty: !shown, epoch: shown ? epoch : "" });
    this.part("epoch").textContent = shown ? number(epoch, epoch < 10 ? 2 : 1) : "–";
    this.part("epoch-label").textContent = say("epoch");
    this.root.querySelector('[data-act="save"]').disabled = !shown;
    this.part("time").setAttribute("aria-valuetext", say("summary_moment", { step, epoch: number(epoch, 1) }));
    this.#ticks();
    this.#overlay(shown);
    const judged = /** @type {(Judgement | null)[]} */ (film.judgements(i));
    if (this.compares) this.#sides(shown ?? [null, null], judged, runs);
    else this.board.show(shown?.[0] ?? null, judged[0], runs[0]);
  }

  /**
   * @param {(DigitsFrame | null)[]} shown
   * @param {(Judgement | null)[]} judged
   * @param {DigitsRun[]} runs
   */
  #sides(shown, judged, runs) {
    const { say, number } = this.reader;
    ["a", "b"].forEach((side, k) => {
      const frame = shown[k];
      const words = frame ? { step: thin(frame.step, say), epoch: number(frame.epoch, 1) } : null;
      this.part(`moment-${side}`).textContent = words ? say("moment", words) : say("empty");
    });
    this.versus.show(shown, judged, runs);
  }

  /** @param {DigitsFrame[] | null} shown */
  #overlay(shown) {
    const { say } = this.reader;
    const diverged = !this.compares && shown?.[0]?.diverged ? this.film.judgements(this.pair().i)[0] : null;
    this.part("overlay").hidden = this.compares || !(diverged || this.film.last < 0);
    this.part("overlay-title").textContent = diverged ? diverged.title : say("empty");
    this.part("overlay-sentence").textContent = diverged?.sentence ?? say("empty_sentence");
  }

  /** @param {DigitsFrame[]} shown */
  summary(shown) {
    const { film, board } = this;
    const judged = /** @type {(Judgement | null)[]} */ (film.judgements(this.pair().i));
    return shown
      .map((frame, k) =>
        frame ? `${film.head.runs[k].name} ${board.summary(frame, judged[k], film.head.runs[k])}` : "",
      )
      .join(" ")
      .trim();
  }
}

/**
 * @param {number} epoch
 * @param {number} share
 * @param {() => void} go
 */
function tick(epoch, share, go) {
  const element = document.createElement("button");
  element.textContent = String(epoch);
  element.tabIndex = -1;
  element.style.setProperty("--share", String(share));
  element.onclick = go;
  return element;
}

export default mounted(Digits);
