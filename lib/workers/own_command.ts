/**
 * The command that this process was started with, to start it once more: the runtime with its flags and the program, or
 * the compiled executable.
 */
export function ownCommand(): { readonly program: string; readonly args: readonly string[] } {
  const words = Deno.readTextFileSync("/proc/self/cmdline").split("\0");
  // Behind the last one is a NUL as well.
  return { program: Deno.execPath(), args: words.slice(1, -1) };
}
