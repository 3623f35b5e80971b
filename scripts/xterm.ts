/**
 * Writes the parts of xterm.js that the page of `terminal` is made of, as the packages have them, so that the server
 * needs neither a network nor their permission to serve it.
 *
 *     deno run -A scripts/xterm.ts
 *
 * @module
 */
import terminal from "npm:@xterm/xterm@6.0.0/lib/xterm.js" with { type: "text" };
import style from "npm:@xterm/xterm@6.0.0/css/xterm.css" with { type: "text" };
import license from "npm:@xterm/xterm@6.0.0/LICENSE" with { type: "text" };
import fit from "npm:@xterm/addon-fit@0.11.0/lib/addon-fit.js" with { type: "text" };
import search from "npm:@xterm/addon-search@0.16.0/lib/addon-search.js" with { type: "text" };
import serialize from "npm:@xterm/addon-serialize@0.14.0/lib/addon-serialize.js" with {
  type: "text",
};
import links from "npm:@xterm/addon-web-links@0.12.0/lib/addon-web-links.js" with { type: "text" };

/** The files in `lib/console/terminal/xterm/`, and their texts. */
export const FILES: Readonly<Record<string, string>> = {
  "xterm.js": program(terminal),
  "xterm.css": style,
  "addon-fit.js": program(fit),
  "addon-search.js": program(search),
  "addon-serialize.js": program(serialize),
  "addon-web-links.js": program(links),
  LICENSE: license,
};

/** The place that they have. */
export const PLACE = new URL("../lib/console/terminal/xterm/", import.meta.url);

/** Without the name of a file that nobody serves. */
function program(text: string): string {
  return text.replace(/\n?\/\/# sourceMappingURL=\S*\s*$/, "\n");
}

if (import.meta.main) {
  await Deno.mkdir(PLACE, { recursive: true });
  for (const [name, text] of Object.entries(FILES)) {
    await Deno.writeTextFile(new URL(name, PLACE), text);
  }
}
