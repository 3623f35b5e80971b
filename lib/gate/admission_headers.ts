import type { Header } from "../connection/ticket.ts";
import { shown } from "../base/shown.ts";
import { messageOf } from "../base/errors.ts";

/** Headers that say how the connection goes on: the server's to say (RFC 9110 §7.6.1, RFC 6455 §11.3). */
const OURS =
  /^(?:connection|upgrade|keep-alive|proxy-connection|te|trailer|transfer-encoding|content-length|sec-websocket-.*)$/i;

/**
 * Headers that a handler wants on its 101, as they can be sent.
 *
 * @throws {TypeError} If one of them cannot.
 */
export function admissionHeaders(init: HeadersInit | undefined): readonly Header[] {
  if (init === undefined) return [];
  const refuse = (name: string, why: string): never => {
    throw new TypeError(`An admission cannot have the header ${shown(name)}: ${why}`);
  };
  // Each on its own, so that what is repeated stays so, and a mistake is told with its name.
  return pairsOf(init).map(([name, value]) => {
    if (OURS.test(name)) refuse(name, "it is the server's to say");
    // Tabs and what is printed: the engines do not write other bytes in the same way.
    if (!/^[\t\x20-\x7e]*$/.test(value)) refuse(name, `its value is ${shown(value)}`);
    try {
      new Headers().append(name, value);
    } catch (error) {
      refuse(name, messageOf(error));
    }
    return [name, value.trim()];
  });
}

/** A program may never have looked at the types: whatever it is, a pair is two texts. */
function pairsOf(init: HeadersInit): Header[] {
  if (typeof init !== "object" || init === null) {
    throw new TypeError(`The headers of an admission cannot be ${shown(init)}`);
  }
  const isList = typeof (init as Iterable<unknown>)[Symbol.iterator] === "function";
  const pairs = isList ? Array.from(init as Iterable<Iterable<string>>) : Object.entries(init);
  return pairs.map((pair) => {
    const [name = "", value = "", ...rest] = Array.from(pair);
    if (rest.length > 0) {
      const count = rest.length + 2;
      throw new TypeError(`A header of an admission is a name and a value, not ${count} texts`);
    }
    return [String(name), String(value)];
  });
}
