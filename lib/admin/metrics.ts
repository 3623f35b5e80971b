import type { Registry } from "npm:prom-client@15.1.3";
import { linesLeftOut } from "../base/log.ts";
import type { Meter } from "../base/meter.ts";
import { VERSION } from "../base/version.ts";
import type { Bus } from "../bus/bus.ts";
import type { ConnectionFacts } from "../connection/connection_facts.ts";
import { addBusFigures } from "./bus_figures.ts";
import { Instruments } from "./instruments.ts";
import { RouteLabels } from "./labels.ts";
import type { MetricsData } from "./metrics_of_all.ts";
import { addProcessFigures } from "./process_figures.ts";
import { RouteCounts } from "./route_counts.ts";

/** The state of a server at a look. */
export interface Look {
  /** All connections that are open. */
  readonly connections: Iterable<ConnectionFacts>;
  readonly ready: boolean;
}

/** Counts what a server does, and writes it as Prometheus reads it. */
export class Metrics implements Meter {
  readonly #instruments = new Instruments();
  readonly #labels = new RouteLabels();
  /** By label. */
  readonly #routes = new Map<string, RouteCounts>();

  /**
   * @param engine The name of the engine that serves.
   * @param bus Joins it with other servers; default: it is alone.
   */
  constructor(engine: string, bus?: Bus) {
    const { info, registry } = this.#instruments;
    info.set({ version: VERSION, deno: Deno.version.deno, engine }, 1);
    addProcessFigures(registry);
    if (bus) addBusFigures(registry, bus);
  }

  /** The type of what `text` answers. */
  get contentType(): string {
    return this.#instruments.registry.contentType;
  }

  at(route: string | undefined): RouteCounts {
    const label = this.#labels.of(route);
    let counts = this.#routes.get(label);
    if (!counts) this.#routes.set(label, counts = new RouteCounts(this.#instruments, label));
    return counts;
  }

  strayed(what: string, count: number): void {
    this.#instruments.strayed.inc({ what }, count);
  }

  tlsFailed(): void {
    this.#instruments.tlsFailures.inc();
  }

  /** All metrics as they are now, in Prometheus' text format 0.0.4. */
  async text(look: Look): Promise<string> {
    return await this.#publish(look).metrics();
  }

  /** The same for `textOfAll`. */
  async data(look: Look): Promise<MetricsData> {
    return await this.#publish(look).getMetricsAsJSON();
  }

  #publish({ connections, ready }: Look): Registry {
    const { messages, bytes, dropped, logDropped, ready: readiness, registry } = this.#instruments;
    // All in one turn: a connection that ends in between would count twice, or not at all.
    const open = Map.groupBy(connections, ({ route }) => this.at(route.path));
    for (const counter of [messages, bytes, dropped, logDropped]) counter.reset();
    for (const counts of this.#routes.values()) counts.publish(open.get(counts) ?? []);
    logDropped.inc(linesLeftOut());
    readiness.set(Number(ready));
    return registry;
  }
}
