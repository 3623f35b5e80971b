/**
 * A part of a route's pattern: text, a field to fill in, or a group that may be left out.
 *
 * @typedef {string | Field | { parts: Part[], optional: boolean }} Part
 * @typedef {{ name: string, hint: string, optional: boolean, deep: boolean }} Field A deep one may have slashes.
 */

// As URLPattern reads a path: an escape, a group, a parameter with or without a pattern of its own, such a pattern
// alone, a wildcard, text.
const PIECE =
  /\\(.)|\{([^}]*)\}([?*+]?)|:([\p{ID_Start}_$][\p{ID_Continue}$]*)(?:\(((?:\\.|[^\\()])*)\))?([?*+]?)|\(((?:\\.|[^\\()])*)\)([?*+]?)|\*([?*+]?)|([^\\{:(*]+|.)/gsu;

/**
 * Takes the pattern of a route apart.
 *
 * @param {string} pattern
 * @returns {Part[]}
 */
export function routeParts(pattern) {
  let unnamed = 0;
  const field = (name, hint, many, deep) => ({
    name: name ?? String(unnamed++),
    hint,
    optional: many === "?" || many === "*",
    deep: deep || many === "*" || many === "+",
  });
  const read = (text) =>
    Array.from(
      text.matchAll(PIECE),
      ([, escaped, group, few, name, own, many, bare, more, most, plain]) => {
        if (group !== undefined) {
          return { parts: read(group), optional: few === "?" || few === "*" };
        }
        if (name !== undefined) {
          return field(name, own ?? name, many, false);
        }
        if (bare !== undefined) return field(undefined, bare, more, true);
        return escaped ?? plain ?? field(undefined, "anything", most || "*", true);
      },
    );
  return read(pattern);
}

/**
 * Finds the fields of a pattern, those in groups, too.
 *
 * @param {Part[]} parts
 * @returns {Field[]}
 */
export function routeFields(parts) {
  return parts.flatMap((part) => {
    if (typeof part === "string") return [];
    return "parts" in part ? routeFields(part.parts) : [part];
  });
}

/**
 * Makes a path of a pattern. What is not filled in yet stands there by its name.
 *
 * @param {Part[]} parts
 * @param {Record<string, string>} values By the names of the fields.
 * @returns {string} It begins with a slash.
 */
export function routePath(parts, values) {
  const path = joinParts(parts, values);
  return path.startsWith("/") ? path : `/${path}`;
}

function joinParts(parts, values) {
  let path = "";
  for (const part of parts) {
    if (typeof part === "string") path += part;
    else if ("parts" in part) {
      const isLeftOut = part.optional && !routeFields(part.parts).some(({ name }) => values[name]);
      if (!isLeftOut) path += joinParts(part.parts, values);
    } else {
      const value = values[part.name] ?? "";
      if (value) {
        path += part.deep
          ? value.split("/").map(encodeURIComponent).join("/")
          : encodeURIComponent(value);
      } else if (!part.optional) path += `:${part.name}`;
      // The slash before a parameter that may be left out belongs to it; that before a wildcard does not.
      else if (part.hint !== "anything") path = path.replace(/\/$/, "");
    }
  }
  return path;
}
