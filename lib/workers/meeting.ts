import { ListenError, messageOf } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { within } from "../base/within.ts";
import type { Order, Report } from "./control.ts";
import { talk } from "./control.ts";
import { Link } from "./link.ts";

const log = new Log();

// A path of a Unix socket may have so many bytes (unix(7)), and the name of the socket is among them.
const LONGEST = 100;

// How long somebody who has connected may say nothing, in ms.
const PATIENCE = 10_000;

// Milliseconds after which it is tried again to take one: whoever came waits in the queue of the system.
const AGAIN = 500;

/** The Unix socket at which workers meet their parent, in a folder that only its user can enter. */
export class Meeting implements Disposable {
  readonly path: string;
  readonly #folder: string;
  readonly #listener: Deno.UnixListener;
  #isClosed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * Makes it.
   *
   * @param came Called with each process that has said who it is; answers whether it is one.
   * @throws {ListenError} If there is no folder for it.
   */
  constructor(came: (pid: number, link: Link) => boolean) {
    const { path, folder, listener } = meetingPlace();
    this.path = path;
    this.#folder = folder;
    this.#listener = listener;
    this.#acceptAll(came);
  }

  [Symbol.dispose](): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#listener.close();
    try {
      Deno.removeSync(this.#folder, { recursive: true });
    } catch (error) {
      // Whoever tidies up has removed it.
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  async #acceptAll(came: (pid: number, link: Link) => boolean): Promise<void> {
    for (let conn; (conn = await this.#accept());) {
      const link = new Link(conn);
      greeting(link).then((pid) => {
        if (pid === undefined || !came(pid, link)) link.close();
      });
    }
  }

  /** The next one that comes, also after the system had no descriptor for one; undefined when it is closed. */
  async #accept(): Promise<Deno.UnixConn | undefined> {
    for (let isFailing = false;;) {
      try {
        const conn = await this.#listener.accept();
        if (isFailing) log.info("server", "Taking workers again");
        return conn;
      } catch (error) {
        if (this.#isClosed) return undefined;
        if (!isFailing) log.error("server", `Cannot take workers: ${messageOf(error)}`);
        isFailing = true;
      }
      await new Promise((resolve) => this.#timer = setTimeout(resolve, AGAIN));
    }
  }
}

function meetingPlace(): { path: string; folder: string; listener: Deno.UnixListener } {
  let folder: string | undefined;
  try {
    folder = Deno.makeTempDirSync({ prefix: "stdws-" });
    if (bytes(folder) >= LONGEST) {
      // Where TMPDIR is deep; such a folder is everywhere.
      Deno.removeSync(folder);
      folder = undefined;
      folder = Deno.makeTempDirSync({ dir: "/tmp", prefix: "stdws-" });
    }
    const path = `${folder}/parent`;
    return { path, folder, listener: Deno.listen({ transport: "unix", path }) };
  } catch (error) {
    if (folder !== undefined) Deno.removeSync(folder, { recursive: true });
    const place = Deno.env.get("TMPDIR");
    const where = place ? `TMPDIR="${place}"` : "/tmp";
    throw new ListenError(
      `Cannot make a folder in ${where}, in which workers meet their parent: ${messageOf(error)}`,
    );
  }
}

function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}

/** The process that is at the other end; undefined where it does not say so. */
async function greeting(link: Link): Promise<number | undefined> {
  const { promise, resolve } = Promise.withResolvers<number | undefined>();
  talk<Order, Report>(link.channels.control).hear((report) => {
    resolve(report.kind === "hello" ? report.pid : undefined);
  });
  link.closed.then(() => resolve(undefined));
  return await within(promise, PATIENCE) ? await promise : undefined;
}
