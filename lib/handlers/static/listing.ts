// @ts-types="../../base/std.d.ts"
import { escape } from "npm:deno-std@1.4.0/html/entities.js";
import { oneLine } from "../../base/one_line.ts";
import type { Confined } from "../../base/confine.ts";
import { textAnswer } from "./text_answer.ts";

/** Finds what may be seen at a path. */
export type Find = (path: string) => Promise<Confined | undefined>;

/** Entries of a folder that are shown. Each costs a look at the disk, and more help nobody. */
export const MAX_ENTRIES = 2_000;
// So many looks at once.
const BATCH = 64;

const STYLE = `:root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
table { border-spacing: 0; width: 100%; }
th { text-align: start; }
th, td { padding: 0 1rem 0 0; vertical-align: top; }
td:first-child { overflow-wrap: anywhere; }
th + th, td + td { text-align: end; white-space: nowrap; font-variant-numeric: tabular-nums; }
`;

/**
 * A page of what is in a folder: folders first, by name; without what leads elsewhere.
 *
 * @throws {Deno.errors.PermissionDenied} If the server may not read it.
 */
export async function listing(method: string, folder: Confined, find: Find): Promise<Response> {
  const { entries, more } = await readEntries(folder, find);
  const title = escape(oneLine(`Index of ${folder.name}/`));
  const up = folder.name === "" ? "" : `<tr><td><a href="../">../</a><td><td>\n`;
  const note = more === 0 ? "" : `<p>${more} more are not shown.</p>\n`;
  const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${STYLE}</style>
<h1><bdi>${title}</bdi></h1>
<table>
<thead><tr><th scope="col">Name<th scope="col">Bytes<th scope="col">Modified (UTC)
<tbody>
${up}${entries.map(row).join("")}</table>
${note}</html>
`;
  return textAnswer(method, page, {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      // Whatever a name does to the page, it can neither run nor load anything.
      "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${await styleHash()}'; ` +
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    },
  });
}

interface Entry {
  readonly name: string;
  readonly info: Deno.FileInfo;
}

async function readEntries(
  folder: Confined,
  find: Find,
): Promise<{ entries: Entry[]; more: number }> {
  const folders: string[] = [];
  const others: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder.real)) {
    (isDirectory ? folders : others).push(name);
  }
  const names = [...folders.sort(), ...others.sort()];
  const entries: Entry[] = [];
  for (let index = 0; index < Math.min(names.length, MAX_ENTRIES); index += BATCH) {
    const batch = names.slice(index, Math.min(index + BATCH, MAX_ENTRIES));
    const found = await Promise.all(batch.map((name) => find(`${folder.name}/${name}`)));
    for (const [at, name] of batch.entries()) {
      const info = found[at]?.info;
      if (info) entries.push({ name, info });
    }
  }
  // A link to a folder is found out only now.
  entries.sort((a, b) =>
    Number(b.info.isDirectory) - Number(a.info.isDirectory) || (a.name < b.name ? -1 : 1)
  );
  return { entries, more: Math.max(0, names.length - MAX_ENTRIES) };
}

function row({ name, info }: Entry): string {
  const slash = info.isDirectory ? "/" : "";
  // All that is special in it, because a name can begin like an address: `javascript:`.
  const href = escape(encodeURIComponent(name) + slash);
  const size = info.isDirectory ? "" : info.size;
  const modified = info.mtime?.toISOString().slice(0, 16).replace("T", " ") ?? "";
  return `<tr><td><a href="${href}"><bdi>${
    escape(oneLine(name))
  }${slash}</bdi></a><td>${size}<td>${modified}\n`;
}

async function styleHash(): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(STYLE));
  return new Uint8Array(hash).toBase64();
}
