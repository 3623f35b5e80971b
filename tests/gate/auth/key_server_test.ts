import { assertEquals, assertRejects } from "@std/assert";
import { KeyServer } from "../../../lib/gate/auth/key_server.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { KeySet } from "../../support/key_set.ts";
import { makeSigner } from "../../support/tokens.ts";

const A = makeSigner("ES256", "a").jwk;
const B = makeSigner("ES256", "b").jwk;
const MINUTE = 60_000;

/** The keys of a server, at a time that stands still until it is moved on. */
function keysAt(url: string, ms = 10_000) {
  const clock = { now: 0 };
  const server = new KeyServer(new URL(url), { now: () => clock.now, ms });
  const find = async (name: string) =>
    (await server.find(({ kid }) => kid === name)).map(({ kid }) => kid);
  return { clock, find, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

Deno.test("KeyServer asks once for keys that many wait for, and then not for ten minutes", async () => {
  await using set = new KeySet([A]);
  await using keys = keysAt(set.url);
  assertEquals(await Promise.all([keys.find("a"), keys.find("a")]), [["a"], ["a"]]);
  keys.clock.now = 9 * MINUTE;
  assertEquals([await keys.find("a"), set.asked], [["a"], 1]);
  set.has([B]);
  keys.clock.now = 11 * MINUTE;
  assertEquals([await keys.find("a"), set.asked], [[], 2]);
});

Deno.test("KeyServer asks for a key that it does not know, but not as often as somebody likes", async () => {
  await using set = new KeySet([A]);
  await using keys = keysAt(set.url);
  await keys.find("a");
  set.has([A, B]);
  assertEquals([await keys.find("b"), set.asked], [["b"], 2]);
  for (let n = 0; n < 50; n++) assertEquals(await keys.find(`${n}`), []);
  assertEquals(set.asked, 2);
  keys.clock.now = 10_000;
  await Promise.all(Array.from({ length: 50 }, (_, n) => keys.find(`${n}`)));
  assertEquals(set.asked, 3);
});

Deno.test("KeyServer keeps its keys while the server is away, and says so once a minute", async () => {
  using log = new CapturedLog();
  await using set = new KeySet([A]);
  await using keys = keysAt(set.url);
  await keys.find("a");
  set.answer = () => new Response("away", { status: 500 });
  for (let n = 0; n < 10; n++) {
    keys.clock.now = 20 * MINUTE + n * 10_000;
    assertEquals(await keys.find("a"), ["a"]);
    await assertRejects(() => keys.find("b"), Error, "the answer is 500");
  }
  assertEquals(log.messages, [
    `ERROR server: Cannot get the keys of "${set.url}": the answer is 500; those that are known stay`,
    `ERROR server: Cannot get the keys of "${set.url}": the answer is 500; those that are known stay`,
  ]);
  set.has([B]);
  keys.clock.now = 30 * MINUTE;
  assertEquals([await keys.find("b"), await keys.find("a")], [["b"], []]);
});

Deno.test("KeyServer has nobody wait for a server that is known to be away", async () => {
  using _log = new CapturedLog();
  await using set = new KeySet([A]);
  await using keys = keysAt(set.url);
  await keys.find("a");
  set.answer = () => new Response("away", { status: 500 });
  keys.clock.now = 20 * MINUTE;
  await keys.find("a");
  const late = Promise.withResolvers<Response>();
  set.answer = () => late.promise;
  keys.clock.now = 30 * MINUTE;
  assertEquals(await keys.find("a"), ["a"]);
  late.resolve(Response.json({ keys: [B] }));
  assertEquals(await keys.find("b"), ["b"]);
});

Deno.test("KeyServer says why there are no keys", async () => {
  const endless = () =>
    new Response(
      new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) }),
    );
  const rows: readonly (readonly [what: () => Response | Promise<Response>, why: string])[] = [
    [() => new Response("no", { status: 404 }), "the answer is 404"],
    [() => Response.redirect("http://127.0.0.1:1/"), "the answer is 302"],
    [() => new Response("no keys"), "it is neither PEM nor a JWK Set, which is JSON"],
    [() => Response.json({ keys: [] }), "there is no key in it"],
    [() => Response.json({ keys: [{ kty: "oct", k: "A".repeat(64) }] }), "there is no public key"],
    [() => Response.json({ keys: Array(101).fill(A) }), "there are more than 100 keys in it"],
    [endless, "its answer is larger than 256 KiB"],
  ];
  for (const [answer, why] of rows) {
    await using set = new KeySet();
    set.answer = answer;
    await using keys = keysAt(set.url);
    await assertRejects(() => keys.find("a"), Error, `there are no keys of "${set.url}": ${why}`);
  }
  const gone = new KeySet();
  await gone.stop();
  await using keys = keysAt(gone.url);
  await assertRejects(() => keys.find("a"), Error, `"${gone.url}": Connection refused`);
});

Deno.test("KeyServer does not wait longer than it may, and asks again after a second", async () => {
  const late = Promise.withResolvers<Response>();
  await using set = new KeySet();
  set.answer = () => late.promise;
  await using keys = keysAt(set.url, 1);
  await assertRejects(() => keys.find("a"), Error, "there is no answer in 1 ms");
  late.resolve(Response.json({}));
});

Deno.test("KeyServer asks again after a second where it has no keys", async () => {
  await using set = new KeySet();
  await using keys = keysAt(set.url);
  await assertRejects(() => keys.find("a"));
  set.has([A]);
  await assertRejects(() => keys.find("a"));
  assertEquals(set.asked, 1);
  keys.clock.now = 1_000;
  assertEquals([await keys.find("a"), set.asked], [["a"], 2]);
});

Deno.test("KeyServer leaves a server that does not answer when it ends", async () => {
  using log = new CapturedLog();
  const late = Promise.withResolvers<Response>();
  const asked = Promise.withResolvers<void>();
  await using set = new KeySet();
  set.answer = () => {
    asked.resolve();
    return late.promise;
  };
  const keys = keysAt(set.url);
  const found = assertRejects(() => keys.find("a"), Error, "the server is ending");
  await asked.promise;
  await keys[Symbol.asyncDispose]();
  await found;
  assertEquals(log.messages, []);
  late.resolve(Response.json({}));
});
