/** Samples that are kept: two minutes of them. */
const KEPT = 60;

/** Names of what only grows, of which a graph shows the change per second. */
const COUNTERS = ["messagesIn", "messagesOut", "bytesIn", "bytesOut", "refused"];

/** Names of what goes up and down. */
const GAUGES = ["connections", "queued", "processes"];

/** Keeps the latest figures of a server, as they are shown: counters per second. */
export class Samples {
  #series = Object.fromEntries([...COUNTERS, ...GAUGES].map((name) => [name, []]));
  #last = undefined;
  #time = 0;

  /**
   * Adds what a server tells.
   *
   * @param {import("./metrics.js").Figures} figures
   * @param {number} now Milliseconds.
   */
  add(figures, now) {
    const seconds = (now - this.#time) / 1000;
    for (const name of COUNTERS) {
      const before = this.#last?.[name] ?? figures[name];
      // A server that was started again counts from 0.
      this.#push(name, Math.max(0, figures[name] - before) / seconds);
    }
    for (const name of GAUGES) this.#push(name, figures[name]);
    this.#last = figures;
    this.#time = now;
  }

  /**
   * Tells the values of one name, oldest first: always as many, 0 where there was no server yet.
   *
   * @param {string} name
   * @returns {number[]}
   */
  series(name) {
    const values = this.#series[name];
    return [...new Array(KEPT - values.length).fill(0), ...values];
  }

  #push(name, value) {
    const values = this.#series[name];
    values.push(value);
    if (values.length > KEPT) values.shift();
  }
}
