import { UsageError } from "./base/errors.ts";
import { MAX_FORKS, MAX_QUEUE } from "./base/limits.ts";
import { type Level, LEVELS, type LogOptions } from "./base/log.ts";
import type { HandlerName } from "./handlers/registry.ts";
import { defaultPassEnv } from "./process/environment.ts";
import type { Framing } from "./process/framing.ts";
import type { ListenOptions } from "./server/listen.ts";
import type { DispatchOptions } from "./socket/dispatch.ts";

/** What a person has set; what is left out gets its default. */
export interface Settings {
  readonly command?: readonly string[];
  readonly dir?: string | undefined;
  readonly echo?: boolean | undefined;
  readonly broadcast?: boolean | undefined;
  readonly listen?: ListenOptions;
  readonly dispatch?: Omit<DispatchOptions, "routes" | "respond" | "lookup">;
  readonly binary?: boolean | undefined;
  readonly passStderr?: boolean | undefined;
  readonly passEnv?: readonly string[] | undefined;
  readonly maxForks?: number | undefined;
  readonly maxQueue?: number | undefined;
  readonly closeMs?: number | undefined;
  readonly reverseLookup?: boolean | undefined;
  readonly logLevel?: string | undefined;
  readonly logFormat?: string | undefined;
}

/** All that a server needs to know: the options of its parts. */
export interface Config {
  readonly handler: HandlerName;
  readonly command: readonly string[];
  readonly dir: string;
  readonly framing: Framing;
  readonly passEnv: readonly string[];
  /** Processes at once; 0 or less means no limit. */
  readonly maxForks: number;
  /** Bytes. */
  readonly maxQueue: number;
  /** Milliseconds. */
  readonly closeMs: number;
  readonly reverseLookup: boolean;
  readonly listen: ListenOptions;
  readonly dispatch: Omit<DispatchOptions, "routes" | "respond" | "lookup">;
  readonly log: LogOptions;
}

/**
 * Checks what was set against each other.
 *
 * @throws {UsageError} If it cannot work (exit code 1).
 */
export function resolveConfig(settings: Settings): Config {
  const { listen = {}, dispatch = {}, command = [], dir = "" } = settings;
  const { maxForks = MAX_FORKS, maxQueue = MAX_QUEUE, closeMs = 0 } = settings;
  if (settings.binary && settings.passStderr) {
    throw new UsageError("--passstderr cannot be used with --binary: its messages are text");
  }
  between("port", listen.port, 0, 65535);
  between("maxframesize", dispatch.maxFrameSize, 0);
  // More than a day in ms would not fit the timers.
  between("pingms", dispatch.pingMs, 0, 86_400_000);
  between("closems", closeMs, 0, 86_400_000);
  between("maxqueue", maxQueue, 1);
  return Object.freeze({
    handler: handlerOf(settings),
    command,
    dir,
    framing: settings.binary ? "binary" : settings.passStderr ? "streams" : "lines",
    passEnv: settings.passEnv ?? defaultPassEnv(Deno.build.os),
    maxForks,
    maxQueue,
    closeMs,
    reverseLookup: settings.reverseLookup ?? false,
    listen,
    dispatch,
    log: {
      level: oneOf<Level>("loglevel", settings.logLevel ?? "access", LEVELS),
      format: oneOf("log-format", settings.logFormat ?? "text", ["text", "json"]),
    },
  });
}

function handlerOf({ command = [], dir, echo, broadcast }: Settings): HandlerName {
  const chosen: [HandlerName, string][] = [];
  if (command.length > 0) chosen.push(["process", `the command "${command.join(" ")}"`]);
  if (dir) chosen.push(["directory", `--dir=${dir}`]);
  if (echo) chosen.push(["echo", "--echo"]);
  if (broadcast) chosen.push(["broadcast", "--broadcast"]);
  const [first, second] = chosen;
  if (!first) {
    throw new UsageError("There is nothing to serve: name a COMMAND, --dir, --echo or --broadcast");
  }
  if (second) {
    throw new UsageError(`Only one of them can be served: ${chosen.map((c) => c[1]).join(", ")}`);
  }
  return first[0];
}

function between(name: string, value: number | undefined, least: number, most = Infinity): void {
  if (value === undefined || (value >= least && value <= most)) return;
  const range = most === Infinity ? `${least} or more` : `${least} to ${most}`;
  throw new UsageError(`Invalid value "${value}" for --${name}: expected ${range}`);
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found !== undefined) return found;
  throw new UsageError(`Invalid value "${value}" for --${name}: expected ${allowed.join(", ")}`);
}
