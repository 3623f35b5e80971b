/** The variable by which a parent tells a process that it is a worker: the path of the socket to connect to. */
export const WORKER_VARIABLE = "STDWS_WORKER";

/**
 * Takes the variable of a worker out of the environment, so that no program takes itself for one.
 *
 * @returns The path to the parent; undefined where this process is no worker.
 */
export function takeWorkerVariable(): string | undefined {
  // Asks nobody: a worker has all permissions.
  const name = { name: "env", variable: WORKER_VARIABLE } as const;
  if (Deno.permissions.querySync(name).state !== "granted") return undefined;
  const path = Deno.env.get(WORKER_VARIABLE);
  if (path !== undefined) Deno.env.delete(WORKER_VARIABLE);
  return path;
}
