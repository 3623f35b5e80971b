/**
 * Reads an IP address, without brackets, zone or port.
 *
 * @returns Its 4 or 16 bytes; of an IPv4 address that is written as IPv6 (`::ffff:192.0.2.1`), the 4 of that; undefined
 * where it is none.
 */
export function parseIp(text: string): Uint8Array | undefined {
  // The longest has 45 characters.
  if (text.length > 45) return undefined;
  if (!text.includes(":")) return parseIpv4(text);
  const bytes = parseIpv6(text);
  return bytes && isMapped(bytes) ? bytes.subarray(12) : bytes;
}

function parseIpv4(text: string): Uint8Array | undefined {
  // Zeros in front are octal to some.
  const match = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/
    .exec(text);
  const numbers = match?.slice(1).map(Number);
  return numbers?.every((number) => number < 256) ? Uint8Array.from(numbers) : undefined;
}

function parseIpv6(text: string): Uint8Array | undefined {
  const [head = "", tail, more] = text.split("::");
  if (more !== undefined) return undefined;
  const first = groupsOf(head, tail === undefined);
  const last = groupsOf(tail ?? "", true);
  if (!first || !last) return undefined;
  const zeros = 8 - first.length - last.length;
  if (tail === undefined ? zeros !== 0 : zeros < 1) return undefined;
  const groups = [...first, ...new Array<number>(zeros).fill(0), ...last];
  return Uint8Array.from(groups.flatMap((group) => [group >> 8, group & 255]));
}

/** @param isEnd Whether the address ends there, where its last two groups may be an IPv4 address. */
function groupsOf(text: string, isEnd: boolean): number[] | undefined {
  if (text === "") return [];
  const groups: number[] = [];
  const words = text.split(":");
  for (const [at, word] of words.entries()) {
    if (isEnd && at === words.length - 1 && word.includes(".")) {
      const [a, b, c, d] = parseIpv4(word) ?? [];
      if (a === undefined || b === undefined || c === undefined || d === undefined) {
        return undefined;
      }
      groups.push(a << 8 | b, c << 8 | d);
    } else if (/^[\da-f]{1,4}$/i.test(word)) groups.push(parseInt(word, 16));
    else return undefined;
  }
  return groups;
}

function isMapped(bytes: Uint8Array): boolean {
  return bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 255 &&
    bytes[11] === 255;
}

/**
 * An address as everybody is to write it (RFC 5952): one address has one text, so that it can be counted by that.
 *
 * @param bytes 4, or 16.
 */
export function formatIp(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join(".");
  if (isMapped(bytes)) return bytes.subarray(12).join(".");
  const groups = Array.from({ length: 8 }, (_, at) => {
    return ((bytes[2 * at] ?? 0) << 8 | (bytes[2 * at + 1] ?? 0)).toString(16);
  });
  const text = groups.join(":");
  // Of runs that are as long, the first; a single zero stays.
  const [longest = ""] = Array.from(text.matchAll(/\b0(?::0)+\b/g), ([run]) => run)
    .sort((a, b) => b.length - a.length);
  if (longest === "") return text;
  const start = text.search(new RegExp(`\\b${longest}\\b`));
  return `${text.slice(0, start).replace(/:$/, "")}::${
    text.slice(start + longest.length).replace(/^:/, "")
  }`;
}
