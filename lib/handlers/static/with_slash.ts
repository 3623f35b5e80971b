/**
 * The place of a folder whose address lacks its slash, with which the links of its pages hold.
 *
 * @param target As it was sent, because that is what a browser resolves links against: `/a%2F` lacks it.
 * @returns Relative, so that it leads nowhere else, whatever the path begins with, nor out of a proxy's
 * path; undefined where the slash is there.
 */
export function withSlash(target: string): string | undefined {
  const [, path = "", query = ""] = /^([^?]*)(.*)$/s.exec(target) ?? [];
  // One that ends with a dot segment has it, once that is resolved.
  if (/\/(\.|%2e){0,2}$/i.test(path)) return undefined;
  const name = path.slice(path.lastIndexOf("/") + 1);
  // What a client has sent unencoded can be anything.
  return `./${name}/${query}`.replace(/[^\x21-\x7e]|["#<>\\^`{|}]/gu, encodeURIComponent);
}
