import { Counter, Gauge, type Registry } from "npm:prom-client@15.1.3";

/** A figure that nobody keeps: it is looked at when somebody asks. */
export interface Figure {
  readonly name: string;
  readonly help: string;
  /** How those of several workers are one; default: their sum. */
  readonly aggregator?: "max";
  read(): number | Promise<number>;
}

/** Adds an amount, which may become less. */
export function addGauge(registry: Registry, { read, ...figure }: Figure): void {
  new Gauge({
    ...figure,
    registers: [registry],
    async collect() {
      this.set(await read());
    },
  });
}

/** Adds a count, which only grows. */
export function addCounter(registry: Registry, { read, ...figure }: Figure): void {
  new Counter({
    ...figure,
    registers: [registry],
    async collect() {
      const count = await read();
      this.reset();
      this.inc(count);
    },
  });
}
