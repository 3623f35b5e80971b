import { assertEquals, assertRejects } from "@std/assert";
import { HIGH_WATER_MARK } from "../../../lib/base/limits.ts";
import { Player } from "../../../lib/handlers/replay/player.ts";
import { RecordingError } from "../../../lib/handlers/replay/read_recording.ts";
import { nextTurn } from "../../../lib/base/next_turn.ts";
import { FakeTimers } from "../../base/fake_timers.ts";
import { FakeConnection } from "../../support/fake_connection.ts";
import { Folder } from "../../support/folder.ts";

const DEFAULTS = { speed: 1, loop: false, wait: false };

async function write(folder: Folder, ...lines: unknown[]): Promise<string> {
  const path = `${folder.path}/recording`;
  const texts = [{ stdws: 1 }, ...lines].map((line) => `${JSON.stringify(line)}\n`);
  await Deno.writeTextFile(path, texts.join(""));
  return path;
}

Deno.test("Player waits for a client that does not take what it was sent", async () => {
  await using folder = await Folder.make();
  const file = await write(folder, [0, "o", "first"], [0, "o", "second"]);
  const connection = new FakeConnection();
  connection.bufferedAmount = HIGH_WATER_MARK + 1;
  const player = new Player(connection, DEFAULTS);
  const played = player.play(file);
  await connection.count(1);
  // All of the file was read by then.
  await nextTurn();
  assertEquals(connection.sent, ["first"]);
  connection.drain();
  await played;
  assertEquals(connection.sent, ["first", "second"]);
  assertEquals(await connection.closed, "1000");
});

Deno.test("Player keeps the times of the recording, divided by its speed", async () => {
  await using folder = await Folder.make();
  const file = await write(folder, [0, "o", "first"], [8, "o", "second"]);
  const connection = new FakeConnection();
  using timers = new FakeTimers();
  const options = { ...DEFAULTS, speed: 100, now: () => timers.now };
  const played = new Player(connection, options).play(file);
  await connection.count(1);
  await timers.pass(79);
  assertEquals(connection.sent, ["first"]);
  await timers.pass(1);
  assertEquals(connection.sent, ["first", "second"]);
  await played;
});

Deno.test("Player ends with its client, whatever it waits for", async () => {
  await using folder = await Folder.make();
  const file = await write(folder, [0, "o", "first"], [3600, "o", "never"]);
  const inputs = await write(folder, [0, "o", "first"], [1, "i", "never"], [2, "o", "never"]);
  for (
    const [path, options] of [[file, DEFAULTS], [inputs, { ...DEFAULTS, wait: true }]] as const
  ) {
    const connection = new FakeConnection();
    const player = new Player(connection, options);
    const played = player.play(path);
    await connection.count(1);
    player.leave();
    const left = played.then(() => "it has left by itself");
    assertEquals(await Promise.race([connection.closed, left]), "it has left by itself");
    assertEquals(connection.sent, ["first"]);
  }
});

Deno.test("Player closes as it was recorded, also in the middle of a message", async () => {
  await using folder = await Folder.make();
  const file = await write(folder, [0, "o+", "half"], [0, "i", "?"], [0, "close", 4001, "exit 1"]);
  const connection = new FakeConnection();
  await new Player(connection, DEFAULTS).play(file);
  assertEquals(connection.sent, ["half"]);
  assertEquals(await connection.closed, "4001 exit 1");
});

Deno.test("Player waits for what the recorded client said during a message behind it", async () => {
  await using folder = await Folder.make();
  const parts = [[0, "o+", "a"], [0, "i", "1"], [0, "o", "b"]];
  const file = await write(folder, ...parts, [0, "i", "2"], [0, "o", "end"]);
  const connection = new FakeConnection();
  const player = new Player(connection, { ...DEFAULTS, wait: true });
  const played = player.play(file);
  await connection.count(1);
  player.hear(1);
  // All of the file was read by then.
  await nextTurn();
  assertEquals(connection.sent, ["ab"]);
  player.hear(1);
  await played;
  assertEquals(connection.sent, ["ab", "end"]);
});

Deno.test("Player fails where the recording has become none", async () => {
  await using folder = await Folder.make();
  const file = await write(folder, [0, "o", "first"], [0, "nonsense"]);
  const connection = new FakeConnection();
  await assertRejects(
    () => new Player(connection, DEFAULTS).play(file),
    RecordingError,
    'line 3: "nonsense" is no code of an event',
  );
});
