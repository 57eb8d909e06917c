// @ts-check
// The caption of a picture of the plane. Words in it are buttons that toggle the layers.
import { judges } from "./message.js";
import { pieces } from "./words.js";

const LAYERS = ["real", "fake", "field", "arrows", "grid", "modes"];
const KEY = ["real", "fake", "says_real", "says_fake", "arrows"];
const ON_A_LINE = ["real", "fake", "d", "best_d", "arrows"];

/**
 * The marks of a picture, in order.
 * @param {Partial<PlaneHead>} head
 */
const marks = (head) => (head.line ? ON_A_LINE : judges(head) ? KEY : KEY.slice(0, 2));

/**
 * One mark of the picture with its name.
 * @param {string} name
 * @param {string} words
 */
function marked(name, words) {
  const element = document.createElement("span");
  element.dataset.name = name;
  element.append(document.createElement("i"), words);
  return element;
}

export class Caption {
  /** @type {{ toggle(layer: string): void; point(arrows: string): void; bend?(): void }} */
  acts;
  /** @type {HTMLElement} */
  caption;
  /** @type {HTMLElement | null} */
  key;
  /** @type {Reader["say"]} */
  say;

  /**
   * @param {Root} root
   * @param {Caption["acts"]} acts
   */
  constructor(root, acts) {
    const [caption, key] = ["caption", "key"].map((name) => root.querySelector(`[data-part="${name}"]`));
    Object.assign(this, { acts, caption, key });
  }

  /**
   * @param {Reader} reader
   * @param {Partial<PlaneHead>} head
   */
  label({ say }, head) {
    const { modes, threshold, latent_dim, noise, line } = head;
    this.say = say;
    const belief = threshold === null ? "caption_score" : "caption_belief";
    const sentences = ["caption_points", ...(judges(head) ? [belief, "caption_arrows"] : []), "caption_grid"];
    if (this.acts.bend && noise && !line) sentences.push(latent_dim === 2 ? "caption_morph" : "caption_no_morph");
    if (modes) sentences.push("caption_modes");
    const nodes = sentences
      .flatMap((key) => [...pieces(say(key)), " "])
      .map((piece) => (typeof piece === "string" ? piece : this.#word(piece.name)));
    this.caption.replaceChildren(...nodes);
    if (this.key) this.key.dataset.curves = String(!!line);
    this.key?.replaceChildren(...marks(head).map((name) => marked(name, say(`key_${name}`))));
  }

  /** @param {string} name */
  #word(name) {
    const button = document.createElement("button");
    button.textContent = this.say(`word_${name}`);
    button.className = LAYERS.includes(name) ? "layer" : "choice";
    button.dataset.name = name;
    button.dataset.testid = `layer-${name}`;
    button.onclick = () => this.#press(name);
    return button;
  }

  /** @param {string} name */
  #press(name) {
    if (name === "morph") this.acts.bend?.();
    else if (LAYERS.includes(name)) this.acts.toggle(name);
    else this.acts.point(name);
  }

  /** @param {{ layers: Layers, arrows: Arrows, morphing?: boolean }} state */
  show({ layers, arrows, morphing = false }) {
    this.caption.querySelectorAll("button").forEach((word) => {
      const name = word.dataset.name ?? "";
      const pressed = layers[/** @type {keyof Layers} */ (name)] ?? (name === "morph" ? morphing : arrows === name);
      word.setAttribute("aria-pressed", String(pressed));
      word.disabled = !(name in layers) && name !== "morph" && !layers.arrows;
    });
  }
}
