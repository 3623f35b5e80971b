import { dirname, join } from "node:path";
import { serverPath } from "../server_path.ts";
import { elfLoader } from "../elf_loader.ts";
import { headOf, isElf } from "../program_head.ts";
import { which } from "../which.ts";

/** The library by which `stdbuf` of GNU coreutils changes the buffers of C's standard output. */
export interface Stdbuf {
  /** The path of `stdbuf` itself, as it was found. */
  readonly program: string;
  readonly library: string;
  /** The loader of programs that can load it. */
  readonly loader: string;
}

// Where it lies, beside the folder of `stdbuf` itself: as upstream installs it, and where systems put it.
const PLACES = [
  "../libexec/coreutils/libstdbuf.so",
  "../lib/coreutils/libstdbuf.so",
  `../lib/${Deno.build.arch}-linux-gnu/coreutils/libstdbuf.so`,
];

// Its name in a program that was built with AddressSanitizer, which ends where another library is loaded before.
const ASAN = new TextEncoder().encode("libasan.so");

// Bytes in which the libraries stand that a program names.
const NAMES = 64 * 1024;

/**
 * Finds it.
 *
 * @returns Why not, where there is none, or the runtime would start no program with it.
 */
export function findStdbuf(): Stdbuf | string {
  if (Deno.build.os !== "linux") return "it works only on Linux";
  // With what makes the loader load something else, Deno starts programs only where it may start all. Nobody is asked.
  if (Deno.permissions.querySync({ name: "run" }).state !== "granted") {
    return "Deno allows that only with --allow-run or -A";
  }
  try {
    const program = which("stdbuf", { path: serverPath(), os: "linux" });
    const folder = dirname(Deno.realPathSync(program));
    const loader = elfLoader(headOf(program) ?? new Uint8Array());
    const library = PLACES.map((place) => join(folder, place)).find(isFile);
    if (library !== undefined && loader !== undefined) return { program, library, loader };
  } catch {
    // As where it has no library, because it is not that of GNU.
  }
  return "there is no stdbuf of GNU coreutils";
}

/** Whether a program can load it: one that is linked statically does not, one of another C library cannot. */
export function canLoad({ loader }: Stdbuf, program: string): boolean {
  const head = headOf(program, NAMES);
  return head !== undefined && isElf(head) && elfLoader(head) === loader && !includes(head, ASAN);
}

/** The variables that have it loaded, and C's standard output flushed at the end of each line. */
export function stdbufVariables({ library }: Stdbuf): Readonly<Record<string, string>> {
  return { LD_PRELOAD: library, _STDBUF_O: "L" };
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

function includes(bytes: Uint8Array, part: Uint8Array): boolean {
  const [first = 0] = part;
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (part.every((byte, index) => bytes[at + index] === byte)) return true;
  }
  return false;
}
