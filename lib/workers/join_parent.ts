import { messageOf, UsageError } from "../base/errors.ts";
import type { Channel } from "../bus/bus.ts";
import { type Order, type Report, type Talk, talk } from "./control.ts";
import { Link } from "./link.ts";
import type { ServiceName } from "./services.ts";
import { WORKER_VARIABLE } from "./worker_variable.ts";

/** A worker's side of the way to its parent. */
export interface Joined extends Omit<Welcome, "kind"> {
  readonly channels: Readonly<Record<ServiceName, Channel>>;
  /** Speaks over the channel of `control`. */
  readonly control: Talk<Report, Order>;
  /** Resolves when the parent has gone. */
  readonly closed: Promise<void>;
}

type Welcome = Extract<Order, { kind: "welcome" }>;

/**
 * Connects a worker with its parent.
 *
 * @throws {UsageError} If there is no such parent.
 */
export async function joinParent(path: string): Promise<Joined> {
  const link = new Link(await connect(path));
  const channels = link.channels;
  const control = talk<Report, Order>(channels.control);
  control.say({ kind: "hello", pid: Deno.pid });
  const welcomed = Promise.withResolvers<Welcome>();
  const early: Order[] = [];
  let take = (order: Order) => {
    if (order.kind === "welcome") welcomed.resolve(order);
    else early.push(order);
  };
  control.hear((order) => take(order));
  const gone = link.closed.then(() => {
    throw new UsageError("Cannot start as a worker: the parent has gone");
  });
  const { kind: _, ...welcome } = await Promise.race([welcomed.promise, gone]);
  return {
    ...welcome,
    channels,
    control: {
      say: control.say,
      hear(listener) {
        take = listener;
        for (const order of early.splice(0)) listener(order);
      },
    },
    closed: link.closed,
  };
}

async function connect(path: string): Promise<Deno.Conn> {
  try {
    return await Deno.connect({ transport: "unix", path });
  } catch (error) {
    const why = `only a parent sets it for its workers: ${messageOf(error)}`;
    throw new UsageError(`Cannot use ${WORKER_VARIABLE}="${path}": ${why}`);
  }
}
