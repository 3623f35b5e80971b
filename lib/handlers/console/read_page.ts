import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { Permissions } from "../../base/permissions.ts";
import { assemble, type Page } from "./assemble.ts";

const FOLDER = new URL("../../console/", import.meta.url);

/**
 * Puts a page together from its files in `lib/console/`.
 *
 * @param made Files that are not there but made, by their names.
 */
export function readPage(name: string, made: Readonly<Record<string, string>> = {}): Page {
  return assemble((file) => made[file] ?? Deno.readTextFileSync(new URL(file, FOLDER)), name);
}

/** Adds what is needed to read pages; an executable has the files in it, and does not know where they are to others. */
export function needsPages(permissions: Permissions): void {
  permissions.add("read", Deno.build.standalone ? "lib/console" : resolve(fileURLToPath(FOLDER)));
}
