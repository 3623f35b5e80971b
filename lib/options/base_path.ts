/** The form of a base path, to follow “expected”. */
export const BASE_PATH = "a path as /app, of characters that need no encoding in a URL";

/** Whether a server can be at a path: what browsers would send in another spelling would never match. */
export function isBasePath(text: string): boolean {
  return /^(?:\/(?!\.{1,2}(?:\/|$))[\w.~!$&'()*+,;=:@-]+)*\/?$/.test(text);
}
