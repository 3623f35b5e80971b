import type { IncomingRequest } from "../../base/request.ts";
import { environment } from "../../process/environment.ts";

/** Options of {@linkcode hello}. */
export interface HelloOptions {
  readonly scriptName: string;
  readonly pathInfo: string;
  /** Variables of the route, which stand above all others. */
  readonly own: Readonly<Record<string, string>>;
}

/**
 * Makes the line that tells a process who has come: an `open` event with the variables that a process started for this
 * request would have, but for those that it inherits from the server.
 *
 * @returns Makes it for the process with a `UNIQUE_ID`, by which what that leaves behind is found; `id` is that of the
 * connection.
 * @throws {HandshakeError} If a parameter of the query cannot be said (400).
 */
export function hello(
  request: IncomingRequest,
  { scriptName, pathInfo, own }: HelloOptions,
): (processId: string) => string {
  const env = environment(request, { scriptName, pathInfo, inherited: {}, own });
  const { id } = request;
  return (UNIQUE_ID) => `${JSON.stringify({ type: "open", id, env: { ...env, UNIQUE_ID } })}\n`;
}
