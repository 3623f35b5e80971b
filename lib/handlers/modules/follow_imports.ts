import * as nodeModule from "node:module";
import { type ModuleGraph, withoutVersion } from "./graph.ts";

type Resolve = (specifier: string, context: Context) => { readonly url: string };
type Context = { readonly parentURL?: string };
type Hooks = { resolve(specifier: string, context: Context, next: Resolve): { url: string } };

// A user's module may import these, and then they are the ones that the server runs with.
const OWN = new URL("../../", import.meta.url).href;

/**
 * Has the runtime tell of every import in users' modules, and load those files in their versions.
 *
 * @returns Whether it has told of any: Deno 2.9 does, 2.6 does not.
 */
export function followImports(graph: ModuleGraph): () => boolean {
  let told = false;
  const { registerHooks } = nodeModule as { registerHooks?: (hooks: Hooks) => unknown };
  if (typeof registerHooks !== "function") return () => told;
  registerHooks({
    resolve(specifier, context, next) {
      told = true;
      const resolved = next(specifier, context);
      const { url } = resolved;
      const importer = withoutVersion(context.parentURL ?? "");
      if (!graph.has(importer) || !isFile(specifier, url)) return resolved;
      graph.link(importer, url);
      return { ...resolved, url: graph.addressOf(url) };
    },
  });
  return () => told;
}

/** Packages have files as well, which do not change. */
function isFile(specifier: string, url: string): boolean {
  return /^(\.\.?\/|\/|file:)/.test(specifier) && url.startsWith("file:") && !url.startsWith(OWN);
}
