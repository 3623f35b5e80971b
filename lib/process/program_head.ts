const ELF = [0x7f, 0x45, 0x4c, 0x46];
const SHEBANG = [0x23, 0x21];

/**
 * The beginning of a file.
 *
 * @param length Bytes of it; by default as many as name its interpreter or loader.
 * @returns undefined where it may not be read, which a program need not be.
 */
export function headOf(program: string, length = 4096): Uint8Array<ArrayBuffer> | undefined {
  try {
    using file = Deno.openSync(program);
    const head = new Uint8Array(length);
    return head.subarray(0, file.readSync(head) ?? 0);
  } catch {
    return undefined;
  }
}

/** Whether a file is a program for a machine (ELF). */
export function isElf(head: Uint8Array): boolean {
  return startsWith(head, ELF);
}

/** Whether a file is a script whose first line names its interpreter (execve(2)). */
export function isScript(head: Uint8Array): boolean {
  return startsWith(head, SHEBANG);
}

/** Whether bytes begin with others. */
export function startsWith(bytes: Uint8Array, begin: readonly number[]): boolean {
  return begin.every((byte, index) => bytes[index] === byte);
}
