import { assertEquals } from "@std/assert";
import { AwaitedPongs } from "../../../lib/connection/transport/awaited_pongs.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

/** Pings, the pongs that come, and what each ping gets. */
const CASES: [what: string, pings: string[], pongs: string[], found: string[]][] = [
  ["its own", ["a", "b"], ["a", "b"], ["a", "b"]],
  ["those of others never", ["a", "b"], ["", "c", "ab"], ["-", "-"]],
  ["that of a later ping", ["a", "b", "c"], ["b"], ["b", "b", "-"]],
  ["one each, though they are the same", ["a", "a"], ["a"], ["a", "-"]],
  ["an empty one", [""], [""], [""]],
];
for (const [what, pings, pongs, found] of CASES) {
  Deno.test(`AwaitedPongs gives a ping ${what}`, async () => {
    const awaited = new AwaitedPongs();
    const waiting = pings.map((ping) => awaited.for(bytes(ping)));
    for (const pong of pongs) {
      const payload = bytes(pong);
      awaited.came(payload);
      // It is borrowed.
      payload.fill(0);
    }
    awaited.end();
    const all = await Promise.all(waiting);
    assertEquals(all.map((pong) => pong ? new TextDecoder().decode(pong) : "-"), found);
  });
}

Deno.test("AwaitedPongs looks for no pong that nobody has asked for, however many are awaited", async () => {
  const awaited = new AwaitedPongs();
  const waiting = Array.from({ length: 20_000 }, (_, ping) => awaited.for(bytes(`${ping}`)));
  // To look at each ping for each of them would take half a minute.
  for (let count = 0; count < 50_000; count++) awaited.came(bytes("other"));
  awaited.came(bytes("19999"));
  assertEquals(new TextDecoder().decode(await waiting[0]), "19999");
});
