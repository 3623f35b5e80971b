import { assertEquals, assertMatch } from "@std/assert";
import { ROOT } from "../../support/server.ts";

const FILES = ["kv_bus_contract.ts", "kv_faults.ts"].map((name) => `tests/bus/kv/${name}`);

// Deno has it with a flag alone, which these tests are not started with.
Deno.test("KvBus does what every bus must do", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--unstable-kv", ...FILES],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
  }).output();
  const said = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  assertEquals(code, 0, said);
  assertMatch(said, /ok \| [1-9]\d+ passed \| 0 failed/);
});
