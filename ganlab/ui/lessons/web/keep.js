// @ts-check
// Keeps the visitor's place on the path in the browser, and says where they were. Python: ganlab/ui/lessons/link.py.

const NAME = "ganlab.path";
let told = false;

/** @param {{data: {now: string}, setStateValue: (name: string, value: string) => void}} component */
export default function keep({ data, setStateValue }) {
  try {
    const before = localStorage.getItem(NAME);
    if (data.now) localStorage.setItem(NAME, data.now);
    else if (before && !told) setStateValue("kept", before);
    told = true;
  } catch {
    // A browser that stores nothing: the link still has the place.
  }
}
