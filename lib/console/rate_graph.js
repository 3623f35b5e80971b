import { barsOf } from "./bars.js";
import { byId } from "./dom.js";
import { formatCount } from "./format.js";
import { Rate } from "./rate.js";

/** Half of the graph: received messages are above its middle, sent ones below. */
const HALF = 20;

/** Shows the messages of each second of the last minute. */
export class RateGraph {
  #rate = new Rate();
  #timer = undefined;

  /**
   * Counts a message.
   *
   * @param {"sent" | "received"} kind
   */
  add(kind) {
    this.#rate.add(kind, performance.now());
    if (this.#timer !== undefined) return;
    this.#timer = setInterval(() => this.#draw(), 1000);
    this.#draw();
  }

  #draw() {
    const { sent, received } = this.#rate.series(performance.now());
    const peak = Math.max(...sent, ...received);
    const scale = HALF / Math.max(1, peak);
    byId("rate-received").setAttribute("d", barsOf(received, { base: HALF, scale: -scale }));
    byId("rate-sent").setAttribute("d", barsOf(sent, { base: HALF, scale }));
    // The last second is not over yet.
    byId("rate-received-now").textContent = `${formatCount(received.at(-2))}/s`;
    byId("rate-sent-now").textContent = `${formatCount(sent.at(-2))}/s`;
    byId("rate-peak").textContent = `${formatCount(peak)}/s`;
    if (peak > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
