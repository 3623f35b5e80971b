import { assertEquals } from "@std/assert";
import { broadcastKind } from "../../lib/handlers/broadcast.ts";
import type { Handler } from "../../lib/contract.ts";
import { Modules } from "../../lib/handlers/modules.ts";
import { FakeConnection } from "../support/fake_connection.ts";
import { Talk, together } from "./talk.ts";

/** Makes the handlers of one server's routes. */
function maker(): (values: Record<string, unknown>) => Promise<Handler> {
  const context = { lookup: undefined, scripts: [], modules: new Modules() };
  const route = { path: "/:room", words: [], placeholders: false };
  // Its values were read by the same table.
  type Read = Parameters<typeof broadcastKind.make>[0]["values"];
  return async (values) => await broadcastKind.make({ ...route, values: values as Read }, context);
}

/** What each gets when the first says something. */
async function meet(...handlers: Handler[]): Promise<unknown[]> {
  together(...handlers);
  const talks = await Promise.all(handlers.map((handler, index) => {
    return Talk.open(handler, { params: { room: "r" } }, new FakeConnection(`id-${index}`));
  }));
  talks[0]?.say("a");
  return talks.map((talk) => talk.connection.sent);
}

Deno.test("broadcast as a route shares its rooms with all others of its server", async () => {
  const make = maker();
  assertEquals(await meet(await make({}), await make({ write: false })), [["a"], ["a"]]);
});

Deno.test("broadcast as a route with rooms=NAME shares them with those that say the same", async () => {
  const make = maker();
  const handlers = [
    await make({ rooms: "x", echo: false }),
    await make({ rooms: "x" }),
    await make({ rooms: "y" }),
    await make({}),
  ];
  assertEquals(await meet(...handlers), [[], ["a"], [], []]);
});

Deno.test("broadcast as a route passes its options on", async () => {
  const make = maker();
  const [watching, quiet] = [
    await make({ presence: true, history: 1 }),
    await make({ history: 1 }),
  ];
  together(watching, quiet);
  const talk = await Talk.open(watching);
  assertEquals(talk.connection.sent, ['{"type":"join","id":"fake-1","room":"/","members":1}']);
  talk.say("a");
  talk.leave();
  const other = await Talk.open(quiet);
  assertEquals(other.connection.sent, ["a"]);
});
