import type { SocketFile } from "./engine.ts";

/** Makes a Unix socket of which nobody has more than its permissions, not even for a moment. */
export function withMode<T>({ path, mode }: SocketFile, make: () => T): T {
  if (mode === undefined) return make();
  const umask = Deno.umask(0o777);
  try {
    const made = make();
    Deno.chmodSync(path, mode);
    return made;
  } finally {
    Deno.umask(umask);
  }
}
