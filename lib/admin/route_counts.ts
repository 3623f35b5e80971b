import type { Carried, RouteMeter } from "../base/meter.ts";
import type { ConnectionFacts } from "../connection/connection_facts.ts";
import type { Instruments } from "./instruments.ts";
import { codeLabel, endLabel, statusLabel } from "./labels.ts";

/** Counts what happens at a route, or at all that share a label. */
export class RouteCounts implements RouteMeter {
  readonly #instruments: Instruments;
  readonly #route: string;
  /** All that connections have carried which have ended. */
  readonly #ended = new Sum();

  /** @param route The label. */
  constructor(instruments: Instruments, route: string) {
    this.#instruments = instruments;
    this.#route = route;
    // A rate can be told of what was 0 before.
    instruments.processes.set({ route }, 0);
    instruments.processesStarted.inc({ route }, 0);
    instruments.handshakes.inc({ route, status: "101" }, 0);
  }

  answered(what: "handshake" | "request", status: number): void {
    const { handshakes, requests } = this.#instruments;
    const counter = what === "handshake" ? handshakes : requests;
    counter.inc({ route: this.#route, status: statusLabel(status) });
  }

  opened(): void {
    this.answered("handshake", 101);
  }

  closed(code: number, carried: Carried): void {
    this.#ended.add(carried);
    this.#instruments.connectionsClosed.inc({ route: this.#route, code: codeLabel(code) });
  }

  denied(kind: string): void {
    this.#instruments.denied.inc({ route: this.#route, kind });
  }

  limited(limit: string): void {
    this.#instruments.limited.inc({ route: this.#route, limit });
  }

  processStarted(ms: number): void {
    const { processes, processesStarted, spawn } = this.#instruments;
    const route = this.#route;
    processes.inc({ route });
    processesStarted.inc({ route });
    spawn.observe({ route }, ms / 1_000);
  }

  processFailed(): void {
    this.#instruments.processFailures.inc({ route: this.#route });
  }

  processEnded(end: Pick<Deno.CommandStatus, "code" | "signal">): void {
    const route = this.#route;
    this.#instruments.processes.dec({ route });
    this.#instruments.processesEnded.inc({ route, status: endLabel(end) });
  }

  processSignalled(signal: string): void {
    this.#instruments.processesSignalled.inc({ route: this.#route, signal });
  }

  inputLost(count: number): void {
    this.#instruments.inputLost.inc({ route: this.#route }, count);
  }

  inputTaken(ms: number): void {
    this.#instruments.delay.observe({ route: this.#route }, ms / 1_000);
  }

  /**
   * Sets what is not counted as it happens.
   *
   * @param open The connections that are open.
   */
  publish(open: readonly ConnectionFacts[]): void {
    const { connections, queued, messages, bytes, dropped } = this.#instruments;
    const route = this.#route;
    const sum = new Sum(this.#ended);
    let waiting = 0;
    for (const { carried, bufferedAmount } of open) {
      sum.add(carried);
      waiting += bufferedAmount;
    }
    connections.set({ route }, open.length);
    queued.set({ route }, waiting);
    messages.inc({ route, direction: "in" }, sum.messagesIn);
    messages.inc({ route, direction: "out" }, sum.messagesOut);
    bytes.inc({ route, direction: "in" }, sum.bytesIn);
    bytes.inc({ route, direction: "out" }, sum.bytesOut);
    dropped.inc({ route }, sum.dropped);
  }
}

/** Amounts of many connections. */
class Sum implements Carried {
  messagesIn = 0;
  bytesIn = 0;
  messagesOut = 0;
  bytesOut = 0;
  dropped = 0;

  constructor(carried?: Carried) {
    if (carried) this.add(carried);
  }

  add(carried: Carried): void {
    this.messagesIn += carried.messagesIn;
    this.bytesIn += carried.bytesIn;
    this.messagesOut += carried.messagesOut;
    this.bytesOut += carried.bytesOut;
    this.dropped += carried.dropped;
  }
}
