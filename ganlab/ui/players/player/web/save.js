// @ts-check
// What the browser keeps: files made here.

/** Has the browser keep a picture as a file. */
export function download(png, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(png);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
