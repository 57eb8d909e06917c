// @ts-check
// PNG sheets that travel behind a message's JSON.

/** The pictures of the given sizes in bytes that stand back to back from `at` on; null for a size of 0. */
export function pictures(bytes, at, sizes) {
  return Promise.all(
    sizes.map((size) => {
      const part = bytes.slice(at, at + size);
      at += size;
      return size ? createImageBitmap(new Blob([part], { type: "image/png" })) : null;
    }),
  );
}
