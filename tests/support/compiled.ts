import { resolve } from "node:path";

/**
 * The compiled program, or why there is none. With `ignore`, a test that needs it may be left out;
 * without, it has to fail with the reason.
 */
export type Compiled =
  | { readonly path: string }
  | { readonly reason: string; readonly ignore: boolean };

/**
 * Finds the compiled program that TEST_BINARY names. TEST_ALL=1 asks for every test, so that
 * the ones that need a binary fail without it instead of being left out, unless TEST_WITHOUT_BINARY says
 * why there can be none.
 *
 * @example Usage in a test file
 * ```ts ignore
 * const binary = compiledBinary();
 * Deno.test({
 *   name: "reason" in binary ? `stdws starts [binary: ${binary.reason}]` : "stdws starts [binary]",
 *   ignore: "reason" in binary && binary.ignore,
 *   fn: () => startsWith(pathOf(binary)),
 * });
 * ```
 *
 * @param env The environment to look into.
 * @returns The absolute path of the executable, or the reason for its absence.
 */
export function compiledBinary(env: Record<string, string> = Deno.env.toObject()): Compiled {
  const named = env.TEST_BINARY;
  const excuse = env.TEST_WITHOUT_BINARY;
  if (!named && excuse) return { reason: excuse, ignore: true };
  if (!named) return { reason: "TEST_BINARY is not set", ignore: env.TEST_ALL !== "1" };
  const path = resolve(named);
  if (isFile(path)) return { path };
  // Whoever names one means to test it: a slip must not make the tests pass by leaving them out.
  return { reason: `TEST_BINARY names "${path}", which is no file`, ignore: false };
}

/**
 * Answers the path of the compiled program.
 *
 * @throws {Error} If there is none.
 */
export function pathOf(compiled: Compiled): string {
  if ("path" in compiled) return compiled.path;
  throw new Error(`Cannot test the compiled program: ${compiled.reason}`);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
