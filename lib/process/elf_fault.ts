import { elfLoader } from "./elf_loader.ts";

/** Names of machines in ELF (e_machine), of those that there are programs for. */
const MACHINES: Readonly<Record<number, string>> = {
  3: "x86",
  8: "MIPS",
  20: "PowerPC",
  21: "PowerPC 64",
  22: "S/390",
  40: "ARM",
  62: "x86-64",
  183: "ARM 64",
  243: "RISC-V",
  258: "LoongArch",
};

/** Machines of which each kind of processor can run programs, or may be able to. */
const RUNS: Readonly<Record<string, readonly number[]>> = {
  x86_64: [3, 62],
  aarch64: [40, 183],
};

/**
 * Finds out why a program in ELF cannot run, from its beginning (System V ABI, chapter 4).
 *
 * @returns undefined where it can, or where that cannot be seen from here.
 */
export function elfFault(head: Uint8Array): string | undefined {
  const { os, arch } = Deno.build;
  if (os === "darwin") return "it is a program for another system";
  if (os !== "linux" || head.length < 64) return undefined;
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  const little = head[5] === 1;
  const machine = view.getUint16(18, little);
  if (!RUNS[arch]?.includes(machine)) {
    if (runsOthers()) return undefined;
    return `it is a program for ${MACHINES[machine] ?? "another machine"}, and this is ${arch}`;
  }
  const loader = elfLoader(head);
  if (loader === undefined || isThere(loader)) return undefined;
  return `its loader "${loader}" is missing: it was made for another system`;
}

/** Whether the kernel was told how to run what is not for its machine, as by an emulator. */
function runsOthers(): boolean {
  try {
    const names = Array.from(Deno.readDirSync("/proc/sys/fs/binfmt_misc"), ({ name }) => name);
    return names.some((name) => name !== "register" && name !== "status");
  } catch (error) {
    // Where it may not be looked at, it may.
    return !(error instanceof Deno.errors.NotFound);
  }
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    return !(error instanceof Deno.errors.NotFound);
  }
}
