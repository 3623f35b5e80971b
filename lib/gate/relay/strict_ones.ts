import type { Bus } from "../../bus/bus.ts";
import type { Strict, StrictOne } from "../../connection/transport/relay/strict.ts";

/** Clients here whom any server may serve, and who end when this one cannot reach the others. */
export class StrictOnes implements Strict, Disposable {
  readonly #all = new Set<StrictOne>();
  readonly #watch: Disposable;
  #isAway: boolean;

  constructor(bus: Pick<Bus, "isAway" | "watch">) {
    this.#isAway = bus.isAway;
    this.#watch = bus.watch({
      away: () => this.#away(),
      back: () => this.#isAway = false,
    });
  }

  add(one: StrictOne): void {
    this.#all.add(one);
    // Too late to be ended with the others.
    if (this.#isAway) one.apart();
  }

  delete(one: StrictOne): void {
    this.#all.delete(one);
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
    this.#all.clear();
  }

  #away(): void {
    this.#isAway = true;
    for (const one of [...this.#all]) one.apart();
  }
}
