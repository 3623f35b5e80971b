import { createHash } from "node:crypto";

/** A page in one piece, with the hashes that a Content-Security-Policy names its parts by. */
export interface Page {
  readonly html: string;
  /** `sha256-…` of the program. */
  readonly scriptHash: string;
  /** `sha256-…` of the style. */
  readonly styleHash: string;
}

const STYLE_LINK = /<link rel="stylesheet" href="([\w.]+)">\s*/g;
const SCRIPT_LINK = /<script type="module" src="([\w.]+)"><\/script>/g;
const IMPORT = /^import \{(?![^}]*\bas\b)[^}]*\} from "\.\/([\w.]+)";\n/gm;
const EXPORT = /^export (?=(?:async )?(?:const|let|class|function)\b)/gm;
const DECLARED = /^(?:async )?(?:const|let|class|function)\*? (\w+)/gm;

/**
 * Makes one document of a page, the styles that it links to, and its program, whose modules are joined
 * into one.
 *
 * The modules may only `import { names } from "./file.js"` and `export` declarations, and their top-level
 * names have to differ, because they share one scope.
 *
 * @param read Answers the text of a file: of `page.html`, and of what it and its program name.
 * @throws {Error} If a file has something that cannot be put into one document.
 */
export function assemble(read: (name: string) => string): Page {
  const page = read("page.html");
  const linked = (link: RegExp) => Array.from(page.matchAll(link), ([, name = ""]) => name);
  const style = linked(STYLE_LINK).map(read).join("");
  const seen = new Set<string>();
  const script = linked(SCRIPT_LINK).flatMap((name) => join(name, read, seen)).join("\n");

  const names = Array.from(script.matchAll(DECLARED), ([, name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new Error(`Cannot join the modules: two declare ${twice}`);
  // Either ends its element, or keeps the parser from seeing the end of it.
  const foreign = /<\/style/i.exec(style) ?? /<\/script|<script|<!--/i.exec(script);
  if (foreign) throw new Error(`Cannot put "${foreign[0]}" into the page`);

  const html = page.replace(STYLE_LINK, "").replace(SCRIPT_LINK, "")
    .replace(
      "</head>",
      () => `<style>${style}</style><script type="module">${script}</script></head>`,
    );
  return { html, scriptHash: hashOf(script), styleHash: hashOf(style) };
}

/** The modules without imports and exports, each behind the ones that it needs. */
function join(name: string, read: (name: string) => string, seen: Set<string>): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const text = read(name);
  const needed = [...text.matchAll(IMPORT)].flatMap(([, file = ""]) => join(file, read, seen));
  const body = text.replace(IMPORT, "").replace(EXPORT, "");
  const left = /^\s*(?:import|export)\b.*/m.exec(body);
  if (left) throw new Error(`Cannot join ${name}: ${left[0].trim()}`);
  return [...needed, body];
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
