import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ListenError } from "../../lib/base/errors.ts";
import type { Bound, Engine } from "../../lib/listen/engine.ts";
import { listenOnUnixSocket } from "../../lib/listen/unix_socket.ts";
import { ENGINES, FakeEngine, SocketFolder } from "./socket_folder.ts";

const ignore = Deno.build.os === "windows";

Deno.test({
  name: "listenOnUnixSocket() passes on the path, the credentials and what is bound",
  ignore,
  async fn() {
    using folder = new SocketFolder();
    const bound: Bound = { port: 0, shutdown: () => Promise.resolve() };
    const credentials = { cert: "c", key: "k" };
    const asked: unknown[] = [];
    const engine: Engine = {
      listen: (...args) => (asked.push(args), Promise.resolve(bound)),
    };
    const path = folder.file("a b");
    assertStrictEquals(await listenOnUnixSocket(engine, { path }, credentials), bound);
    assertEquals(asked, [[{ path }, credentials]]);
  },
});

for (const [name, make] of ENGINES) {
  Deno.test({
    name: `listenOnUnixSocket() takes the place of a socket that was left behind, on ${name}`,
    ignore,
    async fn() {
      using folder = new SocketFolder();
      folder.leave("a");
      const path = folder.file("a");
      await assertRejects(
        () => Deno.connect({ transport: "unix", path }),
        Deno.errors.ConnectionRefused,
      );
      const bound = await listenOnUnixSocket(make(), { path }, undefined);
      using conn = await Deno.connect({ transport: "unix", path });
      conn.close();
      await bound.shutdown();
    },
  });

  Deno.test({
    name: `listenOnUnixSocket() refuses one that another server uses, on ${name}`,
    ignore,
    async fn() {
      using folder = new SocketFolder();
      const path = folder.file("a");
      const first = await listenOnUnixSocket(make(), { path }, undefined);
      const error = await assertRejects(
        () => listenOnUnixSocket(make(), { path, mode: 0o600 }, undefined),
        ListenError,
      );
      assertEquals(error.message, `Cannot listen on "${path}": another server is using it`);
      using conn = await Deno.connect({ transport: "unix", path });
      conn.close();
      await first.shutdown();
    },
  });

  for (const mode of [undefined, 0o660]) {
    Deno.test({
      name: `listenOnUnixSocket() refuses a folder that is not there, mode ${mode}, on ${name}`,
      ignore,
      async fn() {
        using folder = new SocketFolder();
        const path = folder.file("none/a");
        const options = { path, ...(mode === undefined ? {} : { mode }) };
        await assertRejects(
          () => listenOnUnixSocket(make(), options, undefined),
          ListenError,
          `Cannot listen on "${path}": `,
        );
      },
    });
  }
}

Deno.test({
  name: "listenOnUnixSocket() refuses one of which nobody accepts, but which somebody listens on",
  ignore,
  async fn() {
    using folder = new SocketFolder();
    const path = folder.file("a");
    using _listener = Deno.listen({ transport: "unix", path });
    await assertRejects(
      () => listenOnUnixSocket(new FakeEngine(), { path }, undefined),
      ListenError,
      `Cannot listen on "${path}": another server is using it`,
    );
    assert(Deno.lstatSync(path).isSocket);
  },
});

const NO_SOCKETS: [what: string, make: (folder: SocketFolder) => void][] = [
  ["a file", (folder) => Deno.writeTextFileSync(folder.file("a"), "kept")],
  ["an empty file", (folder) => Deno.writeTextFileSync(folder.file("a"), "")],
  ["a folder", (folder) => Deno.mkdirSync(folder.file("a"))],
  ["a link to nothing", (folder) => Deno.symlinkSync("nothing", folder.file("a"))],
  ["a link to a file", (folder) => {
    Deno.writeTextFileSync(folder.file("b"), "kept");
    Deno.symlinkSync("b", folder.file("a"));
  }],
  ["a link to a socket that was left behind", (folder) => {
    folder.leave("b");
    Deno.symlinkSync("b", folder.file("a"));
  }],
];
for (const [what, make] of NO_SOCKETS) {
  Deno.test({
    name: `listenOnUnixSocket() refuses ${what} and leaves it as it is`,
    ignore,
    async fn() {
      using folder = new SocketFolder();
      make(folder);
      const path = folder.file("a");
      const list = () =>
        Array.from(Deno.readDirSync(folder.path), ({ name }) => {
          const { isFile, isSymlink, isSocket, size, mtime, ino } = Deno.lstatSync(
            folder.file(name),
          );
          return { name, isFile, isSymlink, isSocket, size, mtime, ino };
        });
      const before = list();
      const engine = new FakeEngine();
      const error = await assertRejects(
        () => listenOnUnixSocket(engine, { path, mode: 0o660 }, undefined),
        ListenError,
      );
      const fact = "there is a file that is no socket";
      assertEquals(error.message, `Cannot listen on "${path}": ${fact}`);
      assertEquals([engine.places, list()], [[], before]);
    },
  });
}

Deno.test({
  name: "listenOnUnixSocket() refuses a path below a file",
  ignore,
  async fn() {
    using folder = new SocketFolder();
    Deno.writeTextFileSync(folder.file("a"), "");
    const path = folder.file("a/b");
    await assertRejects(
      () => listenOnUnixSocket(new FakeEngine(), { path }, undefined),
      ListenError,
      `Cannot listen on "${path}": Not a directory`,
    );
  },
});
