import { messageOf, UsageError } from "../../base/errors.ts";
import { serverPath } from "../server_path.ts";
import { which } from "../which.ts";
import { defaultSignals } from "./default_signals.ts";
import { Pty, type PtyStreams } from "./pty.ts";

// The program keeps the number of the shell: each becomes the next. The shell leads no session, so that the terminal
// becomes nobody's by being opened.
const SCRIPTS = {
  all: 'exec "$@" <>"$0" >&0 2>&0',
  stdout: 'exec "$@" >"$0"',
} as const satisfies Record<PtyStreams, string>;

/** The programs that put another one on a pseudo-terminal, by their paths; the first starts the others. */
export function ptyTools(streams: PtyStreams): readonly string[] {
  const tool = (name: string) => which(name, { path: serverPath(), os: Deno.build.os });
  // setsid of util-linux or BusyBox makes the terminal that of the session: Ctrl-C is a signal then.
  return streams === "all" ? [tool("sh"), tool("setsid")] : [tool("sh")];
}

/** The words before a program's own that put it on a pseudo-terminal. */
export function ptyWords({ streams, path }: Pick<Pty, "streams" | "path">): readonly string[] {
  const [shell = "", ...setsid] = ptyTools(streams);
  const session = streams === "all" ? [...defaultSignals(shell), ...setsid, "-c"] : [];
  return [shell, "-c", SCRIPTS[streams], path, ...session];
}

/**
 * Checks that programs can be put on pseudo-terminals here.
 *
 * @param said What asks for them, as a person has said it: `unbuffer=pty`.
 * @throws {UsageError} If not, with the reason.
 */
export function expectPty(said: string, streams: PtyStreams): void {
  try {
    using pty = new Pty({ streams });
    ptyWords(pty);
  } catch (error) {
    throw new UsageError(`Cannot run programs with ${said}: ${messageOf(error)}`);
  }
}
