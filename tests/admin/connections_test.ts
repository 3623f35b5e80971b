import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import type { ConnectionList } from "../../lib/admin/connection_list.ts";
import { connections } from "../../lib/admin/connections.ts";
import { endConnection } from "../../lib/admin/end_connection.ts";
import { HandshakeError } from "../../lib/base/errors.ts";
import type { ConnectionFacts } from "../../lib/connection/connection_facts.ts";
import { type Member, Roster } from "../../lib/connection/roster.ts";
import type { Handler } from "../../lib/contract.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";
import { fakeExchange, fakePlace } from "../support/fake_place.ts";

const FACTS: ConnectionFacts = {
  id: "a-1",
  remote: "192.0.2.7",
  path: "/chat/a",
  since: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
  route: { path: "/chat/:room", handler: "broadcast" },
  user: "",
  pid: undefined,
  subprotocol: "",
  compressed: false,
  away: false,
  carried: { messagesIn: 1, bytesIn: 2, messagesOut: 3, bytesOut: 4, dropped: 5 },
  bufferedAmount: 6,
};

class FakeMember implements Member {
  readonly ended: string[] = [];
  readonly id: string;
  readonly facts: ConnectionFacts | undefined;
  readonly activity = 0;

  constructor(id: string, isOpen = true, facts: Partial<ConnectionFacts> = {}) {
    this.id = id;
    this.facts = isOpen ? { ...FACTS, ...facts, id } : undefined;
  }

  end(code: number, reason: string): void {
    this.ended.push(`${code} ${reason}`);
  }
}

const QUIET = { of: () => 7.4 };

function rosterOf(...members: Member[]): Roster {
  const roster = new Roster();
  for (const member of members) roster.add(member);
  return roster;
}

async function ask(handler: Handler, changes: RequestChanges = {}): Promise<Response> {
  const answer = await handler.respond?.(fakeRequest(changes), fakeExchange(), fakePlace());
  return answer ?? new Response("no answer", { status: 500 });
}

Deno.test("connections() lists what is open", async () => {
  const roster = rosterOf(new FakeMember("a-1"), new FakeMember("a-2", false));
  assertEquals(await (await ask(connections({ roster, quiet: QUIET }))).json(), {
    total: 1,
    matching: 1,
    next: null,
    connections: [{
      id: "a-1",
      remote: "192.0.2.7",
      path: "/chat/a",
      since: "2026-01-02T03:04:05.006Z",
      route: "/chat/:room",
      handler: "broadcast",
      user: null,
      pid: null,
      subprotocol: "",
      compressed: false,
      away: false,
      messagesIn: 1,
      bytesIn: 2,
      messagesOut: 3,
      bytesOut: 4,
      dropped: 5,
      queued: 6,
      idleMs: 7,
    }],
  });
});

const LIMITS: [query: string, listed: number][] = [
  ["", 1_000],
  ["limit=0", 0],
  ["limit=3", 3],
  ["limit=10000", 1_200],
  ["limit=99999999", 1_200],
];
for (const [query, listed] of LIMITS) {
  Deno.test(`connections() lists ${listed} of 1200 at ?${query}, and tells how many there are`, async () => {
    const roster = rosterOf(...Array.from({ length: 1_200 }, (_, i) => new FakeMember(`a-${i}`)));
    const { total, connections: list } =
      await (await ask(connections({ roster, quiet: QUIET }), { query }))
        .json();
    assertEquals([total, list.length], [1_200, listed]);
  });
}

const SLIPS = ["limit=", "limit=-1", "limit=1e3", "limit=a", "after=-1", "after=a-1", "%F0%9F=1"];
for (const query of [...SLIPS, "limit=1&remtoe=192.0.2.7"]) {
  Deno.test(`connections() refuses ?${query}`, async () => {
    const answer = await ask(connections({ roster: rosterOf(), quiet: QUIET }), { query });
    assertEquals(answer.status, 400);
    const text = await answer.text();
    assertEquals(answer.headers.get("content-length"), String(text.length));
    assertStringIncludes(text, query.startsWith("after") ? "after" : "limit");
  });
}

const MEMBERS: [id: string, facts: Partial<ConnectionFacts>][] = [
  ["a", { remote: "192.0.2.7", user: "Zoë", pid: 4711 }],
  ["b", { remote: "192.0.2.70" }],
  ["c", { remote: "2001:db8::1", path: "/chat/b" }],
  ["d", { remote: "192.0.2.7", path: "/run", route: { path: "/run" } }],
];
const FOUND: [query: string, ids: string, next: boolean, matching: number][] = [
  ["", "abcd", false, 4],
  ["limit=2", "ab", true, 4],
  ["limit=4", "abcd", false, 4],
  ["after=2", "cd", false, 4],
  ["after=1&limit=2", "bc", true, 4],
  ["after=4", "", false, 4],
  ["remote=192.0.2.7", "ad", false, 2],
  ["remote=192.0.2.7&limit=1", "a", true, 2],
  ["remote=192.0.2.7&after=1", "d", false, 2],
  ["remote=192.0.2.*", "abd", false, 3],
  ["path=/chat/a", "ab", false, 2],
  ["path=/chat/*&remote=2001:db8:*", "c", false, 1],
  ["route=/chat/:room", "abc", false, 3],
  ["user=Zo%C3%AB", "a", false, 1],
  ["user=", "bcd", false, 3],
  ["search=%20zO%C3%8B%20", "a", false, 1],
  ["search=711", "a", false, 1],
  ["search=/run", "d", false, 1],
  ["search=nobody", "", false, 0],
  ["search=", "abcd", false, 4],
];
for (const [query, ids, hasNext, matching] of FOUND) {
  Deno.test(`connections() lists ${ids || "nobody"} at ?${query}`, async () => {
    const roster = rosterOf(...MEMBERS.map(([id, facts]) => new FakeMember(id, true, facts)));
    const list = await (await ask(connections({ roster, quiet: QUIET }), { query })).json();
    assertEquals(list.connections.map(({ id }: { id: string }) => id).join(""), ids);
    assertEquals([list.total, list.matching, list.next !== null], [4, matching, hasNext]);
  });
}

