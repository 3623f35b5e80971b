import { RawClient } from "../support/client.ts";
import { abuse } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";
import { Vanishing } from "./vanishing.ts";

/** What goes on when it vanishes; `sends` is whether it sends, each time that something has come. */
const LOADS: [what: string, handler: string, sends: boolean][] = [
  ["nothing happens", "echo", false],
  ["it talks", "echo", true],
  ["it talks with a program", "process cat", true],
  ["a program writes to it", "process sh -c 'while echo tick; do sleep 0.02; done'", false],
  ["a program writes more than it reads", `process yes ${"x".repeat(1000)}`, false],
  ["it talks, and a program writes more than it reads", "process sh -c 'yes & exec cat'", true],
  ["a shared program writes to all", "shared sh -c 'while echo tick; do sleep 0.02; done'", false],
  [
    "a shared program writes more than it reads",
    `shared?slow=latest yes ${"x".repeat(1000)}`,
    false,
  ],
  ["it talks with others", "broadcast", true],
  ["others talk", "broadcast", false],
];

/** Reads, answers pings, and says something each time that something was said, until it is gone. */
async function take(client: RawClient, sends: boolean, took: () => void): Promise<void> {
  for (;;) {
    const received = await client.next();
    if (received.kind === "close") return;
    took();
    if (received.kind === "ping") await client.frame(0x8a, received.data).catch(() => {});
    else if (sends) await client.send("something").catch(() => {});
  }
}

for (const [what, handler, sends] of LOADS) {
  abuse(`a client that vanishes without a word while ${what}`, async (attack) => {
    await using server = await attack.start([
      "--pingms=200",
      `--route=/gone=${handler}`,
      "--route=/first=process true",
    ]);
    using first = await RawClient.open(`${server.url}first`);
    await first.rest();
    first[Symbol.dispose]();
    await server.stdout.until(/first' .* DISCONNECT$/);
    const before = possessionsOf(server.pid);
    {
      using way = new Vanishing(server.url);
      const taken = Promise.withResolvers<void>();
      using client = await RawClient.open(`${way.url}gone`);
      using other = await RawClient.open(`${server.url}gone?other`);
      const over = [take(client, sends, taken.resolve), take(other, true, () => {})];
      if (handler === "echo" || handler === "broadcast") await other.send("something");
      if (sends) await client.send("something");
      await taken.promise;
      way.vanish();
      await server.stdout.until(/\/gone' .* DISCONNECT$/);
      client[Symbol.dispose]();
      other[Symbol.dispose]();
      // Where that was in the middle of a frame, its reader fails.
      await Promise.allSettled(over);
    }
    await attack.isAsBefore(server, before);
  });
}
