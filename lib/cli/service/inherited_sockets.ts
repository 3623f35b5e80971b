import { UsageError } from "../../base/errors.ts";
import type { InheritedSocket } from "../../listen/inherited_socket.ts";
import type { ServiceVariables } from "./service_variables.ts";

/** Descriptors that are passed on begin behind those of the standard streams (sd_listen_fds(3)). */
const FIRST = 3;
/** No service has as many. */
const MOST = 1_024;

/** The sockets that this process was started with. */
export interface Inherited {
  readonly sockets: readonly InheritedSocket[];
  /** Why there are none although some were passed on, for the log. */
  readonly warning?: string;
}

/**
 * Finds the sockets of socket activation.
 *
 * @param pid The number of this process.
 * @throws {UsageError} If the variables cannot be understood.
 */
export function inheritedSockets(variables: ServiceVariables, pid: number): Inherited {
  const { LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES = "" } = variables;
  if (LISTEN_FDS === undefined) return { sockets: [] };
  const count = /^\d{1,5}$/.test(LISTEN_FDS) ? Number(LISTEN_FDS) : NaN;
  if (!(count <= MOST)) {
    throw new UsageError(`Cannot take sockets: LISTEN_FDS=${LISTEN_FDS} is no number of them`);
  }
  if (LISTEN_PID !== String(pid)) {
    const whose = LISTEN_PID === undefined
      ? "comes without a LISTEN_PID"
      : `is for process ${LISTEN_PID}, and this is ${pid}`;
    const warning = `Warning: no sockets are taken: LISTEN_FDS=${count} ${whose}`;
    return count === 0 ? { sockets: [] } : { sockets: [], warning };
  }
  const names = LISTEN_FDNAMES.split(":");
  const sockets = Array.from({ length: count }, (_, index) => {
    return { fd: FIRST + index, name: names[index] || "unknown" };
  });
  return { sockets };
}
