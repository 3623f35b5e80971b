/** The name by which a query has a bearer token (RFC 6750 §2.3). */
export const TOKEN_PARAM = "access_token";

// In what is the value of another parameter, as an address to go back to.
const INNER = new RegExp(`(${TOKEN_PARAM}%3D)(?:(?!%26)\\S)*`, "gi");

/** Stands in place of a secret. */
export const HIDDEN = "***";

/** Whether a part of a query, `NAME=VALUE`, has a token; in whatever spelling. */
export function hasToken(pair: string): boolean {
  const [name = ""] = pair.split("=", 1);
  // Most are not encoded.
  if (!name.includes("%") && !name.includes("+")) return name.toLowerCase() === TOKEN_PARAM;
  const [decoded = ""] = new URLSearchParams(`${name}=`).keys();
  return decoded.toLowerCase() === TOKEN_PARAM;
}

/** A target, or a line with one in it, as others may read it: without the token of its query. */
export function withoutToken(target: string): string {
  const mark = target.indexOf("?");
  if (mark < 0) return target;
  const pairs = target.slice(mark + 1).split("&").map((pair) => {
    return hasToken(pair) ? pair.replace(/=\S*/, `=${HIDDEN}`) : pair.replace(INNER, `$1${HIDDEN}`);
  });
  return `${target.slice(0, mark)}?${pairs.join("&")}`;
}
