// @ts-check
// PNG sheets after a message's JSON.

/**
 * Decodes consecutive pictures of the given sizes in bytes, from `at` on; null for size 0.
 * @param {Bytes} bytes
 * @param {number} at
 * @param {number[]} sizes
 */
export function pictures(bytes, at, sizes) {
  return Promise.all(
    sizes.map((size) => {
      const part = bytes.slice(at, at + size);
      at += size;
      return size ? createImageBitmap(new Blob([part], { type: "image/png" })) : null;
    }),
  );
}
