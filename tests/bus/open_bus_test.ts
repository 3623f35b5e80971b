import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { Log } from "../../lib/base/log.ts";
import { LocalBus } from "../../lib/bus/local/local_bus.ts";
import { memoryChannels } from "../../lib/bus/local/memory_channels.ts";
import { openBus } from "../../lib/bus/open_bus.ts";

const log = new Log();

Deno.test("openBus() is none where there is nobody to join with", async () => {
  const { ends: [channel] } = memoryChannels();
  assertEquals(await openBus({ kind: "off" }, { log, channel }), undefined);
  assertEquals(await openBus({ kind: "local" }, { log }), undefined);
});

Deno.test("openBus() joins a worker with others by its parent", async () => {
  const { ends: [channel] } = memoryChannels();
  await using bus = await openBus({ kind: "local" }, { log, channel });
  assertInstanceOf(bus, LocalBus);
});

Deno.test("openBus() says nothing of a password in a file that it cannot use", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, "http://user:secret@host\n");
    const error = await assertRejects(() => openBus({ kind: "file", path }, { log }), UsageError);
    assertEquals(error.message.includes("secret"), false);
    assertEquals(error.message.startsWith(`Cannot use --bus=file:${path}: expected a URL`), true);
  } finally {
    await Deno.remove(path);
  }
});

Deno.test("openBus() names a file that it cannot read", async () => {
  await assertRejects(
    () => openBus({ kind: "file", path: "/nowhere/bus" }, { log }),
    UsageError,
    "Cannot read --bus=file:/nowhere/bus: ",
  );
});
