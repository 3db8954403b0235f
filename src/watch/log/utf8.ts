/** Bytes as text, a character a byte, so that positions in it are positions in the file and no character is cut in half. */
export const bytesAsText = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");

/** The text that `bytesAsText` returned, read as UTF-8. A log may hold other encodings too; their characters become U+FFFD. */
export const utf8 = (text: string): string =>
  // oxlint-disable-next-line no-control-regex
  /[^\x00-\x7f]/.test(text) ? Buffer.from(text, "latin1").toString("utf8") : text;
