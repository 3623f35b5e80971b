import { Lines } from "./lines.ts";
import { ROOT } from "./server.ts";

/** A message to a service manager. */
export interface Notice {
  readonly lines: readonly string[];
  /** The number of the process that has sent it. */
  readonly sender: number;
}

/** A socket that is told how a service is, as systemd has one (sd_notify(3)); disposing ends it. */
export class NotifySocket implements AsyncDisposable {
  /** For NOTIFY_SOCKET: a path, or a name that begins with `@`. */
  readonly name: string;
  readonly #folder: string;
  readonly #child: Deno.ChildProcess;
  readonly #said: Lines;
  /** Lines that were looked at. */
  #seen = 1;

  private constructor(name: string, folder: string) {
    this.name = name;
    this.#folder = folder;
    this.#child = new Deno.Command("python3", {
      args: [`${ROOT}tests/support/notify.py`, name],
      stdin: "null",
      stdout: "piped",
    }).spawn();
    this.#said = new Lines(this.#child.stdout);
  }

  /** Listens, at a path or in the abstract namespace. */
  static async start(kind: "path" | "abstract" = "path"): Promise<NotifySocket> {
    const folder = await Deno.makeTempDir();
    const name = kind === "path" ? `${folder}/notify` : `@${folder}/notify`;
    const socket = new NotifySocket(name, folder);
    await socket.#said.until(/^listening$/);
    return socket;
  }

  /** The next message that has a line like that; those before it are not looked at again. */
  async until(pattern: RegExp): Promise<Notice> {
    for (;;) {
      const line = await this.#said.after(this.#seen, /^\{/);
      this.#seen = this.#said.all.indexOf(line, this.#seen) + 1;
      const notice: Notice = JSON.parse(line);
      if (notice.lines.some((each) => pattern.test(each))) return notice;
    }
  }

  /** All messages so far. */
  get all(): Notice[] {
    return this.#said.all.slice(1).map((line) => JSON.parse(line));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await Promise.all([this.#child.status, this.#said.ended]);
    await Deno.remove(this.#folder, { recursive: true });
  }
}
