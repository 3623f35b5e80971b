import { ask } from "./ask.js";

/** Milliseconds that a server's clock of the attempt may be behind the page's. */
const SLACK = 250;

/**
 * Whether the server that the page is from can be asked about a connection.
 *
 * @param {string} url
 * @returns {boolean}
 */
export function canAsk(url) {
  return new URL(url).host === location.host;
}

/**
 * Asks the server why a connection to it did not open, which a browser tells no page.
 *
 * @param {string} url One that it can be asked about.
 * @param {number} since The `performance.now()` of when it was tried.
 * @returns {Promise<{ text: string, facts: object }>}
 */
export async function whyRefused(url, since) {
  const { pathname, search } = new URL(url);
  const age = Math.ceil(performance.now() - since) + SLACK;
  const answer = await ask(`refusal ${age} ${pathname}${search}`);
  if (!answer) return { text: "The server does not answer the page either", facts: {} };
  const { refusal } = answer;
  if (refusal) return { text: "The server refused the handshake", facts: refusal };
  return {
    text: "It was not the server that refused it: a proxy between, or the browser",
    facts: {},
  };
}
