import { accessFault } from "./access_fault.ts";
import { elfFault } from "./elf_fault.ts";
import { headOf, isElf, isScript, startsWith } from "./program_head.ts";
import { scriptFault, type ScriptFaultOptions } from "./script_fault.ts";

// A script that names a script that names a script: the kernel follows five of them.
const DEEPEST = 5;

/**
 * Finds out why an executable file cannot run, in words that stand behind its name and a colon. The system itself says
 * of most of them no more than that there is no such file; and what it does not know at all, Deno hands to `sh`.
 *
 * @param depth The number of scripts that have named it as their interpreter.
 * @returns undefined where it can, or where that cannot be seen from here.
 */
export function programFault(
  program: string,
  options: ScriptFaultOptions,
  depth = 0,
): string | undefined {
  if (Deno.build.os === "windows" || depth === DEEPEST) return undefined;
  const head = headOf(program);
  const denial = options.restraint && accessFault(program, options.restraint, {
    cwd: depth === 0 ? options.cwd : undefined,
    reads: head !== undefined && !isElf(head),
  });
  if (denial !== undefined || head === undefined) return denial;
  if (head.length === 0) return "it is empty";
  if (startsWith(head, BYTE_ORDER_MARK)) {
    return "it has a byte order mark before its first line";
  }
  if (isElf(head)) return elfFault(head);
  if (!isScript(head)) return undefined;
  return scriptFault(head, options, (interpreter) => {
    const fault = programFault(interpreter, options, depth + 1);
    return fault && fault.replace(/^it /, `its interpreter "${interpreter}" `);
  });
}

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf, 0x23, 0x21];
