import { serverPath } from "../server_path.ts";
import { ignoredSignals } from "../ignored_signals.ts";
import { which } from "../which.ts";

let words: readonly string[] | undefined;

/**
 * The words before a program's own that undo what it would inherit from a server that was started with signals
 * ignored, as by nohup, or with `&` by a shell without job control; none where it was not.
 *
 * On a terminal of its own a program has to have its signals at their defaults: its keys and its hang-up are meant for
 * it alone. A shell cannot take back what it was started with, and the server cannot either for a moment, in which the
 * signal would reach it.
 *
 * @param shell The path of a shell that may start others.
 */
export function defaultSignals(shell: string): readonly string[] {
  return words ??= ignoredSignals()?.length ? wordsOf(shell) : [];
}

function wordsOf(shell: string): readonly string[] {
  try {
    const env = which("env", { path: serverPath(), os: Deno.build.os });
    const found = [env, "--default-signal"];
    // GNU coreutils has it since 8.31, BusyBox has not: there, programs have what the server was given.
    const args = ["-c", 'exec "$0" "$@"', ...found, shell, "-c", ":"];
    const trial = new Deno.Command(shell, { args, stdin: "null", stdout: "null", stderr: "null" });
    return trial.outputSync().success ? found : [];
  } catch {
    return [];
  }
}
