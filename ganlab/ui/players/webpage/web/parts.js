// @ts-check
// What the page holds beside its words: deflated chunks, of which the messages are made.

/**
 * The chunks of a text in base64: their deflated bytes, one after the other.
 * @param {string} text
 * @param {number[]} lengths
 */
export async function inflated(text, lengths) {
  const packed = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  let at = 0;
  return lengths.map((length) => {
    at += length;
    return bytes.subarray(at - length, at);
  });
}

/**
 * Chunks joined to one message, in a buffer of its own.
 * @param {Bytes[]} chunks
 */
export function joined(chunks) {
  const whole = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
