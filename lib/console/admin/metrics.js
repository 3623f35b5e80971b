/**
 * @typedef {object} Figures What a server tells of itself at one moment.
 * @property {number} connections That are open.
 * @property {number} messagesIn Of clients, since the start.
 * @property {number} messagesOut
 * @property {number} bytesIn
 * @property {number} bytesOut
 * @property {number} queued Bytes that wait for clients.
 * @property {number} processes That run.
 * @property {number} refused Handshakes, since the start.
 * @property {boolean} ready Whether it takes what comes.
 * @property {string} version Of stdws.
 */

/**
 * Reads the figures of a page out of Prometheus' text.
 *
 * @param {string} text
 * @returns {Figures}
 */
export function readMetrics(text) {
  const series = Array.from(text.matchAll(SERIES), ([, name = "", labels = "", value = ""]) => {
    return { name, labels, value: Number(value) };
  });
  function sum(name, wanted = () => true) {
    const found = series.filter((each) => each.name === name && wanted(each.labels));
    return found.reduce((total, { value }) => total + value, 0);
  }
  const has = (label) => (labels) => labels.includes(label);
  const build = series.find(({ name }) => name === "stdws_build_info");
  return {
    connections: sum("stdws_connections"),
    messagesIn: sum("stdws_messages_total", has('direction="in"')),
    messagesOut: sum("stdws_messages_total", has('direction="out"')),
    bytesIn: sum("stdws_message_bytes_total", has('direction="in"')),
    bytesOut: sum("stdws_message_bytes_total", has('direction="out"')),
    queued: sum("stdws_queued_bytes"),
    processes: sum("stdws_processes"),
    refused: sum("stdws_handshakes_total", (labels) => !labels.includes('status="101"')),
    ready: sum("stdws_ready") > 0,
    version: /\bversion="([^"\\]*)"/.exec(build?.labels ?? "")?.[1] ?? "",
  };
}

// A quote within the value of a label is escaped, so that none can look like another label.
const SERIES = /^(\w+)(?:\{(.*)\})? (\S+)$/gm;
