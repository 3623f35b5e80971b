import { nextId } from "../../base/request.ts";
import type { Place } from "../../contract.ts";
import type { Job, Runner, Started } from "../../process/runner.ts";
import { sharedEnvironment } from "../../process/shared_environment.ts";

/** A process to start for all clients of a route. */
export interface SharedJob
  extends Pick<Job, "program" | "args" | "cwd" | "log" | "orphans" | "pty"> {
  /** The name for it where no permit is left, as `shared process`. */
  readonly what: string;
  /** Variables that those of the server stand above; default: none. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Variables that stand above all others. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Starts a process that serves no request of its own.
 *
 * @param live Makes of it what is wanted, in the same turn.
 * @throws {LimitError} As `start` of the runner.
 * @throws {LaunchError} If it cannot be started.
 */
export function startShared<T>(
  runner: Runner,
  { what, variables, env, ...job }: SharedJob,
  { processes, meter }: Place,
  live: (started: Started) => T,
): T | Promise<T> {
  const id = nextId();
  const starting = runner.start({
    ...job,
    id,
    environment: (inherited, trace) =>
      sharedEnvironment({ id, inherited: { ...variables, ...inherited }, own: env, trace }),
    own: env,
    processes,
    meter,
    refusal: `Max of possible forks already active, ${what} not started`,
  });
  return starting instanceof Promise ? starting.then(live) : live(starting);
}
