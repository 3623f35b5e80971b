import { assert, assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { type Form, testEach, TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";

/** Serves a handler of somebody's own at `/`; `text` is what its sessions are made of. */
async function serving(
  form: Form,
  text: string,
  test: (server: TestServer) => Promise<void>,
  options: readonly string[] = [],
): Promise<void> {
  const module = `export default { open(connection) { ${text} } };`;
  await using tree = await Tree.make({ "a.js": module });
  await using server = await TestServer.start(
    [...options, `--route=/=module ${tree.root}/a.js`],
    { form },
  );
  await test(server);
}

const bytes = (text: string) => new TextEncoder().encode(text);

const PINGER = `return { async message(data) {
  const pong = await connection.ping(data);
  connection.send(pong ? new TextDecoder().decode(pong) : "none");
} };`;
testEach("Connection.ping() gets the pong of a client, where the engine can ping", async (form) => {
  await serving(form, PINGER, async (server) => {
    using client = await RawClient.open(server.url);
    await client.send("a");
    if (form !== "node") {
      assertEquals((await client.rest()).closed, "1011 Internal error");
      await server.stdout.until(
        /Cannot ping: the engine native has no pings of a handler; use node/,
      );
      return;
    }
    assertEquals(await client.next(), { kind: "ping", data: bytes("a") });
    await client.send(Uint8Array.of(98));
    assertEquals(await client.next(), { kind: "ping", data: bytes("b") });
    // Nobody has asked for these.
    await client.frame(0x8a, new Uint8Array());
    await client.frame(0x8a, bytes("c"));
    await client.frame(0x8a, bytes("b"));
    // It answers the one before as well.
    assertEquals([await client.text(), await client.text()], ["b", "b"]);
    // Too much for a ping.
    await client.send("x".repeat(126));
    assertEquals((await client.rest()).closed, "1011 Internal error");
  });
});

Deno.test("Connection.ping() does not wait for ever for a client that leaves", async () => {
  const text = `connection.ping().then((pong) => console.log("pong: " + pong));
    return { message: () => connection.close() };`;
  await serving("node", text, async (server) => {
    {
      using client = await RawClient.open(server.url);
      assertEquals((await client.next()).kind, "ping");
    }
    await server.stdout.until(/^pong: undefined$/);
    const known = server.stdout.all.length;
    using client = await RawClient.open(server.url);
    assertEquals((await client.next()).kind, "ping");
    await client.send("close");
    await server.stdout.after(known, /^pong: undefined$/);
  });
});

/** What a client of the runtime gets. */
async function messagesOf(url: string, count: number): Promise<unknown[]> {
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const messages: unknown[] = [];
  const ended = Promise.withResolvers<void>();
  socket.onmessage = ({ data }) => {
    messages.push(data);
    if (messages.length === count) socket.close();
  };
  socket.onclose = () => ended.resolve();
  await ended.promise;
  return messages;
}

testEach(
  "Connection.sendStream() sends a message in parts that a client gets whole",
  async (form) => {
    const text = `
    connection.send("before");
    connection.sendStream((async function* () {
      for (let count = 0; count < 3; count++) {
        yield "part " + count + "€;";
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    })());
    connection.send("behind");
    connection.sendStream(Array.from({ length: 64 }, () => new Uint8Array(65_536)));
    connection.send("last");`;
    await serving(form, text, async (server) => {
      const found = await messagesOf(server.url, 5);
      const [, , , large] = found;
      assert(large instanceof ArrayBuffer && large.byteLength === 64 * 65_536);
      assertEquals(found.toSpliced(3, 1), [
        "before",
        "part 0€;part 1€;part 2€;",
        "behind",
        "last",
      ]);
    });
  },
);

Deno.test("Connection.sendStream() sends each part when it is there, with control frames in between", async () => {
  const text = `
    const { readable, writable } = new TransformStream();
    const writer = writable.getWriter();
    connection.sendStream(readable);
    writer.write("first");
    return { message: (data) => data === "end" ? writer.close() : writer.write(data) };`;
  await serving("node", text, async (server) => {
    using client = await RawClient.open(server.url);
    assertEquals(await client.raw(7), Uint8Array.of(0x01, 5, ...bytes("first")));
    await client.frame(0x89, bytes("p"));
    assertEquals(await client.raw(3), Uint8Array.of(0x8a, 1, ...bytes("p")));
    await client.send("more");
    assertEquals(await client.raw(6), Uint8Array.of(0x00, 4, ...bytes("more")));
    await client.send("end");
    assertEquals(await client.raw(2), Uint8Array.of(0x80, 0));
  });
});

Deno.test(
  "Connection.sendStream() holds back what has no end, and cancels it when its client leaves",
  async () => {
    const text = `
    let count = 0;
    connection.sendStream(new ReadableStream({
      pull: (controller) => {
        count++;
        controller.enqueue(new Uint8Array(65_536));
      },
      cancel: () => console.log("canceled after " + (count < 1000)),
    })).then((sent) => console.log("sent: " + sent));`;
    await serving("node", text, async (server) => {
      {
        using client = await RawClient.open(server.url);
        await client.send("there?");
        await server.stdout.until(/CONNECT$/);
      }
      await server.stdout.until(/^canceled after true$/);
      await server.stdout.until(/^sent: false$/);
    }, ["--pingms=1000"]);
  },
);

testEach("Session.closing() answers the close of a client, where the engine asks", async (form) => {
  const text = `return {
    closing: (code, reason) => ({ code: code + 1, reason: reason + " too" }),
    close: (code, reason) => console.log("closed " + code + " " + reason),
  };`;
  await serving(form, text, async (server) => {
    using client = await RawClient.open(server.url);
    await client.close(4000, "bye");
    const closed = form === "node" ? "4001 bye too" : "4000 bye";
    assertEquals((await client.rest()).closed, closed);
    assertEquals((await client.rest()).closed, "1006");
    // What the client has said.
    await server.stdout.until(/^closed 4000 bye$/);
  });
});
