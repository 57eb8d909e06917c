// @ts-check
// Saving files.

/**
 * Downloads a picture as a file.
 * @param {Blob | null} png
 * @param {string} name
 */
export function download(png, name) {
  if (!png) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(png);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
