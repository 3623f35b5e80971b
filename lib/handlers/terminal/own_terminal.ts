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
import type { Started } from "../../process/runner.ts";
import { keepOwn, type OwnJob, startOwn } from "../process/own_process.ts";
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

  /** Apart from what starts it: nothing here remembers the request, as long as the connection lasts. */
  function admit(started: Started, speaks: boolean, { signal }: Place): Admission {
    const bridge = new Bridge(started, { codec: TYPED, closeMs, maxQueue, ending: signal });

    function run(seat?: Seat, connection?: Connection): void {
      keepOwn(runner, started, bridge.run(seat), connection);
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
      const job: OwnJob = {
        program,
        args: options.argsOf(request),
        ...options.folder,
        scriptName: "/",
        pathInfo: request.path,
        variables,
        env,
        orphans,
        pty: { streams: "all", size },
      };
      const started = startOwn(runner, job, request, place);
      return started instanceof Promise ? started.then(admission) : admission(started);
    },
  };
}
