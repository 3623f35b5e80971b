import { readMetrics } from "./metrics.js";

/** Milliseconds that an answer may take. */
const PATIENCE = 5_000;

/** An answer that is none: its status says why. */
export class AnswerError extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/**
 * Asks the server how it is.
 *
 * @param {string} query Says which of the connections it lists.
 * @returns {Promise<{ figures: import("./metrics.js").Figures, list: object }>}
 * @throws {AnswerError} If it refuses; a `TypeError` where it is not there.
 */
export async function askServer(query) {
  const [metrics, list] = await Promise.all([ask("metrics"), ask(`connections${query}`)]);
  return { figures: readMetrics(await metrics.text()), list: await list.json() };
}

/**
 * Ends a connection.
 *
 * @param {string} id
 * @throws {AnswerError} If that cannot be done.
 */
export async function endConnection(id) {
  try {
    await ask(`connections/${encodeURIComponent(id)}`, { method: "DELETE" });
  } catch (error) {
    if (error.status === 404) throw new Error("It has ended already");
    throw error.status ? error : new Error("The server does not answer");
  }
}

async function ask(path, options = {}) {
  const signal = AbortSignal.timeout(PATIENCE);
  const response = await fetch(path, { ...options, signal, cache: "no-store" });
  if (response.ok) return response;
  throw new AnswerError(response.status, `The server refuses: ${(await response.text()).trim()}`);
}
