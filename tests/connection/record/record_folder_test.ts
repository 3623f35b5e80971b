import { assertEquals } from "@std/assert";
import { RecordFolder } from "../../../lib/connection/record/record_folder.ts";

function namesIn(path: string): string[] {
  return Array.from(Deno.readDirSync(path), ({ name }) => name).sort();
}

/** A process of its own that prunes a folder, or writes a recording into it until its input ends. */
function other(path: string, keep?: number): Deno.ChildProcess {
  const at = new URL("../../../lib/connection/record/record_folder.ts", import.meta.url);
  const text = `
    const { RecordFolder } = await import(${JSON.stringify(at.href)});
    const folder = new RecordFolder(${JSON.stringify(path)});
    ${
    keep === undefined
      ? `const [file, name] = await folder.create("other-1", "ndjson");
         console.log(name);
         await Deno.stdin.read(new Uint8Array(1));`
      : `await folder.prune(${keep});`
  }`;
  return new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-lock", "--no-check", text],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
}

Deno.test({
  name: "RecordFolder.prune() deletes nothing that another process still writes, and not too much",
  ignore: Deno.build.os === "windows",
  async fn() {
    const path = await Deno.makeTempDir();
    const writer = other(path);
    const output = writer.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const open = ((await output.read()).value ?? "").trim();
    const folder = new RecordFolder(path);
    for (let count = 0; count < 3; count++) {
      const [file, name] = await folder.create(`own-${count}`, "ndjson");
      file.close();
      folder.closed(name);
    }
    const all = namesIn(path);
    assertEquals(all[0], open);
    await folder.prune(2);
    assertEquals(namesIn(path), [open, all[3]]);
    await writer.stdin.close();
    await output.read();
    await writer.status;
    await folder.prune(1);
    assertEquals(namesIn(path), [all[3]]);
    await Deno.remove(path, { recursive: true });
  },
});

Deno.test("RecordFolder.prune() of several processes at once leaves as many as are to be kept", async () => {
  const path = await Deno.makeTempDir();
  for (let count = 100; count < 300; count++) {
    await Deno.writeTextFile(`${path}/20261130T090807${count}Z-a-1.ndjson`, "");
  }
  const others = [other(path, 50), other(path, 50)];
  for (const each of others) {
    await each.stdin.close();
    await each.stdout.cancel();
  }
  await new RecordFolder(path).prune(50);
  assertEquals((await Promise.all(others.map(({ status }) => status))).map(({ code }) => code), [
    0,
    0,
  ]);
  const left = namesIn(path);
  assertEquals([left.length, left[0]?.slice(0, 18)], [50, "20261130T090807250"]);
  await Deno.remove(path, { recursive: true });
});

Deno.test("RecordFolder.prune() does what it is asked for while it ends", async () => {
  const path = await Deno.makeTempDir();
  const [first, second, third] = [100, 200, 300]
    .map((count) => `${path}/20261130T090807${count}Z-a-1.ndjson`) as [string, string, string];
  const folder = new RecordFolder(path);
  const { remove } = Deno;
  try {
    // At each step of its end, however many those are.
    for (let step = 0; step < 20; step++) {
      for (const file of [first, second]) await Deno.writeTextFile(file, "");
      const asked = Promise.withResolvers<void>();
      const ask = (steps: number): void => {
        if (steps > 0) return queueMicrotask(() => ask(steps - 1));
        Deno.writeTextFileSync(third, "");
        asked.resolve(folder.prune(1));
      };
      Deno.remove = async (file) => {
        await remove(file);
        if (file === first) ask(step);
      };
      await folder.prune(1);
      await asked.promise;
      assertEquals(namesIn(path).length, 1, `asked ${step} steps later`);
      await remove(third);
    }
  } finally {
    Deno.remove = remove;
  }
  await Deno.remove(path, { recursive: true });
});
