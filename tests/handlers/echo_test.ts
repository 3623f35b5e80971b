import { assertEquals } from "@std/assert";
import { echo } from "../../lib/handlers/echo.ts";
import { Talk } from "./talk.ts";

const MESSAGES: (string | Uint8Array)[] = [
  "a",
  "",
  "é 😀\n",
  Uint8Array.of(0, 255),
  Uint8Array.of(),
];
for (const message of MESSAGES) {
  Deno.test(`echo() sends ${JSON.stringify(message)} back as it came`, async () => {
    await using talk = await Talk.open(echo());
    talk.say(message);
    assertEquals(talk.connection.sent, [message]);
  });
}

Deno.test("echo() keeps the order and the kinds of messages", async () => {
  await using talk = await Talk.open(echo());
  const messages = ["a", Uint8Array.of(98), "c"];
  for (const message of messages) talk.say(message);
  assertEquals(talk.connection.sent, messages);
});

Deno.test("echo() sends to nobody but the sender", async () => {
  const handler = echo();
  await using one = await Talk.open(handler);
  await using other = await Talk.open(handler);
  one.say("a");
  assertEquals([one.connection.sent, other.connection.sent], [["a"], []]);
});

Deno.test("echo() has a client closed for which too much waits", async () => {
  await using talk = await Talk.open(echo());
  assertEquals(talk.admission.slow ?? "close", "close");
});
