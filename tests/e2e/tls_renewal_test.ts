import { assert, assertEquals, assertMatch } from "@std/assert";
import { Certificates, type Pair, sslOptions } from "../support/certificates.ts";
import { RawClient } from "../support/client.ts";
import { needing } from "../support/programs.ts";
import { testBoth, TestServer } from "../support/server.ts";

const TAKEN = / \| INFO {3}\| server .*Took up the changed certificate/;
const KEPT = / \| ERROR {2}\| server .*The certificate in use stays: /;

/**
 * Two authorities of which each has signed a certificate for the same server: whose it shows is seen by
 * who believes it.
 */
class Two implements AsyncDisposable {
  readonly folder: string;
  readonly #all: readonly [Certificates, Certificates];
  readonly #pairs: readonly [Pair, Pair];

  private constructor(all: readonly [Certificates, Certificates], pairs: readonly [Pair, Pair]) {
    this.folder = all[0].folder;
    this.#all = all;
    this.#pairs = pairs;
  }

  static async make(): Promise<Two> {
    const all = [await Certificates.make(), await Certificates.make()] as const;
    return new Two(all, [await all[0].server(), await all[1].server()]);
  }

  /** The files that a server uses. */
  get live(): Pair {
    return { cert: `${this.folder}/live/cert.pem`, key: `${this.folder}/live/key.pem` };
  }

