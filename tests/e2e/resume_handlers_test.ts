import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { RawSession } from "../support/raw_session.ts";
import { testEach, TestServer } from "../support/server.ts";

/** Runs a test with a server that has a module at every path. */
async function withModule(
  form: Parameters<Parameters<typeof testEach>[1]>[0],
  code: string,
  test: (server: TestServer) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    // The executable reads only JavaScript.
    await Deno.writeTextFile(`${folder}/handler.js`, code);
    const args = ["--resume=60s", "--subprotocol=chat", `--route=/=module ${folder}/handler.js`];
    await using server = await TestServer.start(args, { form });
    await test(server);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Has a client leave without a word. */
async function leave(server: TestServer, session: RawSession): Promise<void> {
  const known = server.stdout.all.length;
  session[Symbol.dispose]();
  await server.stdout.after(known, /AWAY/);
}

testEach("stdws --resume leaves a module its connection, which never notices", async (form) => {
  const code = `
    let opened = 0;
    function open(connection, request) {
      const offered = request.headers.get("sec-websocket-protocol");
      connection.send([++opened, connection.subprotocol, offered].join(" "));
      return {
        message(data) {
          connection.send(typeof data === "string" ? data.toUpperCase() : data);
        },
        close(code) {
          console.log("told", code);
        },
      };
    }
    export default { open };`;
  await withModule(form, code, async (server) => {
    const first = await RawSession.begin(server.url, { subprotocols: ["chat"] });
    assertEquals(await first.text(), "1 chat chat");
    await leave(server, first);
    const second = await RawSession.back(server.url, first.id, 1);
    await second.send("a");
    await second.send(Uint8Array.of(16, 1));
    assertEquals(await second.text(), "A");
    assertEquals<unknown>(await second.client.next(), {
      kind: "binary",
      data: Uint8Array.of(16, 1),
    });
    await leave(server, second);
    using third = await RawSession.back(server.url, first.id, 2);
    assertEquals<unknown>(await third.client.next(), {
      kind: "binary",
      data: Uint8Array.of(16, 1),
    });
    assertEquals(server.stdout.all.some((line) => line.startsWith("told")), false);
    await third.client.close(4000);
    await server.stdout.until(/^told 4000$/);
  });
});

testEach("stdws --resume gathers a message in parts, which has one number", async (form) => {
  const code = `
    function open(connection) {
      return {
        async message() {
          await connection.sendStream(["\\x10a", "b", "c"]);
          connection.send("after");
        },
      };
    }
    export default { open };`;
  await withModule(form, code, async (server) => {
    const first = await RawSession.begin(server.url);
    await first.send("go");
    assertEquals([await first.text(), await first.text()], ["\x10abc", "after"]);
    await leave(server, first);
    using second = await RawSession.back(server.url, first.id, 0);
    assertEquals([await second.text(), await second.text()], ["\x10abc", "after"]);
  });
});

testEach(
  "stdws --resume keeps a client of a shared process, which goes on for others",
  async (form) => {
    await using server = await TestServer.start(
      ["--route=/=shared?resume=60s&resumebytes=16K cat"],
      { form },
    );
    const away = await RawSession.begin(server.url);
    using there = await RawClient.open(server.url);
    await there.send("first");
    assertEquals([await away.text(), await there.text()], ["first", "first"]);
    await leave(server, away);
    const lines = Array.from({ length: 40 }, (_, at) => `${at}`.padEnd(960, "."));
    for (const line of lines) {
      await there.send(line);
      assertEquals(await there.text(), line);
    }
    using back = await RawSession.back(server.url, away.id, 1);
    assertEquals([back.greeting.sent, back.greeting.lost], [25, 24]);
    for (const line of lines.slice(24)) assertEquals(await back.text(), line);
    await back.send("again");
    assertEquals([await back.text(), await there.text()], ["again", "again"]);
  },
);

testEach(
  "stdws --idletimeout ends a session that waits, and says so to who comes back",
  async (form) => {
    await using server = await TestServer.start(
      ["--resume=1h", "--idletimeout=200ms", "--loglevel=trace", "--echo"],
      { form },
    );
    const session = await RawSession.begin(server.url);
    await leave(server, session);
    await server.stdout.until(/Closing with 1001 Idle timeout$/);
    using back = await RawSession.back(server.url, session.id, 0);
    assertEquals((await back.client.rest()).closed, "1001 Idle timeout");
    await back.client.close(1001);
    const line = await server.stdout.until(/Closed by the server/);
    assertMatch(line, /Closed by the server with 1001 "Idle timeout"/);
  },
);
