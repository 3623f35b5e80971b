import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { messageOf } from "../../lib/base/errors.ts";
import { isOwnBody, ownBody } from "../../lib/base/own_body.ts";
import { begun } from "../../lib/gate/begun.ts";

const unexpected = (reason: unknown) => {
  throw new Error(messageOf(reason));
};

function stream(pull: UnderlyingDefaultSource<Uint8Array>["pull"]): ReadableStream<Uint8Array> {
  return new ReadableStream({ ...(pull ? { pull } : {}) }, { highWaterMark: 0 });
}

Deno.test("begun() keeps status, headers and body", async () => {
  const response = new Response("body", { status: 201, headers: { "x-a": "b" } });
  const answer = await begun(response, unexpected);
  assertEquals([answer.status, answer.headers.get("x-a")], [201, "b"]);
  assertEquals(answer.headers.get("content-type"), "text/plain;charset=UTF-8");
  assertEquals(await answer.text(), "body");
});

Deno.test("begun() leaves the engine `native` the length of a body that is there at once", async () => {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, () => {
    return begun(new Response("body"), unexpected);
  });
  const answer = await fetch(`http://127.0.0.1:${server.addr.port}`);
  assertEquals([answer.headers.get("content-length"), await answer.text()], ["4", "body"]);
});

Deno.test("begun() has a body that is there at once sent as one, unless another length is announced", async () => {
  for (const [length, isStream] of [[undefined, false], ["4", false], ["5", true]] as const) {
    const headers = length === undefined ? undefined : { "content-length": length };
    const { body } = await begun(new Response("body", headers && { headers }), unexpected);
    assertEquals([length, body !== null && isOwnBody(body)], [length, isStream]);
    await body?.cancel();
  }
});

Deno.test("begun() leaves alone what has no body, and what tells by itself where it fails", async () => {
  for (const body of [null, ownBody(stream(() => {}))]) {
    const response = new Response(body);
    assertStrictEquals(await begun(response, unexpected), response);
  }
});

Deno.test("begun() throws what a body fails with at once, or that it is not of bytes", async () => {
  const fails = stream(() => {
    throw new Error("boom");
  });
  await assertRejects(() => begun(new Response(fails), unexpected), Error, "boom");
  const text = stream((controller) => controller.enqueue("text" as unknown as Uint8Array));
  await assertRejects(
    () => begun(new Response(text), unexpected),
    TypeError,
    'A body has to be made of bytes, not of "text"',
  );
});

Deno.test("begun() does not wait for a body that comes later, and tells where it fails then", async () => {
  const later = Promise.withResolvers<void>();
  const failures: string[] = [];
  const slow = stream(async () => {
    await later.promise;
    throw new Error("a\nb");
  });
  const answer = await begun(new Response(slow), (reason) => failures.push(messageOf(reason)));
  later.resolve();
  await answer.text().then(() => unexpected("all of it"), (error) => assertEquals(error, "a\\nb"));
  assertEquals(failures, ["a\nb"]);
});

Deno.test("begun() reads no more than somebody wants, and tells the body that nobody does", async () => {
  let pulled = 0;
  let cancelled: unknown;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(Uint8Array.of(++pulled)),
    cancel: (reason) => {
      cancelled = reason;
    },
  }, { highWaterMark: 0 });
  const answer = await begun(new Response(body), unexpected);
  assertEquals(pulled, 1);
  const reader = answer.body?.getReader();
  assertEquals((await reader?.read())?.value, Uint8Array.of(1));
  assertEquals(pulled, 1);
  await reader?.cancel("enough");
  assertEquals(cancelled, "enough");
});

Deno.test("begun() tells where a body fails to be cancelled", async () => {
  const failures: string[] = [];
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(Uint8Array.of(1)),
    cancel() {
      throw new Error("it does not end");
    },
  });
  const answer = await begun(new Response(body), (reason) => failures.push(messageOf(reason)));
  await answer.body?.cancel();
  assertEquals(failures, ["it does not end"]);
});

Deno.test("begun() says of no mistake where the client leaves while it waits for more", async () => {
  let parts = 0;
  const asked = Promise.withResolvers<void>();
  const body = stream((controller) => {
    if (parts++ === 0) return controller.enqueue(Uint8Array.of(7));
    asked.resolve();
    return new Promise(() => {});
  });
  const failures: string[] = [];
  const answer = await begun(new Response(body), (error) => failures.push(messageOf(error)));
  const reader = answer.body?.getReader();
  assertEquals((await reader?.read())?.value, Uint8Array.of(7));
  const more = reader?.read();
  await asked.promise;
  await reader?.cancel();
  assertEquals((await more)?.done, true);
  await new Promise((resolve) => setTimeout(resolve, 0));
  assertEquals(failures, []);
});
