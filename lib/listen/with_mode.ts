import type { SocketFile } from "./engine.ts";
import { setRights } from "./set_rights.ts";

/** Makes a Unix socket of which nobody has more than its permissions, not even for a moment. */
export function withMode<T>(file: SocketFile, make: () => T): T {
  if (file.mode === undefined) return make();
  const umask = Deno.umask(0o777);
  try {
    const made = make();
    setRights(file);
    return made;
  } finally {
    Deno.umask(umask);
  }
}
