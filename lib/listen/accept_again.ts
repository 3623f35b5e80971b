import type { Server } from "node:net";
import { messageOf } from "../base/errors.ts";
import { Log } from "../base/log.ts";

const log = new Log();

// How long nobody may come in until the server knocks at its own door, in ms.
const QUIET_MS = 3_000;
// When to look whether it is heard, twice: the first time, all else may have taken the second.
const LOOK_MS = 1_000;
// Where others keep the server busy, it may hear nobody for seconds: so it is deaf only after as many turns of the loop.
const TURNS = 200;

/** How a server can tell whether it accepts connections, and does so again. */
export interface Door {
  /** Connects to it; others may listen at the same place, where `isWaitedAt` is there. */
  knock(): Promise<Deno.Conn>;
  /** Whether somebody waits to be accepted: then that is looked at, and nobody knocks. */
  readonly isWaitedAt?: () => boolean;
  /** Listens at the same place once more. */
  listen(): void;
}

/** The watch over a server. To be disposed before the server is closed. */
export interface Accepting extends Disposable {
  /** Whether a connection that ends without a word was the server's own; once for each of them. */
  wasOwn(): boolean;
}

/**
 * Has a server listen again after the system had no descriptor for a connection: in `node:net` of Deno 2.9 that
 * ends its accepting for good, and no event tells. So it connects to itself while nobody else does, which takes
 * no permission that listening does not take.
 */
export function acceptAgain(server: Server, { knock, isWaitedAt, listen }: Door): Accepting {
  /** Whether somebody has come in since the last look. */
  let came = false;
  /** Looks since it has knocked; undefined where it has not. */
  let looks: number | undefined;
  let failing = false;
  let own = 0;
  let timer = setTimeout(look, QUIET_MS);

  server.on("connection", () => {
    came = true;
  });
  // Listening again may fail, and is tried again.
  server.on("error", (error) => fail(error));

  function look(): void {
    const heard = came;
    came = false;
    if (heard) {
      if (failing) log.info("server", "Accepting connections again");
      failing = false;
      looks = undefined;
    } else if (looks === undefined) {
      if (isWaitedAt && !isWaitedAt()) return again(QUIET_MS);
      looks = 0;
      if (isWaitedAt) return again(LOOK_MS);
      knock().then((conn) => {
        own++;
        conn.close();
      }).catch(refused);
    } else if (isWaitedAt?.() === false) {
      // Another process has accepted whoever it was.
      looks = undefined;
    } else if (++looks > TURNS) {
      fail("there were too many open files");
      looks = undefined;
      own = 0;
      listen();
    }
    again(heard ? QUIET_MS : (looks ?? 0) > 1 ? 0 : LOOK_MS);
  }
  function again(ms: number): void {
    timer = setTimeout(look, ms);
  }
  function refused(error: unknown): void {
    const { code } = error as { code?: string };
    // Nobody listens: what it did to that end has failed.
    if (code === "ECONNREFUSED") return;
    looks = undefined;
    if (code === "EMFILE" || code === "ENFILE") fail(error);
  }
  function fail(why: unknown): void {
    if (failing) return;
    failing = true;
    const reason = typeof why === "string" ? why : messageOf(why);
    log.error("server", `Cannot accept connections: ${reason}`);
  }
  return {
    wasOwn: () => own > 0 && own-- > 0,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
