import { assertEquals, assertMatch } from "@std/assert";
import { Batch } from "../../../lib/base/batch.ts";
import { FloodLog } from "../../../lib/base/flood_log.ts";
import { Log } from "../../../lib/base/log.ts";
import { NO_METER } from "../../../lib/base/meter.ts";
import { Rounds } from "../../../lib/base/rounds.ts";
import { connectionOf } from "../../../lib/connection/connection_of.ts";
import { LiveConnection } from "../../../lib/connection/live_connection.ts";
import { RecordFile } from "../../../lib/connection/record/record_file.ts";
import { RecordFolder } from "../../../lib/connection/record/record_folder.ts";
import { Recordings } from "../../../lib/connection/record/recordings.ts";
import { Roster } from "../../../lib/connection/roster.ts";
import type { Connection, Parts, Session } from "../../../lib/contract.ts";
import { LocalHub } from "../../../lib/hub/local_hub.ts";
import { CapturedLog } from "../../base/captured_log.ts";
import { fakeRequest } from "../../base/fake_request.ts";
import { FakeTimers } from "../../base/fake_timers.ts";
import { Folder } from "../../support/folder.ts";
import { recordingIn } from "../../support/recordings.ts";
import { FakeTransport } from "../fake_transport.ts";

const encoder = new TextEncoder();

/** A transport that has fragments. */
class Fragmenting extends FakeTransport {
  sendPart(part: Batch, at: string): void {
    this.sent.push(`${at} ${part.at(0)}`);
  }
}

function connect(
  open: (connection: Connection) => Session | void,
  { folder, transport = new FakeTransport() }: { folder?: string; transport?: FakeTransport },
) {
  const recordings = new Recordings();
  const ticket = {
    request: fakeRequest({ id: "id-1" }),
    log: new Log({ id: "id-1" }),
    route: { path: "*" },
    meter: NO_METER.at("*"),
    headers: [],
    compression: undefined,
    subprotocol: "",
    slow: "close",
    maxFrameSize: 10,
    pingMs: 0,
    lingerMs: 0,
    limits: {},
    record: folder === undefined ? undefined : { folder, size: 1000, keep: 0 },
    open,
    abandon() {},
    left() {},
  } as const;
  const parts = { roster: new Roster(), hub: new LocalHub(), rounds: new Rounds() };
  const options = { ...parts, floodLog: new FloodLog(), recordings };
  return { events: connectionOf(transport, ticket, options), recordings, transport };
}

Deno.test("connectionOf() puts nothing in front of a connection that is not recorded", () => {
  const { events } = connect(() => {}, {});
  assertEquals(events instanceof LiveConnection, true);
});

Deno.test("A recording has a message in parts as they were sent", async () => {
  await using folder = await Folder.make();
  // At the end of a server, its disk has a second; here it has as long as it takes.
  using _timers = new FakeTimers();
  const transport = new Fragmenting();
  const done = Promise.withResolvers<boolean>();
  const { events, recordings } = connect((connection) => {
    const parts: Parts = ["one ", "two"];
    connection.sendStream(parts).then(done.resolve);
  }, { folder: folder.path, transport });
  events.opened();
  assertEquals(await done.promise, true);
  events.closed(1000, "");
  await recordings.close();
  assertEquals(transport.sent, ["first one ", "middle two", "last "]);
  assertEquals((await recordingIn(folder)).lines, [
    ["o+", "one "],
    ["o+", "two"],
    ["o", ""],
    ["close", 1000, ""],
  ]);
});

Deno.test("A recording leaves out what nobody takes, and says how the server has closed", async () => {
  await using folder = await Folder.make();
  using _timers = new FakeTimers();
  const { events, recordings } = connect(
    (connection) => ({ message: () => connection.close(4000, "enough") }),
    { folder: folder.path },
  );
  events.opened();
  events.received(Batch.of("first"));
  events.received(Batch.of("too late"));
  events.closed(1000, "whatever the client says");
  await recordings.close();
  assertEquals((await recordingIn(folder)).lines, [["i", "first"], ["close", 4000, "enough"]]);
});

Deno.test("A recording says how the server has closed, also where nobody answers until its end", async () => {
  await using folder = await Folder.make();
  using _timers = new FakeTimers();
  const { events, recordings } = connect(
    (connection) => connection.close(4003, "exit status 3"),
    { folder: folder.path },
  );
  events.opened();
  await recordings.close();
  events.closed(1006, "");
  assertEquals((await recordingIn(folder)).lines, [["close", 4003, "exit status 3"]]);
});

Deno.test("A connection that does not come about leaves no recording", async () => {
  await using folder = await Folder.make();
  const { events, recordings } = connect(() => {}, { folder: folder.path });
  events.closed(1006, "");
  await recordings.close();
  assertEquals(await folder.names(), []);
});

/** A disk that takes so many bytes of each write, and has no room at some of them. */
class FullDisk extends RecordFolder {
  text = "";
  readonly #takes: (number | "full")[];

  constructor(...takes: (number | "full")[]) {
    super("/disk");
    this.#takes = takes;
  }

  override create(): Promise<[Deno.FsFile, string]> {
    const file = {
      write: (bytes: Uint8Array) => {
        const takes = this.#takes.shift() ?? Infinity;
        if (takes === "full") return Promise.reject(new Error("No space left on device"));
        const some = bytes.subarray(0, takes);
        this.text += new TextDecoder().decode(some);
        return Promise.resolve(some.length);
      },
      truncate: (length: number) => Promise.resolve(this.text = this.text.slice(0, length)),
      seek: (offset: number) => Promise.resolve(offset),
      close() {},
    };
    return Promise.resolve([file as unknown as Deno.FsFile, "name"]);
  }
}

Deno.test("RecordFile has whole lines where the disk is full in the middle of one", async () => {
  using log = new CapturedLog();
  const disk = new FullDisk(3, 2, 1, "full", 2, "full");
  const file = new RecordFile(disk, { id: "a", extension: "ndjson", head: "head\n" });
  const failures: unknown[] = [];
  for (const line of ["one\n", "two\n", "three\n"]) {
    await file.write(encoder.encode(line)).catch((error) => failures.push(error));
  }
  assertEquals(disk.text, "head\nthree\n");
  assertEquals(failures.length, 2);
  // Not for each of them.
  assertEquals(log.lines.length, 1);
  assertMatch(log.lines[0] ?? "", /Cannot record into "\/disk": No space left on device/);
});
