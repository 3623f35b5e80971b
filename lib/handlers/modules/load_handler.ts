import { messageOf, UsageError } from "../../base/errors.ts";
import type { Handler } from "../../contract.ts";
import { bundleLine, isJavaScript } from "./bundling.ts";
import { loadFailure } from "./load_failure.ts";

/**
 * Loads the handler that a module exports by default.
 *
 * @param file The module's path, for messages.
 * @param address Where to load it from, a URL.
 * @throws {UsageError} If it cannot be loaded, or exports no handler.
 */
export async function loadHandler(file: string, address: string): Promise<Handler> {
  check(file);
  let module: { readonly default?: unknown };
  try {
    module = await load(address);
  } catch (error) {
    throw new UsageError(loadFailure(file, error));
  }
  const wrong = wrongWith(module);
  if (wrong !== undefined) throw new UsageError(`Cannot load "${file}": ${wrong}`);
  return module.default as Handler;
}

/**
 * Imports a module. Where the runtime has a lock file (in a project of somebody's own) and cannot note a package in
 * it, as on a read-only disk, it fails once and then knows the package (Deno 2.9).
 */
async function load(address: string): Promise<{ readonly default?: unknown }> {
  try {
    return await import(address);
  } catch (error) {
    if (!messageOf(error).startsWith("Failed writing lockfile")) throw error;
    return await import(address);
  }
}

function check(file: string): void {
  let info;
  try {
    info = Deno.statSync(file);
  } catch (error) {
    throw new UsageError(`Cannot load "${file}": ${messageOf(error)}`);
  }
  if (info.isDirectory) {
    throw new UsageError(`Cannot load "${file}": it is a folder, which --handlers serves`);
  }
  if (Deno.build.standalone && !isJavaScript(file)) {
    throw new UsageError(
      `Cannot load "${file}": the executable reads only JavaScript; this makes one file of it: ${
        bundleLine(file)
      }`,
    );
  }
}

const METHODS = ["open", "accept", "respond", "start", Symbol.asyncDispose] as const;

/** The methods of which a handler has to have one. */
const DOES = ["open", "accept", "respond"] as const;

/** The reason why a module is no handler; undefined where it is one. */
function wrongWith(module: { readonly default?: unknown }): string | undefined {
  if (!("default" in module)) return "there is no default export in it";
  const handler = module.default;
  if (typeof handler !== "object" || handler === null) {
    return `its default export is ${kindOf(handler)}: an object with the method open is expected`;
  }
  const found = handler as { readonly [name in typeof METHODS[number]]?: unknown };
  for (const name of METHODS) {
    const method = found[name];
    if (typeof method === "function" || method === undefined) continue;
    return `there is ${kindOf(method)}, no method, ${String(name)} in its default export`;
  }
  if ("prepare" in handler) {
    return "its default export has the method prepare: accept, which opens what it admits, has taken its place";
  }
  if (DOES.some((name) => found[name] !== undefined)) return undefined;
  return "there is no method open, accept or respond in its default export";
}

function kindOf(value: unknown): string {
  return value === null || value === undefined ? String(value) : `a ${typeof value}`;
}
