import { decodePath } from "../base/request.ts";

const ODD = /\/\/|[\\%]|\/\.{1,2}(?:\/|$)/;

/**
 * The path that one may be taken for by whoever decodes it and resolves its dot segments, or takes an encoded slash
 * or a backslash for a slash, or two for one, as a file system does (RFC 3986 §5.2.4, §6.2.2).
 *
 * @param target Path and query as sent.
 * @returns undefined where there is no other.
 */
export function otherSpelling(target: string): string | undefined {
  const [path = ""] = target.split("?", 1);
  // Most have none.
  if (!ODD.test(path)) return undefined;
  const plain = decodePath(path).replaceAll("\\", "/");
  const segments: string[] = [];
  for (const segment of plain.split("/")) {
    if (segment === "..") segments.pop();
    else if (segment !== "" && segment !== ".") segments.push(segment);
  }
  const end = segments.length > 0 && /\/\.{0,2}$/.test(plain) ? "/" : "";
  const other = `/${segments.join("/")}${end}`.replace(/[%?#\t\r\n]/g, encodeURIComponent);
  return other === path ? undefined : other;
}
