import { assertEquals } from "@std/assert";
import { ClientInput } from "../../lib/process/client_input.ts";
import { settle } from "../base/fake_timers.ts";
import { FakeStdin } from "./fake_stdin.ts";

/** A client, and whether it is held back. */
class FakeClient {
  readonly done: string[] = [];

  constructor(readonly canPause: boolean) {}

  pause(): boolean {
    this.done.push("pause");
    return this.canPause;
  }

  resume(): void {
    this.done.push("resume");
  }
}

const PART = 100_000;

Deno.test("ClientInput holds a client back while much waits, and takes what comes nevertheless", async () => {
  const stdin = new FakeStdin();
  const client = new FakeClient(true);
  const input = new ClientInput({ maxQueue: 300_000 });
  input.from(client);
  input.feed(stdin.stream);
  assertEquals([1, 2, 3, 4, 5].map(() => input.add(new Uint8Array(PART))), Array(5).fill(true));
  assertEquals(client.done, ["pause"]);
  await stdin.takeBytes(3 * PART);
  await settle();
  assertEquals(client.done, ["pause"]);
  await stdin.takeBytes(2 * PART);
  await settle();
  assertEquals(client.done, ["pause", "resume"]);
});

Deno.test("ClientInput never refuses a client that can be held back, however little may wait", () => {
  const client = new FakeClient(true);
  const input = new ClientInput({ maxQueue: 10 });
  input.from(client);
  input.feed(new FakeStdin().stream);
  assertEquals([1, 2, 3].map(() => input.add(new Uint8Array(PART))), [true, true, true]);
  assertEquals(client.done, ["pause"]);
});

Deno.test("ClientInput lets a client go on whose process takes nothing more", async () => {
  const stdin = new FakeStdin();
  const client = new FakeClient(true);
  const input = new ClientInput({ maxQueue: 300_000 });
  input.from(client);
  const feed = input.feed(stdin.stream);
  for (let count = 0; count < 5; count++) input.add(new Uint8Array(PART));
  feed.abandon();
  await settle();
  assertEquals([client.done, feed.lost], [["pause", "resume"], 5 * PART]);
});

Deno.test("ClientInput bounds what waits of a client that cannot be held back", () => {
  const client = new FakeClient(false);
  const input = new ClientInput({ maxQueue: 300_000 });
  input.from(client);
  input.feed(new FakeStdin().stream);
  const taken = [1, 2, 3, 4].map(() => input.add(new Uint8Array(PART)));
  assertEquals([taken, client.done], [[true, true, true, false], Array(4).fill("pause")]);
});