Deno.test("connections() goes on with everybody once, whoever comes and leaves meanwhile", async () => {
  const members = Array.from({ length: 7 }, (_, i) => new FakeMember(`a-${i}`, i !== 2));
  const roster = rosterOf(...members);
  const handler = connections({ roster, quiet: QUIET });
  const seen: string[] = [];
  let after: number | null = 0;
  while (after !== null) {
    const answer = await ask(handler, { query: `limit=2&after=${after}` });
    const list: ConnectionList = await answer.json();
    seen.push(...list.connections.map(({ id }) => id));
    after = list.next as number | null;
    // Those who were listed last, and somebody new.
    for (const { id } of list.connections) roster.delete(memberOf(roster, id));
    if (seen.length < 5) roster.add(new FakeMember(`b-${seen.length}`));
  }
  assertEquals(seen.join(), "a-0,a-1,a-3,a-4,a-5,a-6,b-2,b-4");
});

function memberOf(roster: Roster, id: string): Member {
  return Array.from(roster).find((member) => member.id === id) as Member;
}

const DELETE = { method: "DELETE", params: { id: "a-1" }, host: "localhost:9100" };

const ENDS: [query: string, status: number, ended: string[]][] = [
  ["", 204, ["1001 Ended by the operator"]],
  ["code=4001&reason=go%20away", 204, ["4001 go away"]],
  ["reason=", 204, ["1001 "]],
  ["code=1006", 400, []],
  ["code=1000.5", 400, []],
  ["code=a", 400, []],
  ["code=", 400, []],
];
for (const [query, status, ended] of ENDS) {
  Deno.test(`endConnection() answers ${status} at ?${query}`, async () => {
    using log = new CapturedLog("info");
    const [member, other] = [new FakeMember("a-1"), new FakeMember("a-2")];
    const answer = await ask(endConnection(rosterOf(member, other)), { ...DELETE, query });
    assertEquals([answer.status, member.ended, other.ended], [status, ended, []]);
    if (status !== 204) return assertEquals(log.lines.length, 0);
    // Who, and whom.
    assertStringIncludes(
      log.lines[0] ?? "",
      "id:'a-1' remote:'192.0.2.7' | The operator 192.0.2.1",
    );
  });
}

Deno.test("endConnection() answers 404 where there is no such connection, or not any more", async () => {
  const member = new FakeMember("a-1", false);
  for (const id of ["a-1", "a-3", ""]) {
    const answer = await ask(endConnection(rosterOf(member)), { ...DELETE, params: { id } });
    assertEquals([answer.status, member.ended], [404, []]);
  }
});

for (const method of ["GET", "POST", "HEAD"]) {
  Deno.test(`endConnection() ends nothing at ${method}`, async () => {
    const member = new FakeMember("a-1");
    const answer = await ask(endConnection(rosterOf(member)), { ...DELETE, method });
    assertEquals([answer.status, member.ended], [405, []]);
  });
}

const PAGES: [what: string, headers: Record<string, string>, isAllowed: boolean][] = [
  ["no page", {}, true],
  ["its own page", { Origin: "http://localhost:9100", "Sec-Fetch-Site": "same-origin" }, true],
  ["a page of another site", { Origin: "https://evil.example" }, false],
  ["a page at another port", { Origin: "http://localhost:9101" }, false],
  ["a sandboxed page", { Origin: "null" }, false],
  ["a page whose browser says no origin", { "Sec-Fetch-Site": "cross-site" }, false],
  ["a page of a sibling", { "Sec-Fetch-Site": "same-site" }, false],
  ["a person", { "Sec-Fetch-Site": "none" }, true],
];
for (const [what, headers, isAllowed] of PAGES) {
  Deno.test(`endConnection() ${isAllowed ? "obeys" : "does not obey"} ${what}`, async () => {
    const member = new FakeMember("a-1");
    const asking = ask(endConnection(rosterOf(member)), { ...DELETE, headers });
    if (!isAllowed) await assertRejects(() => asking, HandshakeError);
    else assertEquals((await asking).status, 204);
    assertEquals(member.ended.length, Number(isAllowed));
  });
}
