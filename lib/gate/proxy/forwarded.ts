import type { Hop, HopHeader } from "./hops.ts";

/** `Forwarded` (RFC 7239), to which each proxy adds an element. */
export const forwarded: HopHeader = {
  name: "Forwarded",
  *hops(headers): Generator<Hop> {
    const list = headers.get("forwarded") ?? "";
    for (let end = list.length; end > 0;) {
      const start = startOfLast(list, end);
      const element = list.slice(start, end).trim();
      end = start - 1;
      if (element === "") continue;
      const hop = hopOf(element);
      if (!hop) return;
      yield hop;
    }
  },
};

/**
 * Where the last element of a list begins, behind its comma. It is looked for from the end: what the client has sent
 * comes first, and a quote in it that never closes must not swallow what proxies have added.
 */
function startOfLast(list: string, end: number): number {
  let quoted = false;
  for (let at = end - 1; at >= 0; at--) {
    const char = list[at];
    if (char === "," && !quoted) return at + 1;
    if (char !== '"') continue;
    if (!quoted) {
      quoted = true;
      continue;
    }
    let before = at;
    while (list[before - 1] === "\\") before--;
    if ((at - before) % 2 === 0) quoted = false;
    at = before;
  }
  return 0;
}

const PAIR =
  /[ \t]*([\w!#$%&'*+.^`|~-]+)=(?:([\w!#$%&'*+.^`|~:[\]-]+)|"((?:[^"\\]|\\.)*)")[ \t]*(?:;|$)/y;

/** @returns undefined where it is malformed: a parameter twice is that, too (RFC 7239 §4). */
function hopOf(element: string): Hop | undefined {
  const found = new Map<string, string>();
  PAIR.lastIndex = 0;
  while (PAIR.lastIndex < element.length) {
    // Some write an address with a colon or brackets without quotes, which is clear enough.
    const [, name = "", token, quoted = ""] = PAIR.exec(element) ?? [];
    const key = name.toLowerCase();
    if (key === "" || found.has(key)) return undefined;
    found.set(key, token ?? quoted.replace(/\\(.)/g, "$1"));
  }
  return { client: found.get("for"), proto: found.get("proto"), host: found.get("host") };
}
