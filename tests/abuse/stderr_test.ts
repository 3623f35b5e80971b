import { assert, assertEquals } from "@std/assert";
import { abuse } from "./abuse.ts";
import { possessionsOf } from "./possessions.ts";
import { QuietClient } from "./quiet_client.ts";
import { RawClient } from "../support/client.ts";
import { peakOf } from "../support/processes.ts";

const FLOODS: [what: string, script: string][] = [
  ["lines", "exec yes 3>&1 >&2"],
  ["empty lines", "exec yes '' 3>&1 >&2"],
  ["long lines", `exec yes "$(head -c 100000 /dev/zero | tr '\\0' x)" 3>&1 >&2`],
  ["bytes that are no text", "exec cat /dev/urandom 3>&1 >&2"],
  ["one line after the other", "while :; do echo one >&2; done"],
];
for (const [what, script] of FLOODS) {
  abuse(`four programs that flood stderr with ${what}`, async (attack) => {
    await using server = await attack.start(["--route=/echo=echo", "--", "sh", "-c", script]);
    const before = possessionsOf(server.pid);
    {
      await using quiet = await QuietClient.connect(`${server.url}echo`);
      const clients = await Promise.all([1, 2, 3, 4].map(() => RawClient.open(server.url)));
      await server.stdout.until(/… [\d,]+ lines? left out$/);
      await quiet.answers(200);
      for (const client of clients) client[Symbol.dispose]();
      attack.note({ longestWait: quiet.longestWait, counted: quiet.count });
      assert(peakOf(server.pid) < 400e6, "its memory is bounded");
    }
    await attack.isAsBefore(server, before);
  });
}

abuse("a program that writes more to stderr than the log takes", async (attack) => {
  const script = "seq 300000 >&2; echo done; read -r line; echo last >&2";
  await using server = await attack.start(["--", "sh", "-c", script]);
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), "done");
  await client.send("end");
  assertEquals((await client.rest()).closed, "1000");
  const { code } = await server.stop();
  const lines = server.stdout.all.filter((line) => line.includes("| stderr "))
    .map((line) => line.split(" | ").at(-1) ?? "");
  const told = (line: string) => {
    const [, count] = /^… ([\d,]+) lines? left out$/.exec(line) ?? [];
    return count === undefined ? 1 : Number(count.replaceAll(",", ""));
  };
  assertEquals([code, lines.reduce((sum, line) => sum + told(line), 0)], [0, 300_001]);
  // Each is in its place.
  for (let at = 0, next = 1; at < lines.length - 2; next += told(lines[at++] ?? "")) {
    if (!lines[at]?.startsWith("…")) assertEquals(lines[at], String(next));
  }
  attack.note({ counted: 300_001 });
});

abuse("a program whose stderr has no limit in the log", async (attack) => {
  const program = "sh -c 'seq 20000 >&2'";
  const args = ["--stderr-rate=1", `--route=/a=process?stderr-rate=0 ${program}`];
  await using server = await attack.start(args);
  using client = await RawClient.open(`${server.url}a`);
  assertEquals((await client.rest()).closed, "1000");
  // The connection waits for no stderr that goes to the log.
  await server.stdout.until(/\| stderr .* \| 20000$/);
  await server.stop();
  const lines = server.stdout.all.filter((line) => line.includes("| stderr "));
  assertEquals(
    lines.map((line) => line.split(" | ").at(-1)),
    Array.from({ length: 20_000 }, (_, n) => `${n + 1}`),
  );
  attack.note({ counted: lines.length });
});
