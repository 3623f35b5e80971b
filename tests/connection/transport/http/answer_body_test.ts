import { assertEquals, assertRejects } from "@std/assert";
import { HIGH_WATER_MARK } from "../../../../lib/base/limits.ts";
import { AnswerBody } from "../../../../lib/connection/transport/http/answer_body.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** One with what it was told. */
function answerBody(): { body: AnswerBody; told: string[] } {
  const told: string[] = [];
  const body = new AnswerBody({ ended: () => told.push("ended"), left: () => told.push("left") });
  return { body, told };
}

Deno.test("AnswerBody hands on together what waits, in its order, and then its end", async () => {
  const { body, told } = answerBody();
  for (const text of ["a", "", "b", "c"]) body.push(bytesOf(text));
  body.end();
  body.push(bytesOf("late"));
  assertEquals(told, []);
  assertEquals(await new Response(body.stream).text(), "abc");
  assertEquals([told, body.bufferedAmount], [["ended"], 0]);
});

Deno.test("AnswerBody hands on what comes while its reader waits", async () => {
  const { body, told } = answerBody();
  const reader = body.stream.getReader();
  for (const text of ["a", "b"]) {
    const next = reader.read();
    // It waits by now.
    await Promise.resolve();
    body.push(bytesOf(text));
    assertEquals((await next).value, bytesOf(text));
  }
  const last = reader.read();
  await Promise.resolve();
  body.end();
  assertEquals([(await last).done, told], [true, ["ended"]]);
});

Deno.test("AnswerBody.end() breaks off behind what waits where it says why", async () => {
  const { body, told } = answerBody();
  body.push(bytesOf("a"));
  body.end("Closed\nwith 4003");
  const reader = body.stream.getReader();
  assertEquals((await reader.read()).value, bytesOf("a"));
  assertEquals(await reader.read().catch((error) => error), "Closed\\nwith 4003");
  assertEquals(told, ["ended"]);
});

Deno.test("AnswerBody.end() needs nobody who reads where nothing waits", () => {
  const { body, told } = answerBody();
  body.end();
  assertEquals(told, ["ended"]);
});

Deno.test("AnswerBody counts what waits, and tells who waits for less", async () => {
  const { body } = answerBody();
  const size = HIGH_WATER_MARK / 4;
  for (let count = 0; count < 4; count++) body.push(new Uint8Array(size));
  let isDrained = false;
  const drained = body.drained().then(() => isDrained = true);
  const reader = body.stream.getReader();
  const { taken } = body;
  await reader.read();
  assertEquals([isDrained, body.taken === taken, body.bufferedAmount > 3 * size], [
    false,
    false,
    true,
  ]);
  await reader.read();
  await reader.read();
  await drained;
  assertEquals(body.bufferedAmount < 2 * size, true);
});

Deno.test("AnswerBody tells that its reader has left, and lets go who waits", async () => {
  const { body, told } = answerBody();
  body.push(new Uint8Array(HIGH_WATER_MARK));
  const drained = body.drained();
  await body.stream.cancel();
  await drained;
  body.push(bytesOf("late"));
  body.end();
  assertEquals([told, body.bufferedAmount, body.drop("late")], [["left"], 0, 0]);
});

Deno.test("AnswerBody.drop() breaks off at once, and answers how much that is", async () => {
  const { body, told } = answerBody();
  body.push(bytesOf("abc"));
  assertEquals([body.drop("no"), body.drop("no"), told], [3, 0, []]);
  await assertRejects(() => new Response(body.stream).text());
});