  /** Writes the files of one of both. */
  async put(which: 0 | 1, how: (from: string, to: string) => Promise<void>): Promise<void> {
    await Deno.mkdir(`${this.folder}/live`, { recursive: true });
    await how(this.#pairs[which].cert, this.live.cert);
    await how(this.#pairs[which].key, this.live.key);
  }

  certificate(which: 0 | 1): Pair {
    return this.#pairs[which];
  }

  /** Which of both a new connection gets to see. */
  async shownBy(server: { readonly port: number }): Promise<0 | 1> {
    try {
      using _conn = await this.#all[0].connect(server);
      return 0;
    } catch {
      using _conn = await this.#all[1].connect(server);
      return 1;
    }
  }

  connect(which: 0 | 1, server: { readonly port: number }): Promise<Deno.TlsConn> {
    return this.#all[which].connect(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const certificates of this.#all) await certificates[Symbol.asyncDispose]();
  }
}

async function copy(from: string, to: string): Promise<void> {
  await Deno.writeTextFile(to, await Deno.readTextFile(from));
}

const WAYS: [how: string, replace: (from: string, to: string) => Promise<void>][] = [
  ["written anew", copy],
  ["renamed into its place", async (from, to) => {
    await copy(from, `${to}.new`);
    await Deno.rename(`${to}.new`, to);
  }],
  ["removed and linked to", async (from, to) => {
    await Deno.remove(to);
    await Deno.symlink(from, to);
  }],
];
for (const [how, replace] of WAYS) {
  Deno.test({
    ...needing(`stdws --ssl takes up a certificate that is ${how}`, "openssl"),
    async fn() {
      await using two = await Two.make();
      await two.put(0, copy);
      const args = ["--address=[::1]", ...sslOptions(two.live), "--echo"];
      await using server = await TestServer.start(args);
      using before = await RawClient.open(server.url, { conn: await two.connect(0, server) });
      assertEquals(await two.shownBy(server), 0);
      for (const which of [1, 0, 1] as const) {
        const known = server.stdout.all.length;
        await two.put(which, replace);
        await server.stdout.after(known, TAKEN);
        assertEquals(await two.shownBy(server), which);
        await before.send(`through ${which}`);
        assertEquals(await before.text(), `through ${which}`);
      }
      using after = await RawClient.open(server.url, { conn: await two.connect(1, server) });
      await after.send("new");
      assertEquals(await after.text(), "new");
    },
  });
}

/** As orchestrators do it: the folder is a link that changes, so that no file in it does. */
async function link(two: Two, which: 0 | 1): Promise<void> {
  const folder = `${two.folder}/release-${which}`;
  await Deno.mkdir(folder, { recursive: true });
  await copy(two.certificate(which).cert, `${folder}/cert.pem`);
  await copy(two.certificate(which).key, `${folder}/key.pem`);
  await Deno.symlink(folder, `${two.folder}/live.new`);
  await Deno.rename(`${two.folder}/live.new`, `${two.folder}/live`);
}

Deno.test({
  ...needing(
    "stdws --ssl takes up a certificate at SIGHUP, and says nothing without one",
    "openssl",
  ),
  async fn() {
    await using two = await Two.make();
    await link(two, 0);
    await using server = await TestServer.start([...sslOptions(two.live), "--echo"]);
    using before = await RawClient.open(server.url, { conn: await two.connect(0, server) });
    server.child.kill("SIGHUP");
    await before.send("one");
    assertEquals(await before.text(), "one");
    assertEquals(server.stdout.all.filter((line) => TAKEN.test(line) || KEPT.test(line)), []);
    await link(two, 1);
    server.child.kill("SIGHUP");
    await server.stdout.until(TAKEN);
    assertEquals(await two.shownBy(server), 1);
    await before.send("two");
    assertEquals(await before.text(), "two");
  },
});

Deno.test({
  ...needing("stdws --ssl takes up a certificate in each of its listeners", "openssl"),
  async fn() {
    await using two = await Two.make();
    await two.put(0, copy);
    const args = ["--address=127.0.0.1", ...sslOptions(two.live), "--echo"];
    await using server = await TestServer.start(args);
    await two.put(1, copy);
    await server.stdout.until(TAKEN);
    const ports = server.stdout.all.flatMap((line) =>
      /wss:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.slice(1).map(Number) ?? []
    );
    assertEquals(ports.length, 2);
    for (const port of ports) assertEquals(await two.shownBy({ port }), 1);
  },
});

const BROKEN: [what: string, break_: (two: Two) => Promise<void>, says: RegExp][] = [
  ["a key of another", (two) => copy(two.certificate(1).key, two.live.key), /private key "\S+key/],
  ["a certificate that is none", (two) => Deno.writeTextFile(two.live.cert, "x"), /certificate "/],
  ["an empty key", (two) => Deno.writeTextFile(two.live.key, ""), /private key "/],
  ["no certificate", (two) => Deno.remove(two.live.cert), /certificate "/],
];
for (const [what, breakIt, says] of BROKEN) {
  Deno.test({
    ...needing(`stdws --ssl keeps the certificate in use when there is ${what}`, "openssl"),
    async fn() {
      await using two = await Two.make();
      await two.put(0, copy);
      await using server = await TestServer.start([...sslOptions(two.live), "--echo"]);
      await breakIt(two);
      assertMatch(await server.stdout.until(KEPT), says);
      assertEquals(await two.shownBy(server), 0);
      await two.put(1, copy);
      await server.stdout.until(TAKEN);
      assertEquals(await two.shownBy(server), 1);
    },
  });
}

Deno.test({
  ...needing("stdws --ssl takes up a certificate although its folder never rests", "openssl"),
  async fn() {
    await using two = await Two.make();
    await two.put(0, copy);
    await using server = await TestServer.start([...sslOptions(two.live), "--echo"]);
    // As the log of another program in the same folder.
    const program = `while sleep 0.01; do echo >> "${two.folder}/live/other.log"; done`;
    const writer = new Deno.Command("sh", { args: ["-c", program], stdin: "null" }).spawn();
    try {
      await two.put(1, copy);
      await server.stdout.until(TAKEN);
      assertEquals(await two.shownBy(server), 1);
    } finally {
      writer.kill("SIGKILL");
      await writer.status;
    }
  },
});

testBoth("stdws --ssl --engine=native says that a certificate needs a restart", async (form) => {
  await using two = await Two.make();
  await two.put(0, copy);
  const args = ["--engine=native", ...sslOptions(two.live), "--echo"];
  await using server = await TestServer.start(args, { form });
  using before = await RawClient.open(server.url, { conn: await two.connect(0, server) });
  await two.put(1, copy);
  server.child.kill("SIGHUP");
  assertMatch(await server.stdout.until(KEPT), /the native engine .*next start$/);
  assertEquals(await two.shownBy(server), 0);
  await before.send("still here");
  assertEquals(await before.text(), "still here");
  assert(!server.stdout.all.some((line) => TAKEN.test(line)));
}, ["openssl"]);

testBoth("stdws ends at SIGHUP without TLS, as any program does", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  assertEquals((await server.stop("SIGHUP")).signal, "SIGHUP");
});
