import type { Batch } from "../base/batch.ts";
import { CodecError, HandshakeError } from "../base/errors.ts";
import { MAX_QUEUE } from "../base/limits.ts";
import { Latest } from "../base/latest.ts";
import { Log } from "../base/log.ts";
import { type Mark, seenBy } from "../base/mark.ts";
import type { Connection, Handler, Session, SlowPolicy } from "../contract.ts";
import { checkProperties } from "../options/check_properties.ts";
import { Life } from "../process/life.ts";
import { pathOf, programPath } from "../process/program_path.ts";
import { Runner, type Started } from "../process/runner.ts";
import { Stdin } from "../process/stdin.ts";
import type { Lateness } from "../process/unbuffer/lateness.ts";
import { expectCommand } from "./expect_command.ts";
import { kindOf } from "./kind.ts";
import { needsOfCommand } from "./needs.ts";
import { plainWords } from "./plain_words.ts";
import { PROCESS_OPTIONS, type ProcessOptions, processOptionsOf } from "./process_options.ts";
import { Client, type ClientOptions } from "./shared/client.ts";
import { Crowd } from "./shared/crowd.ts";
import { OneForAll } from "./shared/one_for_all.ts";
import { SHARED_OPTIONS, type SharedFraming } from "./shared/options.ts";
import { ownEnd } from "./shared/own_end.ts";
import { Pace } from "./shared/pace.ts";
import { type SharedJob, startShared } from "./shared/start_shared.ts";
import type { SharedLife } from "./shared/supervisor.ts";
import { talkOf } from "./shared/talk_of.ts";
import { SLOW } from "./slow.ts";
import { lateOutputOf, MISMATCH, UNBUFFER, unbufferOf } from "./talk_options.ts";

/** Options of {@linkcode shared}: how the process of all clients is started, ended and talked to. */
export interface SharedOptions extends Omit<ProcessOptions, "framing" | "placeholders" | "unsafe"> {
  /** The framing in which it is talked to; default `lines`. */
  readonly framing?: SharedFraming;
  /** Whether it is started with the first client or at once; default `first`. */
  readonly start?: "first" | "now";
  /** Time that it lives on after its last client has left, in ms, or Infinity; default 0. */
  readonly linger?: number;
  /** Whether it is started again when it has ended by itself; default `never`. */
  readonly restart?: "never" | "on-failure" | "always";
  /** How many of the last lines a new client gets first; default 0. */
  readonly history?: number;
  /** The policy for a client that reads too slowly; default `close`. */
  readonly slow?: SlowPolicy;
}

type Arrival = Pick<ClientOptions, "log" | "announcement"> & {
  readonly seen: Mark | undefined;
  /** Whether it has had messages of the same process before, and does not know that it comes back to it. */
  readonly isBack: boolean;
};

// Of so many clients at their limit may the input wait until no more are let in: a process that does not
// read at all must not be told of more and more of them.
const FULL = 4;

// Clients whose way to the process has broken, and that may not have heard anything until then.
const MOST_BEGUN = 1_000;

// Of the shortest lines no more than a client may have waiting beyond the high-water mark.
const STRIDE = 4 * 1024;

/**
 * Runs a command once for all connections.
 *
 * @param command The program, by path or by PATH, and its arguments.
 * @throws {UsageError} If there is no such program, an option does not take its value, or the options
 * contradict each other.
 *
 * @example
 * ```ts
 * import { serve, shared } from "@stdws/stdws";
 *
 * const handler = shared(["cat"]);
 * await using server = await serve({ port: 0, addresses: ["127.0.0.1"], routes: [{ path: "*", handler }] });
 * const [one, two] = [new WebSocket(`${server.addresses[0]}`), new WebSocket(`${server.addresses[0]}`)];
 * await Promise.all([one, two].map((socket) => new Promise((resolve) => socket.onopen = resolve)));
 * const heard = new Promise((resolve) => two.onmessage = (event) => resolve(event.data));
 * one.send("hello");
 * if (await heard !== "hello") throw new Error("not what the other one said");
 * for (const socket of [one, two]) {
 *   const closed = new Promise((resolve) => socket.onclose = resolve);
 *   socket.close();
 *   await closed;
 * }
 * ```
 */
