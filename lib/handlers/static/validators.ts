// @ts-types="../../base/std.d.ts"
import { eTag } from "npm:deno-std@1.4.0/http/etag.js";

/** Marks that tell one state of a file from another. */
export interface Validators {
  /** Quotes included. */
  readonly etag: string;
  /** When it was modified, ms since 1970, in whole seconds as in a header; undefined where unknown. */
  readonly modified: number | undefined;
  /** Whether equal means equal in every byte; otherwise the tag is weak. */
  readonly strong: boolean;
}

// The runtime knows the time of the last change in seconds; the clock of a remote disk may differ.
const SETTLED = 3_000;

/**
 * The validators of a file.
 *
 * The tag is made of the inode and the time of its last change as well, because neither can be set: two
 * files of one size that a package or `cp -p` gave the same date are told apart. It is weak while the
 * file is so young that another write could leave no trace in any of it (RFC 9110 §8.8.1).
 *
 * @param now ms since 1970.
 */
export async function validatorsOf(info: Deno.FileInfo, now = Date.now()): Promise<Validators> {
  const { size, dev, ino } = info;
  const mtime = info.mtime?.getTime();
  const ctime = info.ctime?.getTime();
  const changed = Math.max(mtime ?? Infinity, ctime ?? 0);
  const strong = now - changed >= SETTLED;
  return {
    etag: await eTag([dev, ino, size, mtime, ctime].join(" "), { weak: !strong }),
    modified: mtime === undefined ? undefined : Math.floor(mtime / 1000) * 1000,
    strong,
  };
}
