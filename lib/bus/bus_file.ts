import { messageOf, UsageError } from "../base/errors.ts";
import { type BusPlace, parseBusPlace } from "./bus_place.ts";
import { parseRedisUrl } from "./redis/redis_terms.ts";

const EXPECTED = "redis://HOST:PORT, rediss://HOST:PORT or redis+unix:///PATH";

/**
 * Reads the URL of an engine in a file.
 *
 * @throws {UsageError} If it cannot be read, or what is in it is no such URL. No message has more of it than a term
 * that cannot be.
 */
export async function readBusFile(path: string): Promise<Extract<BusPlace, { kind: "redis" }>> {
  let text: string;
  try {
    text = (await Deno.readTextFile(path)).trim();
  } catch (error) {
    throw new UsageError(`Cannot read --bus=file:${path}: ${messageOf(error)}`, 1, {
      cause: error,
    });
  }
  // It may be a URL with a password that is mistaken, or a password alone: it is not said.
  const refuse = (fact: string) => new UsageError(`Cannot use --bus=file:${path}: ${fact}`);
  if (text === "") throw refuse("it is empty");
  // A URL may have them: there, they would be left out in silence.
  if (/\s/.test(text)) throw refuse("expected one URL in it, and nothing else");
  const place = parseBusPlace(text);
  if (place?.kind !== "redis") throw refuse(`expected a URL in it, ${EXPECTED}`);
  try {
    parseRedisUrl(place.url);
  } catch (error) {
    throw refuse(messageOf(error).replace(/^I/, "i"));
  }
  return place;
}
