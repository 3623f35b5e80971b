import { assertEquals, assertThrows } from "@std/assert";
import { EngineError } from "../../../../lib/base/errors.ts";
import { inTime } from "../../../support/in_time.ts";
import { each, PLAIN, Serving } from "./ways.ts";

each("is none where its client leaves before its handler has decided, who is told", async (way) => {
  await using serving = await Serving.start(way, () => {}, { acceptMs: 0 });
  const [asked, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  serving.decide = async (left) => {
    left.addEventListener("abort", () => told.resolve());
    asked.resolve();
    await told.promise;
  };
  const client = new AbortController();
  const answer = fetch(`${serving.http}?stream`, { signal: client.signal }).catch(() => "gone");
  await asked.promise;
  client.abort();
  await inTime(told.promise, () => "the handler to be told");
  assertEquals([await answer, serving.told], ["gone", []]);
}, PLAIN);

each("without a WebSocket answers a POST where its session does", async (way) => {
  await using serving = await Serving.start(way, (connection) => ({
    message: (data) => connection.send(`<${data}>`),
    end: () => connection.close(),
  }));
  const answer = await fetch(serving.http, { method: "POST", body: "a\nb\n" });
  assertEquals([answer.status, await answer.text()], [200, "<a>\n<b>\n"]);
  assertEquals(await serving.until(3), ["a", "b", "close 1000"]);
}, PLAIN);

each("without a WebSocket takes a POST, and says how it was closed", async (way) => {
  await using serving = await Serving.start(way, (connection) => ({
    message: () => connection.send("nobody hears it"),
    closing: () => serving.told.includes("refuse") ? { code: 4404, reason: "no" } : undefined,
  }));
  const post = async (body: string) => {
    const answer = await fetch(serving.http, { method: "POST", body });
    return [answer.status, await answer.text()];
  };
  assertEquals(await post("a\n"), [204, ""]);
  assertEquals(await serving.until(2), ["a", "close 1000"]);
  assertEquals(await post("refuse\n"), [502, "502 Bad Gateway: closed with 4404 no\n"]);
}, PLAIN);

each("without a WebSocket cannot ping, and says so", async (way) => {
  await using serving = await Serving.start(way, (connection) => connection.send("a"));
  const answer = await fetch(`${serving.http}?stream`);
  const connection = await serving.connection;
  assertThrows(() => connection.ping(), EngineError, "a client without a WebSocket answers none");
  connection.close(1000);
  assertEquals(await answer.text(), "a\n");
  assertEquals(await serving.until(1), ["close 1000"]);
}, PLAIN);
