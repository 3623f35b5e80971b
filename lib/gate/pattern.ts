/** The names and values that a pattern has found in a path; undefined where one was left out. */
export type Found = readonly (readonly [name: string, value: string | undefined])[];

/** The pattern of a route's path. */
export interface Pattern {
  /** Looks at a path; undefined where that does not match. */
  find(path: string): Found | undefined;
}

// Segments that are plain or one parameter, and at the end perhaps everything below: most patterns are no more, and
// a regular expression costs a thousandth of a URLPattern, to make as to match. Of `.` and `..` it knows more.
const SIMPLE = /^(?:\/(?!\.{1,2}(?:\/|$))(?::[A-Za-z_]\w*|[\w.~-]*))+(?:\/\*)?$/;

/**
 * Makes a pattern of its text, which is a URLPattern path such as `/rooms/:room`.
 *
 * @throws {TypeError} If it is none.
 */
export function patternOf(text: string): Pattern {
  const names = Array.from(text.matchAll(/:(\w+)/g), ([, name]) => name as string);
  // That one is there twice, it says itself.
  if (!SIMPLE.test(text) || new Set(names).size < names.length) return urlPattern(text);
  if (text.endsWith("*")) names.push("0");
  const source = text.replace(/[.]/g, "\\$&").replace(/:\w+/g, "([^/]+)").replace(/\*$/, "(.*)");
  const expression = new RegExp(`^${source}$`, "s");
  return {
    find: (path) => expression.exec(path)?.slice(1).map((value, at) => [names[at] ?? "", value]),
  };
}

function urlPattern(text: string): Pattern {
  const pattern = new URLPattern({ pathname: text });
  return {
    find(path) {
      const match = pattern.exec({ pathname: path });
      return match ? Object.entries(match.pathname.groups) : undefined;
    },
  };
}
