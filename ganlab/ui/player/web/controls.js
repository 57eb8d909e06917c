// Buttons, slider, keyboard and the caption whose words toggle the layers.
import { pieces, thin } from "./words.js";

const KEYS = { " ": "play", ArrowLeft: "previous", ArrowRight: "next", Home: "reset", End: "end" };
const LAYERS = ["real", "fake", "field", "arrows", "grid", "modes"];

export class Controls {
  constructor(root, acts) {
    this.root = root;
    this.acts = acts;
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    root.querySelectorAll("[data-act]").forEach((button) => (button.onclick = () => acts[button.dataset.act]()));
    this.part("time").oninput = (event) => acts.scrub(Number(event.target.value));
    this.part("speed").onchange = (event) => acts.pace(Number(event.target.value));
    root.onkeydown = (event) => this.#key(event);
  }

  #key(event) {
    const act = KEYS[event.key];
    const { target } = event;
    const native = target.matches("select") || (target.matches("button") && act === "play") || (target.matches("input") && act !== "play");
    if (!act || native || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    this.acts[act]();
  }

  /** Labels and the caption; once per language and run. */
  label({ say }, head) {
    this.say = say;
    for (const name of ["previous", "next", "reset"]) named(this.root.querySelector(`[data-act="${name}"]`), say(name));
    this.part("go").textContent = say("play");
    this.part("hold").textContent = say("pause");
    named(this.part("bar"), say("toolbar"));
    named(this.part("speed"), say("speed"));
    named(this.part("live"), say("live"));
    this.part("time").setAttribute("aria-label", say("time"));
    this.part("step-label").textContent = say("step");
    this.#caption(head);
  }

  #caption({ modes, threshold }) {
    const sentences = ["caption_points", threshold === null ? "caption_score" : "caption_belief", "caption_arrows", "caption_grid"];
    if (modes) sentences.push("caption_modes");
    const nodes = sentences.flatMap((key) => [...pieces(this.say(key)), " "]).map((piece) => (piece.name ? this.#word(piece.name) : piece));
    this.part("caption").replaceChildren(...nodes);
  }

  #word(name) {
    const button = document.createElement("button");
    button.textContent = this.say(`word_${name}`);
    button.className = LAYERS.includes(name) ? "layer" : "choice";
    button.dataset.name = name;
    button.dataset.testid = `layer-${name}`;
    button.onclick = () => (LAYERS.includes(name) ? this.acts.toggle(name) : this.acts.point(name));
    return button;
  }

  show({ playing, waiting, index, last, step, live, layers, arrows }) {
    Object.assign(this.root.dataset, { playing, waiting, step, index: Math.floor(index), last, live });
    this.part("step").textContent = step === "" ? "–" : thin(step);
    this.part("live").hidden = !live;
    this.root.querySelector('[data-act="play"]').disabled = last < 0;
    this.#time(Math.round(index), last, step);
    this.part("caption").querySelectorAll("button").forEach((word) => {
      const { name } = word.dataset;
      word.setAttribute("aria-pressed", layers[name] ?? arrows === name);
      word.disabled = !(name in layers) && !layers.arrows;
    });
  }

  #time(index, last, step) {
    const time = this.part("time");
    time.max = Math.max(0, last);
    time.value = index;
    time.style.setProperty("--done", last > 0 ? index / last : 0);
    time.setAttribute("aria-valuetext", `${this.say("step")} ${step}`);
  }
}

function named(element, name) {
  element.setAttribute("aria-label", name);
  element.title = name;
}
