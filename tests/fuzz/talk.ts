import { assert, assertEquals } from "@std/assert";
import { type Level, Log } from "../../lib/base/log.ts";
import { Client } from "../../lib/handlers/shared/client.ts";
import { Crowd } from "../../lib/handlers/shared/crowd.ts";
import { Events } from "../../lib/handlers/shared/events.ts";
import { Tagged } from "../../lib/handlers/shared/tagged.ts";
import { LocalHub } from "../../lib/hub/local_hub.ts";
import { Stdin } from "../../lib/process/stdin.ts";
import { fakeRequest } from "../base/fake_request.ts";
import { FakeConnection } from "../support/fake_connection.ts";
import { chunksOf, mutateText } from "../support/mutate.ts";
import { numbers, oneOf, type Random } from "../support/numbers.ts";

const encoder = new TextEncoder();

const IDS = ["a", "b", "c", "gone", "nobody", "*", "", "__proto__", "constructor"];

/** Values that a field can have, most of them wrong. */
const VALUES = [
  ...IDS,
  ...[
    "hello",
    "é\u2028",
    "r1",
    "r2",
    "aGk=",
    "aGk",
    0,
    -1,
    1000,
    1005,
    1006,
    3000,
    4999,
    5000,
    1e300,
  ],
  ...[null, true, [], ["a", "b"], ["a", 1], [["a"]], {}, { room: "r1" }, { room: 1 }, {
    room: null,
  }],
];

const FIELDS = ["to", "except", "data", "base64", "id", "room", "code", "reason", "__proto__"];

const WORDS = [
  '"',
  "{",
  "}",
  "[",
  "]",
  ":",
  ",",
  "\t",
  "\n",
  "\r\n",
  "-",
  "*",
  "\\u",
  '"a"',
  "a\t",
];

/** Notes what is complained of. */
class Noted extends Log {
  readonly complaints: string[] = [];

  override write(_level: Level, _category: string, message: string): void {
    this.complaints.push(message);
  }
}

/**
 * Lets a program that clients share speak in events or in tagged lines, most of them broken.
 *
 * @throws {Error} If a line that is none is not complained of by its number, or stops what follows it, or if a
 * client that nobody has closed does not hear the last one.
 */
export function fuzzTalk(seed: number): void {
  const random = numbers(seed);
  const crowd = new Crowd();
  const stdin = new Stdin<Client>({ maxQueue: 1_000_000, lasting: true });
  const isEvents = random(2) === 0;
  const talk = isEvents
    ? new Events(stdin, crowd, true)
    : new Tagged(stdin, crowd, { remembers: true, converts: random(2) === 0 });
  talk.hub = new LocalHub();
  const log = new Noted();
  const decoder = talk.started(log);
  const clients = ["a", "b", "c", "gone"].map((id) => {
    const connection = new FakeConnection(id, talk.hub);
    const announcement = talk.announce(fakeRequest({ id }));
    const client = new Client(connection, { log, past: [], announcement });
    crowd.add(client);
    talk.opened(client);
    return { client, connection };
  });
  const left = clients.pop();
  assert(left);
  talk.left(left.client, 1001, "");
  crowd.delete(left.client);

  const written = linesOf(isEvents ? "events" : "tagged", random);
  const last = isEvents ? '{"type":"send","to":"*","data":"the last"}' : "*\tthe last";
  for (const chunk of chunksOf(encoder.encode(`${written}\n${last}\n`), random)) {
    decoder.push(chunk.slice());
  }
  decoder.end();

  for (const [index, said] of written.split(/\r?\n/).entries()) {
    if (isEvents ? isObject(said) : said.includes("\t") || said.startsWith("-")) continue;
    const place = `Line ${index + 1}: `;
    const complaints = log.complaints.filter((complaint) => complaint.startsWith(place));
    assertEquals(complaints.length, 1, `a complaint about ${JSON.stringify(said)}`);
  }
  for (const { client, connection } of clients) {
    if (!client.closing) assertEquals(connection.sent.at(-1), "the last", written);
  }
  assertEquals(left.connection.sent, [], "nothing for who has left");
}

/** Lines of a program that clients share, most of them broken. */
export function linesOf(framing: "events" | "tagged", random: Random): string {
  const lines = Array.from({ length: 1 + random(8) }, () => line(framing === "events", random));
  return random(3) === 0 ? lines.join("\n") : mutateText(lines.join("\n"), random, WORDS);
}

function line(isEvents: boolean, random: Random): string {
  if (!isEvents) {
    const text = String(oneOf(random, VALUES));
    return oneOf(random, [`${oneOf(random, IDS)}\t${text}`, `-${oneOf(random, IDS)}`, text]);
  }
  const fields = Array.from(
    { length: random(5) },
    () => [oneOf(random, FIELDS), oneOf(random, VALUES)],
  );
  const type = oneOf(random, ["send", "send", "send", "join", "leave", "close", "", 1, null]);
  return JSON.stringify(Object.fromEntries([
    ["type", type],
    ["to", oneOf(random, VALUES)],
    ["id", oneOf(random, IDS)],
    ["room", oneOf(random, ["r1", "r2"])],
    ["data", "said"],
    ...fields,
  ]));
}

function isObject(text: string): boolean {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
