/** An extension that a client offers, with its parameters in their order; `true` is one without a value. */
export interface Extension {
  readonly name: string;
  readonly params: readonly (readonly [name: string, value: string | true])[];
}

// A token, its value where it has one, and what follows: RFC 6455 §9.1, RFC 9110 §5.6.
const TOKEN = "[\\w!#$%&'*+.^`|~-]+";
const PART = new RegExp(
  `[ \\t]*(${TOKEN})[ \\t]*(?:=[ \\t]*(?:(${TOKEN})|"((?:[^"\\\\]|\\\\.)*)")[ \\t]*)?([;,]|$)`,
  "y",
);

/**
 * Reads `Sec-WebSocket-Extensions`. An extension that cannot be read is not offered.
 *
 * @param header The header as sent; null where there is none.
 */
export function parseExtensions(header: string | null): Extension[] {
  const found: Extension[] = [];
  if (header === null) return found;
  for (let at = 0; at < header.length;) {
    const { end, extension } = readExtension(header, at);
    if (extension) found.push(extension);
    at = end;
  }
  return found;
}

function readExtension(header: string, at: number): { end: number; extension?: Extension } {
  const parts: [name: string, value: string | true][] = [];
  for (;;) {
    PART.lastIndex = at;
    const [all = "", name, token, quoted, separator] = PART.exec(header) ?? [];
    if (name === undefined) return { end: nextAfter(header, at) };
    at += all.length;
    parts.push([name, token ?? quoted?.replace(/\\(.)/gs, "$1") ?? true]);
    if (separator === ";") continue;
    const [[extension, value] = ["", true], ...params] = parts;
    return value === true ? { end: at, extension: { name: extension, params } } : { end: at };
  }
}

function nextAfter(header: string, at: number): number {
  const comma = header.indexOf(",", at);
  return comma < 0 ? header.length : comma + 1;
}
