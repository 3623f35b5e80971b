import { assertEquals } from "@std/assert";
import { Recipient } from "../../lib/handlers/recipient.ts";
import { Space } from "../../lib/handlers/space.ts";
import { FakeConnection } from "../support/fake_connection.ts";

Deno.test("Space.leave() forgets a client, also as one that is told who joins", () => {
  const space = new Space();
  const room = { key: "key", name: "name" };
  const options = { history: 0, presence: true };
  const [ann, bob] = [new FakeConnection("ann"), new FakeConnection("bob")];
  space.enter(room, new Recipient(ann), options);
  space.leave(room, "ann");
  space.enter(room, new Recipient(bob), options);
  space.publish(room, "a", "bob", true);
  assertEquals(ann.sent, ['{"type":"join","id":"ann","room":"name","members":1}']);
  assertEquals(bob.sent, ['{"type":"join","id":"bob","room":"name","members":1}', "a"]);
});
