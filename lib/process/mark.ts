import { ID_PREFIX } from "../base/request.ts";

// A limit of its time as a real-time process, which nobody sets but programs that are one, at values which nobody
// reaches. Unlike its environment, a daemon does not write over it, nor does `env -i` drop it.
const RLIMIT_RTTIME = 15;

// Apart from other servers of the machine; with what follows, less than 2^64.
const SERVER = 10_000_000n +
  BigInt(crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % 8_000_000n;
const MOST = 1_000_000_000_000n;

/** The line of `/proc/PID/limits` that every process with a mark of this server has, for `grep`. */
export const MARK_LINE = `^Max realtime timeout *${SERVER}[0-9]\\{12\\} `;

const LINE = new RegExp(`^Max realtime timeout *${SERVER}(\\d{12}) `, "m");

const libc = open();
const limit = new BigUint64Array(2);
const before = new BigUint64Array(2);

/**
 * Starts something with a mark that all that it starts inherits; without one where the system has none, or Deno
 * allows no FFI.
 *
 * @param id The `UNIQUE_ID` that is found again by the mark.
 */
export function marked<T>(id: string, start: () => T): T {
  const serial = parseInt(id.slice(ID_PREFIX.length), 36);
  if (!libc || !Number.isSafeInteger(serial) || !set(null, before)) return start();
  limit[0] = SERVER * MOST + BigInt(serial) % MOST;
  limit[1] = before[1] ?? 0n;
  set(limit, null);
  try {
    return start();
  } finally {
    // What a module starts is not ours.
    set(before, null);
  }
}

/** The id of the mark that a process has. */
export function idOfMark(limits: string): string | undefined {
  const [, serial] = LINE.exec(limits) ?? [];
  return serial === undefined ? undefined : ID_PREFIX + Number(serial).toString(36);
}

function set(to: BigUint64Array<ArrayBuffer> | null, from: BigUint64Array<ArrayBuffer> | null) {
  return libc?.symbols.prlimit(0, RLIMIT_RTTIME, to, from) === 0;
}

/** When the module is loaded, because it is never closed: a test would take that for a leak. */
function open() {
  if (Deno.build.os !== "linux") return undefined;
  try {
    if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return undefined;
    return Deno.dlopen("libc.so.6", {
      prlimit: { parameters: ["i32", "i32", "buffer", "buffer"], result: "i32" },
    });
  } catch {
    // Another libc, or a runtime without FFI.
    return undefined;
  }
}
