import { HIDDEN } from "../base/query_token.ts";

/**
 * A text that a person has said, an option's value or a whole route, as a message may have it, which others read: without
 * the values of `env=`, the users and passwords of addresses, and what stands behind the question mark of an address of
 * `auth`.
 */
export function withoutSecrets(text: string): string {
  return text
    .replace(/([?&]env=[^=&\s]*?(?:=|%3D))[^&\s"]+/gi, `$1${HIDDEN}`)
    .replace(/([?&]access_token=)[^\s&"]+/gi, `$1${HIDDEN}`)
    .replace(/[^\s"]+/g, withoutUser)
    .replace(/[^\s;&"]+/g, withoutQuery);
}

/**
 * A word without the user of an address. A password may have a slash or an "@" in it that is not encoded, and then the
 * address is none: all up to the last "@" is taken for it.
 */
function withoutUser(word: string): string {
  const begin = word.indexOf("//") + 2;
  const end = word.lastIndexOf("@");
  if (begin < 2 || end < begin) return word;
  const said = word.slice(begin, end);
  // Otherwise it is of a path.
  const isUser = said.includes(":") || !/[/?#]/.test(said);
  return isUser ? word.slice(0, begin) + HIDDEN + word.slice(end) : word;
}

/** A part of a route, or a value, without the query of an address of `auth`. */
function withoutQuery(part: string): string {
  const kind = part.search(/\b(?:forward|jwt):|[a-z]:https?:/i);
  if (kind < 0) return part;
  const query = part.slice(kind).search(/(?:\?|%3F)./i);
  if (query < 0) return part;
  const mark = part.slice(kind + query).startsWith("?") ? 1 : "%3F".length;
  return part.slice(0, kind + query + mark) + HIDDEN;
}
