import { byId } from "./dom.js";
import { formatCount } from "./format.js";
import { Rate, RATE_SECONDS } from "./rate.js";

/** Half of the graph: received messages are above its middle, sent ones below. */
const HALF = 20;
const BAR_WIDTH = 300 / RATE_SECONDS;

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
    byId("rate-received").setAttribute("d", barsOf(received, -HALF / Math.max(1, peak)));
    byId("rate-sent").setAttribute("d", barsOf(sent, HALF / Math.max(1, peak)));
    // The last second is not over yet.
    byId("rate-received-now").textContent = `${formatCount(received.at(-2))}/s`;
    byId("rate-sent-now").textContent = `${formatCount(sent.at(-2))}/s`;
    byId("rate-peak").textContent = `${formatCount(peak)}/s`;
    if (peak > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** A bar for each second that has any, four wide with a gap of one; each at least one high. */
function barsOf(counts, scale) {
  return counts.map((count, second) => {
    if (count === 0) return "";
    const height = Math.sign(scale) * Math.max(1, Math.round(Math.abs(count * scale) * 10) / 10);
    return `M${second * BAR_WIDTH} ${HALF}h4v${height}h-4z`;
  }).join("");
}
