import { ListenError, messageOf } from "../base/errors.ts";
import { readBounded } from "../base/read_bounded.ts";
import { filesOf, type TlsOptions } from "./tls_options.ts";

// Bytes of one: far more than all authorities of the world.
const MOST = 16 * 2 ** 20;

/**
 * Reads those of the files to their ends that are none, but pipes: `--sslkey=<(…)` of a shell. They can be read
 * only once.
 *
 * @returns Their bytes by their names.
 * @throws {ListenError} If one of them does not come to its end.
 */
export async function readPipes(
  tls: TlsOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const pipes = new Map<string, Uint8Array>();
  for (const file of new Set(filesOf(tls))) {
    if (!isPipe(file)) continue;
    try {
      pipes.set(file, await readBounded(file, MOST));
    } catch (cause) {
      throw new ListenError(`Cannot read "${file}" for TLS: ${messageOf(cause)}`, { cause });
    }
  }
  return pipes;
}

function isPipe(file: string): boolean {
  try {
    const { isFile, isDirectory } = Deno.statSync(file);
    return !isFile && !isDirectory;
  } catch {
    // Whoever reads it tells why.
    return false;
  }
}
