import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { ROOT } from "../support/server.ts";
import { testExample } from "./example.ts";

const NUMBERS = Array.from({ length: 10 }, (_, index) => String(index + 1));

for (
  const [program, needs] of [
    ["counter.sh", ["bash"]],
    ["counter.py", ["python3"]],
  ] as const
) {
  testExample(
    `The example ${program} counts to ten and ends`,
    `--port=8080 scripts/examples/counter/${program}`,
    async (server) => {
      using one = await RawClient.open(server.url);
      using two = await RawClient.open(server.url);
      const [first, second] = await Promise.all([one.rest(), two.rest()]);
      assertEquals(first, { texts: NUMBERS, closed: "1000" });
      assertEquals(second, first);
    },
    needs,
  );
}

testExample("The example ls sends every name as a message", "--port=8080 ls", async (server) => {
  const entries = await Array.fromAsync(Deno.readDir(ROOT));
  const names = entries.map(({ name }) => name).filter((name) => !name.startsWith("."));
  using client = await RawClient.open(server.url);
  const { texts, closed } = await client.rest();
  assertEquals([texts.toSorted(), closed], [names.toSorted(), "1000"]);
}, ["ls"]);
