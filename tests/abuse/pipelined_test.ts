import { assert, assertEquals, assertMatch } from "@std/assert";
import { frame } from "../support/client.ts";
import { peakOf } from "../support/processes.ts";
import { Scripts } from "../support/scripts.ts";
import type { TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";
import { Wire } from "../support/wire.ts";
import { abuse, type Attack } from "./abuse.ts";
import { below, isAsBefore, possessionsOf } from "./possessions.ts";
import { QuietClient } from "./quiet_client.ts";

const MIB = 2 ** 20;

const REQUEST = (path: string, method = "GET", headers = "") =>
  `${method} ${path} HTTP/1.1\r\nHost: h\r\n${headers}\r\n`;
const UPGRADE = (path = "/echo") =>
  REQUEST(
    path,
    "GET",
    "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
  );
const HELLO = String.fromCharCode(...frame(0x81, new TextEncoder().encode("hello")));

const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

/** Nobody tells when a process begins, so it has to be looked for. */
const later = () => new Promise((resolve) => setTimeout(resolve, 5));

/** Files and scripts that a server has, with an echo beside them. */
class Site implements AsyncDisposable {
  readonly #all: AsyncDisposableStack;
  readonly server: TestServer;

  private constructor(all: AsyncDisposableStack, server: TestServer) {
    this.#all = all;
    this.server = server;
  }

  static async start(attack: Attack): Promise<Site> {
    await using all = new AsyncDisposableStack();
    const files = all.use(await Tree.make({ small: "small", big: "x".repeat(2 * MIB) }));
    const scripts = all.use(
      await Scripts.write({
        // Nothing that it is told, and nothing that it says, ends it.
        mute: "exec sleep 1000",
        quick: "printf 'Content-Type: text/plain\\r\\n\\r\\nquick'",
        reads: "printf 'Content-Type: text/plain\\r\\n\\r\\n'; cat",
        slow: "sleep 0.5; printf 'Content-Type: text/plain\\r\\n\\r\\nslow'",
      }),
    );
    const server = all.use(
      await attack.start([
        `--route=/files/*=static ${files.root}`,
        `--route=/run/*=cgi ${scripts.folder}`,
        "--route=/echo=echo",
        "--maxforks=30",
      ]),
    );
    // The watchdog, which is there as long as the server is.
    while (below(server.pid).length === 0) await later();
    return new Site(all.move(), server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#all[Symbol.asyncDispose]();
  }
}

const BEHIND: [what: string, before: string, expected: RegExp[]][] = [
  ["nothing", "", []],
  ["a request", REQUEST("/files/small"), [/ 200 OK/, /small/]],
  ["one that nobody answers", REQUEST("/nobody"), [/ 404 Not Found/]],
  ["a slow script", REQUEST("/run/slow"), [/ 200 OK/, /slow/]],
  ["a large file", REQUEST("/files/big"), [/ 200 OK/, /x{1000}/]],
  ["the head of one", REQUEST("/files/big", "HEAD"), [/ 200 OK/]],
  [
    "an upload to a script",
    `${REQUEST("/run/reads", "POST", "Content-Length: 6\r\n")}upload`,
    [/ 200 OK/, /upload/],
  ],
  [
    "a request, a slow script, a large file and a request",
    ["/files/small", "/run/slow", "/files/big", "/nobody"].map((path) => REQUEST(path)).join(""),
    [/ 200 OK/, /small/, / 200 OK/, /slow/, / 200 OK/, /x{1000}/, / 404 Not Found/],
  ],
];

abuse("a client that sends requests, an upgrade and a message in one packet", async (attack) => {
  await using site = await Site.start(attack);
  const before = possessionsOf(site.server.pid);
  for (const [what, requests, expected] of BEHIND) {
    using wire = await Wire.connect(site.server);
    await wire.write(latin1(requests + UPGRADE() + HELLO));
    for (const pattern of [...expected, / 101 Switching/, /hello/]) {
      await wire.until(pattern).catch((error) => {
        throw new Error(`An upgrade behind ${what}`, { cause: error });
      });
    }
    await wire.write(latin1(HELLO));
    await wire.until(/hello/);
  }
  attack.note({ counted: BEHIND.length });
  await attack.isAsBefore(site.server, before);
});

abuse("a client that upgrades twice in one packet, or to what is none", async (attack) => {
  await using site = await Site.start(attack);
  const before = possessionsOf(site.server.pid);
  for (
    const [requests, answers] of [
      // The second one is no frame.
      [UPGRADE() + UPGRADE(), ["101"]],
      [REQUEST("/files/small") + UPGRADE("/nobody"), ["200", "404"]],
      [REQUEST("/files/small", "GET", "Connection: close\r\n") + UPGRADE(), ["200"]],
    ] as const
  ) {
    using wire = await Wire.connect(site.server);
    await wire.write(requests);
    // After 404 the engine native goes on.
    if (answers.at(-1) === "404") {
      await wire.until(/ 404 /);
      continue;
    }
    let received = "";
    if (answers.at(-1) === "101") {
      received = await wire.until(/ 101 [^]*?\r\n\r\n/);
      // A close frame comes, for whose answer the engine node would wait 10 s or 20; native hangs up.
      await wire.conn.closeWrite().catch(() => {});
    }
    const statuses = (received + await wire.rest()).matchAll(/HTTP\/1\.1 (\d+)/g);
    assertEquals([...statuses].map(([, status]) => status), [...answers]);
  }
  for (const other of ["h2c", "TLS/1.0"]) {
    using wire = await Wire.connect(site.server);
    const headers = `Upgrade: ${other}\r\nConnection: Upgrade, close\r\n`;
    await wire.write(REQUEST("/run/slow") + REQUEST("/files/big", "GET", headers));
    const answers = await wire.rest();
    assertMatch(answers, /^HTTP\/1\.1 200 OK[^]*slow[^]*HTTP\/1\.1 200 OK/);
    assert(answers.length > 2 * MIB, `${answers.length}`);
  }
  await attack.isAsBefore(site.server, before);
});

abuse("a client that leaves while its upgrade waits behind a script", async (attack) => {
  await using site = await Site.start(attack);
  const { pid } = site.server;
  const before = possessionsOf(pid);
  for (let count = 0; count < 10; count++) {
    using wire = await Wire.connect(site.server);
    await wire.write(REQUEST("/run/mute") + UPGRADE() + HELLO);
    while (below(pid).length === before.processes) await later();
  }
  await attack.isAsBefore(site.server, before);
  attack.note({ counted: 10 });
});

abuse(
  "a client that sends five thousand requests at once and reads all answers",
  async (attack) => {
    await using site = await Site.start(attack);
    const before = possessionsOf(site.server.pid);
    const paths = Array.from(
      { length: 5_000 },
      (_, index) => index % 10 ? "/nobody" : "/files/small",
    );
    {
      await using quiet = await QuietClient.connect(`${site.server.url}echo`);
      using wire = await Wire.connect(site.server);
      const sending = wire.write(
        paths.map((path) => REQUEST(path)).join("") +
          REQUEST("/run/quick", "GET", "Connection: close\r\n"),
      );
      const statuses = (await wire.rest()).matchAll(/HTTP\/1\.1 (\d+)/g);
      await sending;
      const expected = paths.map((path) => path === "/nobody" ? "404" : "200");
      assertEquals([...statuses].map(([, status]) => status), [...expected, "200"]);
      attack.note({ counted: 5_001, longestWait: quiet.longestWait });
    }
    await attack.isAsBefore(site.server, before);
  },
);

abuse(
  "clients that send requests without end, while others come in",
  async (attack) => {
    await using server = await attack.start(["--echo"]);
    const batch = REQUEST("/").repeat(50);
    let answers = 0;
    let isOver = false;
    const flooding = Array.from({ length: 20 }, async () => {
      using wire = await Wire.connect(server);
      while (!isOver) {
        await wire.write(batch);
        for (let count = 0; count < 50; count++, answers++) {
          await wire.until(/Upgrade Required: .*\n/);
        }
      }
    });
    const newcomers = 10;
    let each: number;
    try {
      while (answers < 1_000) await later();
      const before = answers;
      for (let count = 0; count < newcomers; count++) {
        using wire = await Wire.connect(server);
        await wire.write(REQUEST("/"));
        await wire.until(/ 426 /);
      }
      each = (answers - before) / newcomers;
    } finally {
      isOver = true;
      await Promise.allSettled(flooding);
    }
    attack.note({ counted: answers });
    // There are 1000 under way.
    assert(each < 3_000, `each of them waits for ${each} others`);
  },
);

for (
  const [what, path, method] of [
    ["small files", "/files/small", "GET"],
    ["large files", "/files/big", "GET"],
    ["heads of files", "/files/big", "HEAD"],
    ["what is not there", "/nobody", "GET"],
    ["scripts", "/run/quick", "GET"],
  ] as const
) {
  abuse(`a client that asks for ${what} without end and reads no answer`, async (attack) => {
    await using site = await Site.start(attack);
    const { pid } = site.server;
    const before = possessionsOf(pid);
    {
      using wire = await Wire.connect(site.server);
      const requests = REQUEST(path, method).repeat(1_000);
      // As many as the server takes, up to 16 MB of them: it is not told that it has to stop anywhere.
      let stuck = false;
      for (let sent = 0; sent < 16 * MIB && !stuck; sent += requests.length) {
        let timer: ReturnType<typeof setTimeout> | undefined;
        const late = new Promise<boolean>((resolve) => timer = setTimeout(resolve, 1_000, true));
        stuck = await Promise.race([wire.offer(requests).then((taken) => !taken), late]);
        clearTimeout(timer);
      }
      // No more than one is under way at a time.
      assert(possessionsOf(pid).descriptors <= before.descriptors + 20);
      assert(below(pid).length <= before.processes + 2);
    }
    await attack.isAsBefore(site.server, before);
    assert(peakOf(pid) < 400 * MIB, `${peakOf(pid)} bytes`);
  });
}

abuse("thirty clients that send requests for a script and leave", async (attack) => {
  await using site = await Site.start(attack);
  const { pid } = site.server;
  const before = possessionsOf(pid);
  const wires = await Promise.all(Array.from({ length: 30 }, () => Wire.connect(site.server)));
  for (const [index, wire] of wires.entries()) {
    await wire.write(REQUEST("/run/mute").repeat(1 + index % 3));
  }
  while (below(pid).length < before.processes + 30) await later();
  for (const [index, wire] of wires.entries()) {
    if (index % 2) await wire.conn.closeWrite();
    wire[Symbol.dispose]();
  }
  await isAsBefore(pid, before);
  using wire = await Wire.connect(site.server);
  await wire.write(REQUEST("/run/quick", "GET", "Connection: close\r\n"));
  assertMatch(await wire.rest(), / 200 OK[^]*quick/);
  attack.note({ counted: 30 });
  await attack.isAsBefore(site.server, before);
});

abuse("a client that leaves when many requests wait behind a script", async (attack) => {
  await using site = await Site.start(attack);
  const { pid } = site.server;
  const before = possessionsOf(pid);
  {
    using wire = await Wire.connect(site.server);
    await wire.write(REQUEST("/run/mute") + REQUEST("/files/big").repeat(3_000));
    while (below(pid).length === before.processes) await later();
  }
  await attack.isAsBefore(site.server, before);
}, { engines: ["node"] });

abuse("a client that closes its side and waits for its answers", async (attack) => {
  await using site = await Site.start(attack);
  const before = possessionsOf(site.server.pid);
  for (
    const [requests, expected] of [
      [["/files/small"], ["200"]],
      [["/files/big"], ["200"]],
      [["/run/slow"], ["200"]],
      [["/run/slow", "/files/big", "/run/slow", "/nobody", "/files/small"], [
        "200",
        "200",
        "200",
        "404",
        "200",
      ]],
    ] as const
  ) {
    using wire = await Wire.connect(site.server);
    await wire.write(requests.map((path) => REQUEST(path)).join(""));
    await wire.conn.closeWrite();
    const statuses = (await wire.rest()).matchAll(/HTTP\/1\.1 (\d+)/g);
    assertEquals([...statuses].map(([, status]) => status), [...expected]);
  }
  await attack.isAsBefore(site.server, before);
}, { engines: ["node"] });
