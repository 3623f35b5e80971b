import { assert, assertEquals, assertMatch } from "@std/assert";
import { FrameCounter } from "../../scripts/bench/frame_counter.ts";
import { frame, RawClient } from "../support/client.ts";
import { abuse } from "./abuse.ts";
import { Flood } from "./flood.ts";
import { possessionsOf } from "./possessions.ts";
import { QuietClient } from "./quiet_client.ts";

const MIB = 2 ** 20;

/** A client that counts what it gets. */
class Member implements Disposable {
  readonly client: RawClient;
  readonly #conn: Deno.Conn;
  readonly #counter = new FrameCounter();

  private constructor(client: RawClient, conn: Deno.Conn) {
    this.client = client;
    this.#conn = conn;
  }

  static async come(url: string): Promise<Member> {
    const { hostname, port } = new URL(url);
    const conn = await Deno.connect({ hostname, port: Number(port) });
    return new Member(await RawClient.open(url, { conn }), conn);
  }

  /** Reads until so many messages have come, or the connection ends; answers how many it were. */
  async count(messages: number): Promise<number> {
    const chunk = new Uint8Array(256 * 1024);
    while (this.#counter.messages < messages) {
      const count = await this.#conn.read(chunk);
      if (count === null) break;
      this.#counter.push(chunk.subarray(0, count));
    }
    return this.#counter.messages;
  }

  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }
}

function repeated(bytes: Uint8Array, count: number): Uint8Array {
  const all = new Uint8Array(count * bytes.length);
  for (let index = 0; index < count; index++) all.set(bytes, index * bytes.length);
  return all;
}

const MESSAGE = frame(0x81, Uint8Array.of(97));

for (const [route, members] of [["broadcast", 10], ["broadcast", 1], ["echo", 1]] as const) {
  const who = `${members === 1 ? "a client" : "a member of ten"} that sends`;
  abuse(`${who} 300,000 messages of one byte at once to \`${route}\``, async (attack) => {
    // The runtime takes a millisecond for a hundred of them, to ten members.
    const count = attack.engine === "node" || members === 1 ? 300_000 : 50_000;
    await using server = await attack.start([`--route=/=${route}`]);
    const before = possessionsOf(server.pid);
    {
      await using all = new AsyncDisposableStack();
      const there: Member[] = [];
      for (let index = 0; index < members; index++) {
        there.push(all.use(await Member.come(server.url)));
      }
      const counting = there.map((member) => member.count(count));
      await there[0]?.client.bytes(repeated(MESSAGE, count));
      assertEquals(await Promise.all(counting), there.map(() => count));
      attack.note({ counted: members * count });
    }
    await attack.isAsBefore(server, before);
  });
}

const READER = `import sys
rest = ${64 * MIB}
while rest > 0: rest -= len(sys.stdin.buffer.read1(65536))
print("got all", flush=True)
sys.stdin.read()`;

abuse("a client that sends 64 MiB at full speed to a program that reads all", async (attack) => {
  const route = `--route=/=process?framing=binary python3 -c '${READER}'`;
  await using server = await attack.start([route]);
  const before = possessionsOf(server.pid);
  {
    using client = await RawClient.open(server.url);
    await client.flood(1024, () => new Uint8Array(64 * 1024));
    const received = await client.next();
    if (attack.engine === "node" || received.kind !== "close") {
      assert(received.kind === "binary", `closed: ${JSON.stringify(received)}`);
      assertEquals(new TextDecoder().decode(received.data), "got all\n");
      attack.note({ counted: 1024 });
    } else if (received.code !== 1006) {
      // It cannot hold a client back, and says what is true.
      const { code, reason } = received;
      assertMatch(`${code} ${reason}`, /^1013 Input comes faster than the process reads it/);
    }
  }
  await attack.isAsBefore(server, before);
}, { needs: ["python3"] });

abuse("a client that sends 10,000 pings at once", async (attack) => {
  await using server = await attack.start(["--route=/=echo"]);
  const before = possessionsOf(server.pid);
  {
    using client = await RawClient.open(server.url);
    const pings = Array.from({ length: 10_000 }, (_, index) => {
      return frame(0x89, Uint8Array.of(index >> 8, index & 255));
    });
    await client.bytes(Uint8Array.from(pings.flatMap((ping) => [...ping])));
    // As RFC 6455 §5.5.3 lets it, it may answer only the latest.
    let latest = 0;
    for (let last = -1; last < 9_999; last = latest) {
      const pong = await client.next();
      assert(pong.kind === "pong", JSON.stringify(pong));
      latest = (pong.data[0] as number) << 8 | (pong.data[1] as number);
      assert(latest > last, `${latest} after ${last}`);
    }
    await client.send("still here");
    assertEquals(await client.text(), "still here");
  }
  await attack.isAsBefore(server, before);
});

abuse("four programs that write as fast as they can", async (attack) => {
  await using server = await attack.start(["--route=/yes=process yes", "--route=/quiet=echo"]);
  const before = possessionsOf(server.pid);
  {
    await using quiet = await QuietClient.connect(`${server.url}quiet`);
    const rare = { rate: 1, clients: 4 };
    await using _readers = await Flood.start(
      `${server.url}yes`,
      frame(0x8a, new Uint8Array()),
      rare,
    );
    await quiet.answers(50);
    attack.note({ longestWait: quiet.longestWait });
  }
  await attack.isAsBefore(server, before);
});
