import type { Connection, IncomingRequest, Place } from "../../contract.ts";
import { environment } from "../../process/environment.ts";
import type { Job, Runner, Started } from "../../process/runner.ts";

/** A process to start for one request. */
export interface OwnJob extends Pick<Job, "program" | "args" | "cwd" | "orphans" | "pty"> {
  /** The program's path as the client sees it. */
  readonly scriptName: string;
  /** The path that follows that one. */
  readonly pathInfo: string;
  /** Variables that those of the server stand above; default: none. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Variables that stand above all others. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a process before its request is answered, so that a program that cannot be started gives the client an HTTP
 * error.
 *
 * @throws {LimitError} As `start` of the runner.
 * @throws {LaunchError} If it cannot be started.
 */
export function startOwn(
  runner: Runner,
  { scriptName, pathInfo, variables, env, ...job }: OwnJob,
  request: IncomingRequest,
  { log, processes, meter }: Place,
): Started | Promise<Started> {
  return runner.start({
    ...job,
    id: request.id,
    environment: (inherited, trace) =>
      environment(request, {
        scriptName,
        pathInfo,
        inherited: { ...variables, ...inherited },
        own: env,
        trace,
      }),
    own: env,
    trace: request.trace,
    log: log.with({ command: job.program }),
    processes,
    meter,
    refusal: "Max of possible forks already active, upgrade rejected",
  });
}

/**
 * Remembers a process until all of it has ended.
 *
 * @param run Its bridge to the client, which closes with 1011 where that fails.
 */
export function keepOwn(
  runner: Runner,
  started: Started,
  run: Promise<void>,
  client: Pick<Connection, "close"> | undefined,
): void {
  runner.keep(
    started,
    run.catch((error) => {
      client?.close(1011, "Internal error");
      throw error;
    }),
  );
}
