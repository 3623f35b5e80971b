import { Log } from "../../base/log.ts";
import { binary } from "../../codec/binary.ts";
import type { Batch, Connection, Handler, Place, Session } from "../../contract.ts";
import { Life } from "../../process/life.ts";
import type { Source } from "../../process/piece.ts";
import type { TerminalSize } from "../../process/pty/pty.ts";
import { Stdin } from "../../process/stdin.ts";
import type { Started } from "../../process/runner.ts";
import { OneForAll } from "../shared/one_for_all.ts";
import { ownEnd } from "../shared/own_end.ts";
import { type SharedJob, startShared } from "../shared/start_shared.ts";
import type { SharedLife } from "../shared/supervisor.ts";
import { Audience } from "./audience.ts";
import { PROTOCOL, speaksProtocol } from "./control.ts";
import type { TerminalParts } from "./parts.ts";
import { loadScreen, Screen, type ScreenParts } from "./screen.ts";
import { recordedScreen } from "./recorded_screen.ts";
import { Seat } from "./seat.ts";
import { DEFAULT_SIZE, sizeIn } from "./size.ts";

// Bytes that are drawn in one go: that takes a few milliseconds, in which nobody else has a turn.
const STRIDE = 8 * 1024;

/** Options of {@linkcode sharedTerminal}. */
export interface SharedTerminalOptions extends TerminalParts {
  readonly args: readonly string[];
  /** Milliseconds that the program lives on after its last client has left, or Infinity. */
  readonly linger: number;
}

/** A program on one terminal, with its audience. */
interface Stage {
  readonly audience: Audience;
  readonly stdin: Stdin;
}

/** Parts that are there when a program is started. */
interface Scene {
  readonly signal: AbortSignal;
  readonly parts: ScreenParts;
  readonly size: TerminalSize;
}

/** Runs a command on one terminal for all connections. */
export function sharedTerminal(
  options: SharedTerminalOptions,
): Pick<Handler, "accept" | "isReady" | "sole" | "start" | typeof Symbol.asyncDispose> {
  const { program, args, variables, runner, write, maxQueue, linger } = options;
  const log = new Log({ command: program });
  let parts: ScreenParts | undefined;
  /** The size of the client that it is started for. */
  let size: TerminalSize = DEFAULT_SIZE;
  let stage: Stage | undefined;

  function launch(place: Place): SharedLife | Promise<SharedLife> {
    if (!parts) throw new Error("A shared terminal is started for a client");
    const scene = { signal: place.signal, parts, size };
    const job: SharedJob = {
      what: "shared terminal",
      program,
      args,
      ...options.folder,
      variables,
      env: options.env,
      log,
      orphans: options.orphans,
      pty: { streams: "all", size },
    };
    return startShared(runner, job, place, (started) => lifeOf(started, scene));
  }

  function lifeOf(started: Started, { signal, parts, size }: Scene): SharedLife {
    const stdin = new Stdin({ maxQueue, meter: started.meter });
    const terminal: Source = { waiting: 0 };
    const screen = new Screen(parts, {
      size,
      answer: (text) => void stdin.add(terminal, "message", text),
    });
    const audience = new Audience(screen, size, (size) => started.pty?.resize(size));
    stage = { audience, stdin };
    const life = new Life(started, { closeMs: options.closeMs, ending: signal });
    runner.keep(started, life.gone.finally(() => screen[Symbol.dispose]()));
    return {
      pid: life.pid,
      over: life.over.then(async (how) => {
        await audience.drawn();
        return ownEnd(how);
      }),
      // What went wrong with it, its keeper says.
      gone: life.gone.catch(() => {}),
      begin: () =>
        life.begin({
          feed: (stream) => stdin.feed(stream),
          stdout: { decoder: audience, gauge: audience, smallest: 512, stride: STRIDE },
        }),
      end: (atOnce) => life.end(atOnce ? 0 : undefined),
    };
  }

  const one = new OneForAll({
    program,
    key: ["terminal", program, ...args],
    // It is made for the size of a client's.
    isAhead: false,
    launch,
    stopped(how) {
      stage?.audience.close(how);
      stage = undefined;
    },
    linger,
    restart: "never",
    log,
  });

  function open(connection: Connection, speaks: boolean, size?: TerminalSize): Session {
    const source: Source = { waiting: 0 };
    const own = stage;
    const clientLog = log.with({ id: connection.id });
    const type = (batch: Batch) => {
      if (own?.stdin.add(source, "message", binary.encode(batch) as Uint8Array)) return;
      const reason =
        `Input comes faster than the process reads it: more than ${maxQueue} bytes wait`;
      clientLog.error("process", reason);
      seat.close(1013, reason);
    };
    const resize = (size: TerminalSize) => own?.audience.sized(seat, size);
    const seat = new Seat(connection, { speaks, write, log: clientLog, type, resize });
    if (own) {
      seat.tell({ write, shared: true, ...own.audience.size });
      own.audience.join(seat, size);
    } else {
      // The program that it came to has ended since.
      const { code, reason } = one.last ?? { code: 1001, reason: "" };
      seat.close(code, reason);
    }
    one.begin();
    return {
      batch: (batch) => seat.batch(batch),
      close() {
        seat.left();
        own?.audience.leave(seat);
        one.leave();
      },
    };
  }

  return {
    async accept(request, server) {
      const [asked, speaks] = [sizeIn(request.query), speaksProtocol(request.headers)];
      parts ??= await loadScreen();
      size = asked ?? DEFAULT_SIZE;
      return {
        ...await one.enter(server),
        ...(speaks && { subprotocol: PROTOCOL }),
        screen: recordedScreen({ speaks, size: stage?.audience.size ?? size, shared: true }),
        open: (connection) => open(connection, speaks, asked),
      };
    },
    isReady: () => one.isReady(),
    sole: one.sole,
    start: (server) => one.start(server),
    async [Symbol.asyncDispose]() {
      await one[Symbol.asyncDispose]();
      await runner[Symbol.asyncDispose]();
    },
  };
}
