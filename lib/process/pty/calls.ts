import { messageOf } from "../../base/errors.ts";

const SYMBOLS = {
  posix_openpt: { parameters: ["i32"], result: "i32" },
  grantpt: { parameters: ["i32"], result: "i32" },
  unlockpt: { parameters: ["i32"], result: "i32" },
  ptsname_r: { parameters: ["i32", "buffer", "usize"], result: "i32" },
  // Of these two, the last parameter is variadic: passed as any other on the processors of Linux that Deno runs on.
  ioctl: { parameters: ["i32", "usize", "buffer"], result: "i32" },
  open: { parameters: ["buffer", "i32"], result: "i32" },
  chown: { parameters: ["buffer", "u32", "u32"], result: "i32" },
  tcgetattr: { parameters: ["i32", "buffer"], result: "i32" },
  tcsetattr: { parameters: ["i32", "i32", "buffer"], result: "i32" },
  cfmakeraw: { parameters: ["buffer"], result: "void" },
  read: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  write: { parameters: ["i32", "buffer", "usize"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
  eventfd: { parameters: ["u32", "i32"], result: "i32" },
  epoll_create1: { parameters: ["i32"], result: "i32" },
  epoll_ctl: { parameters: ["i32", "i32", "i32", "buffer"], result: "i32" },
  // Waits in a thread of its own.
  epoll_wait: { parameters: ["i32", "buffer", "i32", "i32"], result: "i32", nonblocking: true },
} as const satisfies Deno.ForeignLibraryInterface;

/** The calls of the C library that pseudo-terminals need. */
export type PtyCalls = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

const found = open();

/**
 * The calls.
 *
 * @throws {Error} If this system has none, or Deno does not allow them.
 */
export function ptyCalls(): PtyCalls {
  if (typeof found === "string") throw new Error(found);
  return found;
}

/** When the module is loaded, because it is never closed: a test would take that for a leak. */
function open(): PtyCalls | string {
  if (Deno.build.os !== "linux") return "stdws has pseudo-terminals only on Linux";
  try {
    // Asks nobody: nobody would expect that.
    if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
      return "Deno allows that only with --allow-ffi or -A";
    }
    return Deno.dlopen("libc.so.6", SYMBOLS).symbols;
  } catch (error) {
    return messageOf(error);
  }
}
