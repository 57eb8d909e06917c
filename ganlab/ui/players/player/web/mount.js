// @ts-check
// How a class becomes a component: a viewer for each place where it is mounted.
import { whenStyled } from "./palette.js";

/** A component's entry: one viewer of a kind for each place where it is mounted. */
export function mounted(Kind) {
  const viewers = new WeakMap();
  const end = (viewer, place) => {
    viewer.dispose();
    if (viewers.get(place) === viewer) viewers.delete(place); // it may come back, with the same root
  };
  return function mount({ data, parentElement, setStateValue, setTriggerValue }) {
    const root = parentElement.querySelector(".player");
    let viewer = viewers.get(parentElement);
    if (viewer?.root !== root) {
      viewer?.dispose();
      viewer = new Kind(root);
      viewers.set(parentElement, viewer);
    }
    whenStyled(parentElement, root, () => viewer.dress());
    Object.assign(viewer, { tell: setStateValue, call: setTriggerValue });
    viewer.receive(data);
    // Streamlit also cleans up after a run that a newer message overtook: only a viewer off the page ends.
    return () => setTimeout(() => root.isConnected || end(viewer, parentElement));
  };
}