export function shared(command: readonly string[], options: SharedOptions = {}): Handler {
  expectCommand(command, "shared()");
  checkProperties(sharedKind.options, options, " of shared()");
  const { maxQueue = MAX_QUEUE, start = "first", slow = "close", restart = "never" } = options;
  const { mismatch = "ignore" } = options;
  const [name = "", ...args] = command;
  const { linger = 0 } = options;
  const program = programPath(name, options);
  const late = lateOutputOf(options);
  let lateness: Lateness | undefined;
  const runner = new Runner({ ...options, unbuffer: unbufferOf(options) });
  const stdin = new Stdin<Client>({
    maxQueue,
    lasting: true,
    get meter() {
      return one.place?.meter;
    },
  });
  const crowd = new Crowd();
  /** The places that clients began at whose connections broke off. */
  const begun = new Latest<string, Mark>(MOST_BEGUN);
  // Where messages are dropped for slow clients nothing has to wait.
  const pace = slow === "close" ? new Pace({ lag: (now) => crowd.lag(now) }) : undefined;
  const talk = talkOf(options, stdin, crowd);
  const log = new Log({ command: program });
  const job: SharedJob = {
    what: "shared process",
    program,
    args,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: options.env ?? {},
    log,
    orphans: options.orphans,
  };

  function lifeOf(started: Started, signal: AbortSignal): SharedLife {
    const decoder = talk.started(started.log);
    const watch = lateness = late?.watch({
      program,
      cwd: options.cwd,
      path: pathOf(options),
      log: started.log,
    });
    const { closeMs = 0 } = options;
    const gauge = talk.gauge ? talk.gauge(pace) : pace;
    const life = new Life(started, { closeMs, ending: signal });
    const gone = life.gone.then(async () => {
      const { pid, lost, unsure } = life;
      const said = [];
      if (lost > 0) said.push(`did not take ${lost} bytes from its clients`);
      const { told, status } = await life.over;
      // One that ends as it should has read what it wanted.
      if (unsure > 0 && !told && status && status.code !== 0) {
        said.push(`may not have read what it was given last, ${unsure} bytes at most`);
      }
      if (said.length > 0) started.log.error("process", `Process ${pid} ${said.join(", and ")}`);
    });
    runner.keep(started, gone);
    return {
      pid: life.pid,
      over: life.over.then(ownEnd),
      // What went wrong with it, its keeper says.
      gone: gone.catch(() => {}),
      begin: () =>
        life.begin({
          feed: (stream) => stdin.feed(stream),
          stdout: { decoder, gauge, smallest: 512, stride: STRIDE, watch },
        }),
      end(atOnce) {
        watch?.left();
        if (atOnce) discard();
        life.end(atOnce ? 0 : undefined);
      },
    };
  }

  /** Takes a client out of the crowd; false where it was not in any more. */
  function remove(client: Client): boolean {
    const was = crowd.delete(client);
    if (was) one.leave();
    return was;
  }

  /** Drops input that no process gets any more. */
  function discard(): void {
    const lost = stdin.discard();
    if (lost > 0) log.error("process", `There is no process to take ${lost} bytes from clients`);
  }

  const one = new OneForAll({
    program,
    key: ["shared", ...command],
    isAhead: start === "now",
    launch: (place) => startShared(runner, job, place, (started) => lifeOf(started, place.signal)),
    stopped(how) {
      talk.stopped();
      for (const client of [...crowd]) {
        remove(client);
        client.close(how);
      }
      discard();
    },
    linger,
    restart,
    log,
  });

  /** Gives the process what a client says, or closes the client. */
  function say(client: Client, batch: Batch): void {
    try {
      lateness?.sent(batch.size);
      if (talk.message(client, batch)) {
        // So that who has relayed it knows what the process has got.
        if (one.place?.isJoined) client.hold();
        return;
      }
      const reason =
        `Input comes faster than the process reads it: more than ${maxQueue} bytes of this client wait`;
      client.log.error("process", reason);
      client.close({ code: 1013, reason });
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      client.log.error("process", error.message);
      client.close({ code: error.code, reason: error.message });
    }
  }

  function open(connection: Connection, arrival: Arrival): Session {
    const { isBack } = arrival;
    // One that had heard nothing yet has missed what came since it was there.
    const seen = arrival.seen ?? (isBack ? begun.get(connection.id) : undefined);
    if (isBack) {
      // Before it gets anything that comes behind that.
      const missing = talk.missing ? talk.missing(seen) : undefined;
      if (missing !== 0) connection.missed?.(missing);
    }
    const { place } = talk;
    const past = talk.history?.(seen, isBack) ?? [];
    const [first] = past;
    const from = isBack && seen ? seen : first?.mark ? before(first.mark) : place;
    const client = new Client(connection, { ...arrival, mismatch, past });
    crowd.add(client);
    if (one.last) {
      // The process that it came to has ended since.
      remove(client);
      client.close(one.last);
      return { ending: () => Promise.resolve(client.ending) };
    }
    talk.opened(client);
    one.begin();
    return {
      batch(batch) {
        if (!client.closing) say(client, batch);
      },
      close(code, reason) {
        client.leave();
        // Only so does it come back as the same one.
        if (one.place?.isJoined && from && code === 1006) begun.note(client.id, from);
        if (crowd.get(client.id) === client) talk.left(client, code, reason);
        remove(client);
      },
      ending: () => Promise.resolve(client.ending),
    };
  }

  return {
    label: `Serving using shared process: ${[program, ...args].join(" ")}`,
    framing: options.framing ?? "lines",
    async accept(request, server) {
      talk.hub = server.hub;
      talk.isJoined = server.isJoined ?? false;
      const { returns } = server;
      if (stdin.bufferedAmount > FULL * maxQueue) {
        throw new HandshakeError(
          503,
          `Input comes faster than the process reads it: ${stdin.bufferedAmount} bytes wait`,
        );
      }
      // Now, because a request cannot be read any more once it is answered.
      const arrival = {
        log: server.log.with({ command: program }),
        announcement: talk.announce(request),
        seen: returns ? returns.seen : seenBy(request),
        isBack: returns?.isSame ?? false,
      };
      return {
        ...await one.enter(server),
        slow,
        open: (connection) => open(connection, arrival),
      };
    },
    isReady: () => one.isReady(),
    sole: one.sole,
    start(server) {
      talk.hub = server.hub;
      talk.isJoined = server.isJoined ?? false;
      return one.start(server);
    },
    async [Symbol.asyncDispose]() {
      await one[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
    },
  };
}

/** The place of the message before one. */
const before = ({ log, number }: Mark): Mark => ({ log, number: number - 1 });

/** `shared` for the registry. */
export const sharedKind = kindOf({
  doc: "Runs a command once for all connections of the route",
  argument: { name: "command", kind: "command", value: "COMMAND [args…]" },
  example: [
    "stdws --port=8080 --route='/time=shared sh -c \"while date; do sleep 1; done\"'",
  ],
  options: [...SHARED_OPTIONS, SLOW, ...PROCESS_OPTIONS, MISMATCH, UNBUFFER],
  runs: true,
  make: ({ words, values, placeholders }) =>
    shared(
      placeholders ? plainWords(words, `"shared ${words.join(" ")}"`) : words,
      processOptionsOf(values),
    ),
  needs: needsOfCommand,
});
