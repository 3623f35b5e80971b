import type { Channel } from "../bus/bus.ts";

/**
 * The services that share the one way between the parent and a worker: the first byte of a frame says whose it is. With
 * `CLOSED` added to it, and nothing behind it, that service's end has closed its channel.
 *
 * - `control`: lib/workers/control.ts: ready, heartbeat, reload, end
 * - `bus`: lib/bus/local/: topics, peers and claims
 * - `ledger`: lib/workers/ledger*.ts: limits that hold for all workers together
 * - `ask`: what one worker asks of all others, for the admin's page and metrics
 *
 * In a worker, `joinParent` gives the channel of each. In the parent, whoever serves one is a {@linkcode ServiceHandler}
 * of `runParent`, which is called with the channel of each worker that has come.
 */
export const SERVICES = { control: 0, bus: 1, ledger: 2, ask: 3 } as const;

/** The name of a service. */
export type ServiceName = keyof typeof SERVICES;

/** The names of all services. */
export const SERVICE_NAMES = Object.keys(SERVICES) as readonly ServiceName[];

/** Marks the end of a service's frames. */
export const CLOSED = 0x80;

/** A worker as the parent's services know it. */
export interface WorkerFacts {
  /** The number of its place, from 1; another process may have had it before, and still be ending. */
  readonly number: number;
  readonly pid: number;
}

/** Serves a service in the parent: called once for each worker, whose end is that of the channel. MUST NOT throw. */
export type ServiceHandler = (channel: Channel, worker: WorkerFacts) => void;

/** The parent's services; what nobody serves is closed. */
export type ServiceHandlers = Partial<Record<Exclude<ServiceName, "control">, ServiceHandler>>;
