import { assertEquals } from "@std/assert";
import { RawClient } from "./support/client.ts";
import { Lines } from "./support/lines.ts";
import { ROOT } from "./support/server.ts";

// Where it is pasted into a file of its own, it has to go on and to say where.
for (const path of ["README.md", "scripts/npm/README.md"]) {
  Deno.test(`${path} has an example of the library that serves`, async () => {
    const [, code = ""] = /```ts\n([^]*?)```/.exec(await Deno.readTextFile(ROOT + path)) ?? [];
    const folder = await Deno.makeTempDir();
    try {
      const mod = JSON.stringify(new URL("../lib/mod.ts", import.meta.url).href);
      const file = `${folder}/main.ts`;
      await Deno.writeTextFile(file, code.replace(/"(@stdws\/)?stdws"/g, mod));
      await using child = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-lock", "--quiet", file],
        stdout: "piped",
      }).spawn();
      const address = await new Lines(child.stdout).until(/^wss?:/);
      using client = await RawClient.open(`${address}echo`);
      await client.send("hello");
      assertEquals(await client.text(), "hello");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
