// @ts-check
// The entry function of a component: one viewer per mount point.
import { whenStyled } from "./palette.js";

/**
 * The entry function of a component. `Kind`: the class of its viewer.
 * @param {new (root: Root) => Mounted} Kind
 */
export function mounted(Kind) {
  /** @type {WeakMap<HTMLElement, Mounted>} */
  const viewers = new WeakMap();
  const end = (/** @type {Mounted} */ viewer, /** @type {HTMLElement} */ place) => {
    viewer.dispose();
    if (viewers.get(place) === viewer) viewers.delete(place); // it may be mounted again with the same root
  };
  /** @param {Mounting} mounting */
  return function mount({ data, parentElement, setStateValue, setTriggerValue }) {
    const root = parentElement.querySelector(".player");
    const known = viewers.get(parentElement);
    if (known?.root !== root) known?.dispose();
    const viewer = known && known.root === root ? known : new Kind(root);
    viewers.set(parentElement, viewer);
    whenStyled(parentElement, root, () => viewer.dress());
    Object.assign(viewer, { tell: setStateValue, call: setTriggerValue });
    viewer.receive(data);
    // Streamlit also cleans up when a newer message arrives; only a viewer that left the page is disposed.
    return () => setTimeout(() => root.isConnected || end(viewer, parentElement));
  };
}
