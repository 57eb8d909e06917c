// What is cut, printed over something else, or wider than the page: sentences, in the order of the page.
// `cut`: text in a box that hides a part of it. `over`: two texts, or a text and a field, on the same place.
() => {
  const found = [];
  const parent = (node) => node.assignedSlot ?? node.parentElement ?? node.getRootNode().host ?? null;
  const chain = (node) => { const up = []; for (let at = node; at; at = parent(at)) up.push(at); return up; };
  const every = (root) => [...root.querySelectorAll("*")].flatMap((el) => [el, ...(el.shadowRoot ? every(el.shadowRoot) : [])]);
  const styles = new Map();
  const style = (el) => styles.get(el) ?? (styles.set(el, getComputedStyle(el)), styles.get(el));
  const clips = new Map();
  const meet = (a, b) => ({ left: Math.max(a.left, b.left), right: Math.min(a.right, b.right), top: Math.max(a.top, b.top), bottom: Math.min(a.bottom, b.bottom) });
  const all = { left: -1e6, right: 1e6, top: -1e6, bottom: 1e6 };
  const clip = (el) => {
    if (!el) return all;
    if (clips.has(el)) return clips.get(el);
    const s = style(el); let box = clip(s.position === "fixed" ? null : parent(el));
    if (s.clipPath !== "none" || (s.clip !== "auto" && s.position === "absolute")) box = { ...box, right: box.left - 1 };
    else if (s.overflowX !== "visible" && el !== document.body && el !== document.documentElement) box = meet(box, el.getBoundingClientRect());
    clips.set(el, box); return box;
  };
  const where = (el) => chain(el).find((up) => up.dataset?.testid)?.dataset.testid ?? el.tagName;
  const words = (el) => el.textContent.trim().replace(/\s+/g, " ").slice(0, 36);
  for (const el of [document.documentElement, document.querySelector('[data-testid=stMain]')])
    if (el.scrollWidth > el.clientWidth + 1) found.push(`scrolls sideways: ${el.dataset.testid ?? "page"} by ${el.scrollWidth - el.clientWidth}`);
  const texts = [];
  for (const el of every(document.body)) {
    if (["SCRIPT", "STYLE", "OPTION", "CANVAS"].includes(el.tagName) || el.closest("svg, .katex") || el.isContentEditable) continue;
    if (!el.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const own = [...el.childNodes].filter((n) => n.nodeType === 3 && n.data.trim());
    const field = el.matches("input:not([type=range],[type=checkbox],[type=radio],[type=file]), select");
    if (!own.length && !field) continue;
    const box = clip(el);
    if (box.right - box.left < 4) continue;
    const s = style(el);
    if (!field && s.overflowX !== "visible" && s.overflowX !== "auto" && s.overflowX !== "scroll" && el.scrollWidth > el.clientWidth + 1) found.push(`cut: ${where(el)} "${words(el)}" by ${el.scrollWidth - el.clientWidth}`);
    const rects = field ? [el.getBoundingClientRect()] : own.flatMap((n) => { const r = document.createRange(); r.selectNodeContents(n); return [...r.getClientRects()]; });
    for (const rect of rects) {
      const seen = meet(rect, box);
      if (!field && rect.width > 2 && seen.right - seen.left < rect.width - 2 && seen.right > seen.left && ![...chain(el)].some((up) => ["auto", "scroll"].includes(style(up).overflowX))) found.push(`cut: ${where(el)} "${words(el)}" ${Math.round(rect.width - seen.right + seen.left)}`);
      if (seen.right - seen.left > 2 && seen.bottom - seen.top > 3) texts.push({ el, seen });
    }
  }
  texts.sort((a, b) => a.seen.top - b.seen.top);
  texts.forEach((a, i) => {
    for (let j = i + 1; j < texts.length && texts[j].seen.top < a.seen.bottom - 4; j++) {
      const b = texts[j], both = meet(a.seen, b.seen);
      if (both.right - both.left < 3 || both.bottom - both.top < 4 || a.el === b.el) continue;
      if (chain(a.el).includes(b.el) || chain(b.el).includes(a.el)) continue;
      found.push(`over: ${where(a.el)} "${words(a.el)}" | ${where(b.el)} "${words(b.el)}"`);
    }
  });
  return [...new Set(found)];
}
