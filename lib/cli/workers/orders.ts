import { constants } from "node:os";
import { Log } from "../../base/log.ts";
import type { Order } from "../../workers/control.ts";
import type { Joined } from "../../workers/join_parent.ts";
import type { Load } from "../../workers/worker_process.ts";

const log = new Log();

const { SIGINT, SIGTERM, SIGKILL } = constants.signals;

/** A worker that serves, as the orders of its parent see it. */
export interface Obeying {
  /** The load that it has now. */
  readonly load: Load;
  /**
   * Takes up what has changed.
   *
   * @returns Why it did not; undefined where it did.
   */
  reload(order: Extract<Order, { kind: "reload" }>): Promise<string | undefined>;
  /** Leaves new connections to its successor. */
  retire(): Promise<void>;
}

/** The orders of a parent to its worker: those to end are obeyed from the start on, others when it serves. */
export class Orders {
  readonly #control: Joined["control"];
  readonly #ending = Promise.withResolvers<number>();
  readonly #again = Promise.withResolvers<number>();
  #isEnding = false;
  #obeying: Obeying | undefined;
  /** Orders for when it serves. */
  readonly #early: Order[] = [];

  /** @param left Called when the parent has gone without an order to end. */
  constructor({ control, closed }: Pick<Joined, "control" | "closed">, left: () => void) {
    this.#control = control;
    control.hear((order) => void this.#take(order));
    closed.then(() => {
      if (this.#isEnding) return this.#again.resolve(SIGKILL);
      log.error("server", "The parent has gone: its worker ends as well");
      left();
      this.#end(SIGINT);
    });
  }

  /** Resolves when it is to end, to the number of the signal that one process would get for that. */
  get ending(): Promise<number> {
    return this.#ending.promise;
  }

  /** Resolves when it is to end at once. */
  get again(): Promise<number> {
    return this.#again.promise;
  }

  /** Obeys all orders from now on, where it serves. */
  obey(obeying: Obeying): void {
    this.#obeying = obeying;
    for (const order of this.#early.splice(0)) this.#take(order);
  }

  #end(signal: number): void {
    this.#isEnding = true;
    this.#ending.resolve(signal);
  }

  async #take(order: Order): Promise<void> {
    const obeying = this.#obeying;
    switch (order.kind) {
      case "end":
        return this.#end(order.drains ? SIGTERM : SIGINT);
      case "quit":
        this.#end(SIGINT);
        return this.#again.resolve(SIGKILL);
      case "retire":
        await obeying?.retire();
        return this.#end(SIGTERM);
    }
    if (!obeying) this.#early.push(order);
    else if (order.kind === "ping") this.#control.say({ kind: "pong", ...obeying.load });
    else if (order.kind === "reload") {
      const failed = await obeying.reload(order);
      this.#control.say({ kind: "reloaded", ...(failed === undefined ? {} : { failed }) });
    }
  }
}
