// What has the focus after a press of Tab, and the stop before it, if that one drew no other ring, edge or line with the
// focus than without. A page is walked stop by stop, as only a key moves the focus as a reader does.
async () => {
  if (!window.walk) {
    const calm = new CSSStyleSheet(); // a ring that fades in is not there yet
    calm.replaceSync("*, *::before, *::after { transition: none !important; }");
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, calm];
  }
  await new Promise(requestAnimationFrame);
  const found = (root) => (root.activeElement?.shadowRoot ? found(root.activeElement.shadowRoot) : root.activeElement);
  const drawn = (part, pseudo) => {
    const { outlineStyle, outlineWidth, outlineColor, boxShadow, borderTopColor } = getComputedStyle(part, pseudo);
    return [outlineStyle === "none" || outlineWidth + outlineColor, boxShadow, borderTopColor];
  };
  const above = (part, floors) => (part && floors ? [part, ...above(part.parentElement, floors - 1)] : []);
  const near = (stop) => [...above(stop, 5), ...stop.children, ...(stop.parentElement?.children ?? [])];
  const look = (stop) => near(stop).map((part) => [drawn(part), drawn(part, "::before")]).join();
  const name = (stop) => `${stop.localName} ${stop.dataset.testid ?? stop.className} "${stop.ariaLabel ?? stop.textContent.slice(0, 40)}"`;
  const { last } = window.walk ?? {};
  const bare = last?.stop.isConnected && last.look === look(last.stop) ? name(last.stop) : "";
  const stop = found(document);
  const here = stop && stop !== document.body;
  window.walk = here ? { last: { stop, look: look(stop) } } : {};
  return [here ? name(stop) : "", bare];
}
