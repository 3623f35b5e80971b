const UTF8 = "utf-8";

// What these are in, nothing can say otherwise (RFC 8259 §8.1, WebVTT §4.1).
const ALWAYS = /^(?:application\/(?:.*\+)?json|text\/vtt)$/;

/** Whether a media type that has a charset is UTF-8 without a look at the file. */
export function isAlwaysUtf8(type: string): boolean {
  return ALWAYS.test(type);
}

/**
 * Whether a text is known to be UTF-8, by its beginning: what it says of itself counts first, and otherwise that it
 * has nothing in it which UTF-8 has not. A header stands above all that a page says (HTML §13.2.3.2), so that it must
 * not be guessed against it; and without any of them browsers take windows-1252.
 *
 * @param type The media type, without parameters.
 * @param bytes The first bytes of the file.
 */
export function isKnownUtf8(type: string, bytes: Uint8Array<ArrayBuffer>): boolean {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return true;
  // Character for byte: what says it is ASCII.
  const declared = declaredIn(type, new TextDecoder("latin1").decode(bytes));
  return declared === undefined ? isUtf8(bytes) : declared === UTF8;
}

function isUtf8(bytes: Uint8Array<ArrayBuffer>): boolean {
  try {
    // With `stream`, because the last character may be cut.
    const text = new TextDecoder(UTF8, { fatal: true }).decode(bytes, { stream: true });
    // UTF-16 without a mark at its beginning, and ISO-2022, are of the same bytes.
    // deno-lint-ignore no-control-regex -- these are what tells.
    return !/\0|\x1b[$(]/.test(text);
  } catch {
    return false;
  }
}

/** The name of the encoding that a text says it has; undefined where it says none that there is. */
function declaredIn(type: string, text: string): string | undefined {
  if (type === "text/html") return declaredByMeta(text);
  const label = type === "text/css" ? /^@charset "([^"]*)";/.exec(text)?.[1] : undefined;
  return label === undefined ? undefined : nameOf(label);
}

/** The first of the elements that counts (HTML §13.2.3.3). */
function declaredByMeta(text: string): string | undefined {
  for (const [element] of text.matchAll(/<!--.*?(?:-->|$)|<meta[\s/][^<>]*>/gis)) {
    if (element.startsWith("<!")) continue;
    const attributes = attributesOf(element);
    const isHeader = attributes.get("http-equiv")?.toLowerCase() === "content-type";
    const inHeader = /charset\s*=\s*["']?([^\s"';]+)/i;
    const label = attributes.get("charset") ??
      (isHeader ? inHeader.exec(attributes.get("content") ?? "")?.[1] : undefined);
    const name = label === undefined ? undefined : nameOf(label);
    // In a page that can say so in ASCII it is not true.
    if (name !== undefined) return name.startsWith("utf-16") ? UTF8 : name;
  }
  return undefined;
}

function attributesOf(element: string): Map<string, string> {
  const found = element.matchAll(/[\s/]([^\s"'>/=]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)/g);
  return new Map(Array.from(found, ([, name = "", value = ""]) => {
    return [name.toLowerCase(), value.replace(/^["']|["']$/g, "")];
  }));
}

function nameOf(label: string): string | undefined {
  try {
    return new TextDecoder(label).encoding;
  } catch {
    return undefined;
  }
}
