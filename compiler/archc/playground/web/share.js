// Links: all that a reader has set, compressed, in the part of an address that goes to no server.

const LONGEST = 400_000; // characters of a text that a link may unpack to

const through = async (bytes, stream, most = Infinity) => {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > most) {
      await reader.cancel();
      throw new RangeError("the link's text is too long");
    }
    parts.push(value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
};

const packed = async (known) => {
  const bytes = await through(new TextEncoder().encode(JSON.stringify(known)), new CompressionStream("deflate-raw"));
  let letters = "";
  for (const byte of bytes) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
};

// What a fragment says, or null of one that is none of ours: whoever wrote it, only known things of
// the right kind come out.
const unpacked = async (fragment) => {
  const found = /^#text=([\w-]+)$/.exec(fragment);
  if (!found) return null;
  try {
    const letters = atob(found[1].replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
    const all = await through(bytes, new DecompressionStream("deflate-raw"), 4 * LONGEST);
    const { text, model, sizes } = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(all));
    if (typeof text !== "string") return null;
    const numbers = Object.entries(sizes ?? {}).filter(([, size]) => Number.isSafeInteger(size) && size > 0);
    return { text, model: typeof model === "string" ? model : null, sizes: Object.fromEntries(numbers) };
  } catch {
    return null;
  }
};
