import { UsageError } from "../base/errors.ts";
import type { ConnectionFacts } from "../connection/connection_facts.ts";
import { placeIn } from "./connection_pages.ts";

// So many are listed where nobody says another number.
const MANY = 1_000;

// The most that may be said: the text is made in one go.
const MOST = 10_000;

const FIELDS = ["remote", "path", "route", "user"] as const;
const PARAMETERS = ["limit", "after", ...FIELDS, "search"];

/** The connections that somebody wants to have listed. */
export interface ConnectionQuery {
  /** How many at most. */
  readonly limit: number;
  /** The number of the roster behind which they begin. */
  readonly after: number;
  /** Whether one is among them; missing where all are. */
  readonly matches?: (facts: ConnectionFacts) => boolean;
}

/**
 * Reads the query of `/connections`.
 *
 * @param pid The process whose connections are listed, where it is one of several.
 * @throws {UsageError} If it asks for something that there is not.
 */
export function readConnectionQuery(query: string, pid?: number): ConnectionQuery {
  const asked = new URLSearchParams(query);
  // A filter with a slip in its name would otherwise show everybody.
  if (Array.from(asked.keys()).some((name) => !PARAMETERS.includes(name))) {
    throw new UsageError(`there is another parameter than ${PARAMETERS.join(", ")}`);
  }
  const limit = Math.min(numberOf(asked, "limit", MANY), MOST);
  const after = pid === undefined ? numberOf(asked, "after", 0) : placeOf(asked, pid);
  const tests = FIELDS.flatMap((field) =>
    asked.getAll(field).map((wanted) => (facts: ConnectionFacts) =>
      isLike(fieldsOf(facts)[field], wanted)
    )
  );
  const search = asked.get("search")?.trim().toLowerCase();
  if (search) tests.push((facts) => isFound(facts, search));
  if (tests.length === 0) return { limit, after };
  return { limit, after, matches: (facts) => tests.every((test) => test(facts)) };
}

function numberOf(asked: URLSearchParams, name: string, otherwise: number): number {
  const text = asked.get(name) ?? String(otherwise);
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new UsageError(`${name} is no number`);
}

function placeOf(asked: URLSearchParams, pid: number): number {
  const text = asked.get("after") ?? "0";
  if (/^(?:0|\d{1,15}\.\d{1,15}(?:~\d{1,15}\.\d{1,15})*)$/.test(text)) return placeIn(text, pid);
  throw new UsageError("after is no place that next has said");
}

function fieldsOf({ remote, path, route, user }: ConnectionFacts) {
  return { remote, path, route: route.path, user };
}

/** Whether a text is the wanted one, or begins with it where that ends with `*`. */
function isLike(text: string, wanted: string): boolean {
  return wanted.endsWith("*") ? text.startsWith(wanted.slice(0, -1)) : text === wanted;
}

/** Whether it is in what a person sees of a connection, in any case. */
function isFound(facts: ConnectionFacts, search: string): boolean {
  return [...Object.values(fieldsOf(facts)), String(facts.pid ?? "")]
    .some((text) => text.toLowerCase().includes(search));
}
