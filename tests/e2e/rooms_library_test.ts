import { assertEquals } from "@std/assert";
import type { Connection, Handler } from "../../lib/contract.ts";
import { serve } from "../../lib/serve.ts";
import { RawClient } from "../support/client.ts";

/** Joins the room that the path names, publishes what it is told, and says what it did. */
const member: Handler = {
  open(connection, { params: { room = "" } }) {
    connection.join(room);
    connection.send("in");
    return {
      message(data) {
        if (data === "leave") connection.leave(room);
        else connection.publish(room, data, { echo: false });
        connection.send("ok");
      },
      close: () => void connection.publish(room, "somebody left"),
    };
  },
};

/** Is in no room, and publishes to the one that a message names. */
const speaker: Handler = {
  open: (connection: Connection) => ({
    message(data) {
      const [room = "", text = ""] = String(data).split(": ");
      connection.send(`${connection.publish(room, text)} got it`);
    },
  }),
};

for (const engine of ["native", "node"] as const) {
  Deno.test(`serve() with engine: ${engine} has rooms in which all its handlers meet`, async () => {
    await using server = await serve({
      engine,
      port: 0,
      addresses: ["127.0.0.1"],
      routes: [{ path: "/in/:room", handler: member }, { path: "/speak", handler: speaker }],
    });
    const open = async (target: string) => {
      const client = await RawClient.open(server.addresses[0] ?? "", { target });
      if (target !== "/speak") assertEquals(await client.text(), "in");
      return client;
    };
    using ann = await open("/in/red");
    using bob = await open("/in/red");
    using eve = await open("/in/blue");
    using tom = await open("/speak");
    const say = async (client: RawClient, data: string | Uint8Array, answer: string) => {
      await client.send(data);
      assertEquals(await client.text(), answer);
    };

    await say(ann, "hi", "ok");
    assertEquals(await bob.text(), "hi");
    await say(tom, "red: to all in red", "2 got it");
    assertEquals([await ann.text(), await bob.text()], ["to all in red", "to all in red"]);
    await say(tom, "green: to nobody", "0 got it");
    await say(bob, Uint8Array.of(1), "ok");
    assertEquals<unknown>(await ann.next(), { kind: "binary", data: Uint8Array.of(1) });

    await say(bob, "leave", "ok");
    await say(tom, "red: without bob", "1 got it");
    assertEquals(await ann.text(), "without bob");
    // Without a word.
    bob[Symbol.dispose]();
    assertEquals(await ann.text(), "somebody left");
    await say(tom, "blue: to eve", "1 got it");
    assertEquals(await eve.text(), "to eve");
    await eve.close();
    assertEquals((await eve.next()).kind, "close");
    await say(ann, "still here", "ok");
    // Its close may be on its way; it is a member no more when it is told of it.
    await say(tom, "blue: to nobody", "0 got it");
  });
}
