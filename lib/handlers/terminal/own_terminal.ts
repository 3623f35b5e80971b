import { binary } from "../../codec/binary.ts";
import type {
  Admission,
  Codec,
  Connection,
  Handler,
  IncomingRequest,
  Place,
} from "../../contract.ts";
import { Bridge } from "../../process/bridge.ts";
import { environment } from "../../process/environment.ts";
import type { Started } from "../../process/runner.ts";
import { PROTOCOL, speaksProtocol } from "./control.ts";
import type { TerminalParts } from "./parts.ts";
import { recordedScreen } from "./recorded_screen.ts";
import { Seat } from "./seat.ts";
import { DEFAULT_SIZE, sizeIn } from "./size.ts";

/** Options of {@linkcode ownTerminal}. */
export interface OwnTerminalOptions extends TerminalParts {
  /** The arguments of the program for a request. */
  argsOf(request: IncomingRequest): readonly string[];
}

/** Bytes both ways, whatever message they come in. */
const TYPED: Codec = { ...binary, takes: "both" };

/** Runs a command on a terminal of its own for every connection. */
export function ownTerminal(options: OwnTerminalOptions): Pick<Handler, "accept"> {
  const { program, variables, env, runner, write, maxQueue, closeMs, orphans } = options;

  function start(
    request: IncomingRequest,
    { log, processes, meter }: Place,
  ): Started | Promise<Started> {
    return runner.start({
      program,
      args: options.argsOf(request),
      ...options.folder,
      id: request.id,
      environment: (inherited, trace) =>
        environment(request, {
          scriptName: "/",
          pathInfo: request.path,
          inherited: { ...variables, ...inherited },
          own: env,
          trace,
        }),
      trace: request.trace,
      log: log.with({ command: program }),
      processes,
      meter,
      refusal: "Max of possible forks already active, upgrade rejected",
      orphans,
      pty: { streams: "all", size: sizeIn(request.query) ?? DEFAULT_SIZE },
    });
  }

  /** Apart from what starts it: nothing here remembers the request, as long as the connection lasts. */
  function admit(started: Started, speaks: boolean, { signal }: Place): Admission {
    const bridge = new Bridge(started, { codec: TYPED, closeMs, maxQueue, ending: signal });

    function run(seat?: Seat, connection?: Connection): void {
      runner.keep(
        started,
        bridge.run(seat).catch((error) => {
          connection?.close(1011, "Internal error");
          throw error;
        }),
      );
    }
    return {
      associated: { command: program, pid: String(started.child.pid) },
      ...(speaks && { subprotocol: PROTOCOL }),
      open(connection) {
        const seat = new Seat(connection, {
          speaks,
          write,
          log: started.log,
          type: (batch) => bridge.batch(batch),
          resize: (size) => started.pty?.resize(size),
        });
        seat.tell({ write });
        run(seat, connection);
        return {
          batch: (batch) => seat.batch(batch),
          close() {
            seat.left();
            bridge.leave();
          },
          ending: () => bridge.ending(),
        };
      },
      abandon: () => run(),
    };
  }

  return {
    accept(request, place) {
      const speaks = speaksProtocol(request.headers);
      const size = sizeIn(request.query) ?? DEFAULT_SIZE;
      const admission = (started: Started): Admission => ({
        ...admit(started, speaks, place),
        screen: recordedScreen({ speaks, size, shared: false }),
      });
      const started = start(request, place);
      return started instanceof Promise ? started.then(admission) : admission(started);
    },
  };
}
