import { createHash } from "node:crypto";

/** A page in one piece, with the hashes that a Content-Security-Policy names its parts by. */
export interface Page {
  readonly html: string;
  /** `sha256-…` of each part of the program. */
  readonly scriptHashes: readonly string[];
  /** `sha256-…` of the style. */
  readonly styleHash: string;
}

const STYLE_LINK = /<link rel="stylesheet" href="([\w./-]+)">\s*/g;
const SCRIPT_LINK = /<script type="module" src="([\w./]+)"><\/script>/g;
const CLASSIC_LINK = /<script src="([\w./-]+)"><\/script>\s*/g;
const IMPORT = /^import \{(?![^}]*\bas\b)[^}]*\} from "(\.\.?\/[\w./]+)";\n/gm;
const EXPORT = /^export (?=(?:async )?(?:const|let|class|function)\b)/gm;
const DECLARED = /^(?:async )?(?:const|let|class|function)\*? (\w+)/gm;

/**
 * Makes one document of a page, the styles that it links to, and its program, whose modules are joined
 * into one.
 *
 * Other scripts come before it, each in an element of its own. The modules may only `import { names } from "./file.js"` and `export` declarations, and their top-level
 * names have to differ, because they share one scope.
 *
 * @param read Answers the text of a file: of the page, and of what it and its program name.
 * @param name The path of the page; those of the other files are found from there.
 * @throws {Error} If a file has something that cannot be put into one document.
 */
export function assemble(read: (name: string) => string, name = "page.html"): Page {
  const page = read(name);
  const linked = (link: RegExp) =>
    Array.from(page.matchAll(link), ([, other = ""]) => pathFrom(name, other));
  const style = linked(STYLE_LINK).map((each) => read(each)).join("");
  const seen = new Set<string>();
  const script = linked(SCRIPT_LINK).flatMap((name) => join(name, read, seen)).join("\n");

  const classic = linked(CLASSIC_LINK).map((each) => read(each));

  const names = Array.from(script.matchAll(DECLARED), ([, declared]) => declared);
  const twice = names.find((each, index) => names.indexOf(each) < index);
  if (twice !== undefined) throw new Error(`Cannot join the modules: two declare ${twice}`);
  // Either ends its element, or keeps the parser from seeing the end of it.
  const foreign = /<\/style/i.exec(style) ??
    /<\/script|<script|<!--/i.exec([script, ...classic].join());
  if (foreign) throw new Error(`Cannot put "${foreign[0]}" into the page`);

  const before = classic.map((each) => `<script>${each}</script>`).join("");
  const html = page.replace(STYLE_LINK, "").replace(SCRIPT_LINK, "").replace(CLASSIC_LINK, "")
    .replace(
      "</head>",
      () => `<style>${style}</style>${before}<script type="module">${script}</script></head>`,
    );
  return { html, scriptHashes: [...classic, script].map(hashOf), styleHash: hashOf(style) };
}

/** The modules without imports and exports, each behind the ones that it needs. */
function join(name: string, read: (name: string) => string, seen: Set<string>): string[] {
  if (seen.has(name)) return [];
  seen.add(name);
  const text = read(name);
  const needed = [...text.matchAll(IMPORT)].flatMap(([, file = ""]) =>
    join(pathFrom(name, file), read, seen)
  );
  const body = text.replace(IMPORT, "").replace(EXPORT, "");
  const left = /^\s*(?:import|export)\b.*/m.exec(body);
  if (left) throw new Error(`Cannot join ${name}: ${left[0].trim()}`);
  return [...needed, body];
}

/** The path of what a file names, without a slash at its beginning, as that of the file. */
function pathFrom(file: string, name: string): string {
  return new URL(name, `file:///${file}`).pathname.slice(1);
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
