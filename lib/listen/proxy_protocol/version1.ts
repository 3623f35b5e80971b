import { formatIp, parseIp } from "../../base/ip_address.ts";
import { shown } from "../../base/shown.ts";
import { type Preamble, PreambleError } from "./preamble.ts";

/** Bytes of a line, its end included. */
export const MAX_LINE = 107;

const LINE = /^PROXY TCP([46]) (\S+) (\S+) (0|[1-9]\d{0,4}) (0|[1-9]\d{0,4})\r\n$/;

/**
 * Reads a line of version 1, as `PROXY TCP4 192.0.2.1 192.0.2.2 56324 443`.
 *
 * @throws {PreambleError} If it is malformed.
 */
export function parseV1(line: string): Preamble {
  // What follows that word is to be ignored.
  if (/^PROXY UNKNOWN(?: [^\r\n]*)?\r\n$/.test(line)) return {};
  const [, family, source = "", destination = "", port, other] = LINE.exec(line) ?? [];
  const address = parseIp(source);
  const isWell = address && parseIp(destination) && Number(port) < 65_536 && Number(other) < 65_536;
  const isOfFamily = [source, destination].every((text) => text.includes(":") === (family === "6"));
  if (!isWell || !isOfFamily) throw new PreambleError(`its line is ${shown(line)}`);
  return { source: { transport: "tcp", hostname: formatIp(address), port: Number(port) } };
}
