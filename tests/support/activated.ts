import { Lines } from "./lines.ts";
import { type Form, ROOT, wordsOf } from "./server.ts";
import { stopServer } from "./stop_server.ts";

/** Options of {@linkcode Activated}. */
export interface ActivatedOptions {
  readonly form?: Form;
  /** Kinds of sockets: `tcp`, `tcp6`, `udp`, the path of a Unix socket, or `none` for what is not there. */
  readonly sockets: readonly string[];
  /** How often it is started; default: once. */
  readonly runs?: number;
  /** Variables that stand above those of the sockets. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags of the runtime in place of `-A`. */
  readonly flags?: readonly string[];
}

/** A server that was started with listening sockets, as systemd does it; disposing ends it. */
export class Activated implements AsyncDisposable {
  readonly child: Deno.ChildProcess;
  readonly stdout: Lines;
  /** Where the sockets are, and which process has which number; then what the program says there. */
  readonly stderr: Lines;

  constructor(args: readonly string[], options: ActivatedOptions) {
    const { form, sockets, runs = 1, env = {}, flags } = options;
    const words = wordsOf(form).flatMap((word) => word === "-A" && flags ? flags : [word]);
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
    const launcher = [`${ROOT}tests/support/activated.py`, sockets.join(","), `${runs}`];
    this.child = new Deno.Command("python3", {
      args: [...launcher, ...variables, "--", ...words, ...args],
      env: { NO_COLOR: "1", TZ: "UTC" },
      cwd: ROOT,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.stdout = new Lines(this.child.stdout);
    this.stderr = new Lines(this.child.stderr);
  }

  /** The ports of its TCP sockets, in their order. */
  async ports(): Promise<number[]> {
    await this.pid();
    return this.stderr.all.flatMap((line) => /^listening (\d+)$/.exec(line)?.[1] ?? []).map(Number);
  }

  /** The number of the process that was started at that time, 1 for the first. */
  async pid(time = 1): Promise<number> {
    let known = 0;
    for (let count = 1;; count++) {
      const line = await this.stderr.after(known, /^started \d+$/);
      known = this.stderr.all.indexOf(line) + 1;
      if (count === time) return Number(line.split(" ")[1]);
    }
  }

  /** Waits for the end of it. */
  async ended(): Promise<Deno.CommandStatus> {
    await Promise.all([this.stdout.ended, this.stderr.ended]);
    return await this.child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await stopServer(this, "SIGTERM");
  }
}
