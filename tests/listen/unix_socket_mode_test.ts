import { assertEquals, assertRejects } from "@std/assert";
import { ListenError } from "../../lib/base/errors.ts";
import type { Engine } from "../../lib/listen/engine.ts";
import { listenOnUnixSocket } from "../../lib/listen/unix_socket.ts";
import { ENGINES, FakeEngine, SocketFolder } from "./socket_folder.ts";

const ignore = Deno.build.os === "windows";

const FAILING: Engine = {
  listen: () => Promise.reject(new Error("the engine failed")),
};

/** Sets the umask for as long as it is in scope. */
function umaskOf(mask: number): Disposable {
  const before = Deno.umask(mask);
  return { [Symbol.dispose]: () => void Deno.umask(before) };
}

const MODES: [mode: number | undefined, umask: number, expected: number][] = [
  [0o660, 0, 0o660],
  [0o660, 0o022, 0o660],
  [0o660, 0o077, 0o660],
  [0o600, 0, 0o600],
  [0o777, 0o077, 0o777],
  [0o000, 0o022, 0o000],
  [undefined, 0, 0o777],
  [undefined, 0o022, 0o755],
  [undefined, 0o077, 0o700],
];
for (const [name, make] of ENGINES) {
  for (const [mode, umask, expected] of MODES) {
    const shown = mode === undefined ? "without a mode" : `with mode 0${mode.toString(8)}`;
    Deno.test({
      name: `listenOnUnixSocket() ${shown} and umask 0${umask.toString(8)} on ${name}`,
      ignore,
      async fn() {
        using folder = new SocketFolder();
        using _umask = umaskOf(umask);
        const options = { path: folder.file("a"), ...(mode === undefined ? {} : { mode }) };
        const bound = await listenOnUnixSocket(make(), options, undefined);
        assertEquals(folder.mode("a"), expected);
        assertEquals(bound.port, 0);
        assertEquals(Deno.umask(), umask);
        using conn = await Deno.connect({ transport: "unix", path: folder.file("a") });
        conn.close();
        await bound.shutdown();
      },
    });
  }
}

Deno.test({
  name: "listenOnUnixSocket() lets nobody connect before the permissions are set",
  ignore,
  async fn() {
    using folder = new SocketFolder();
    using _umask = umaskOf(0);
    const engine = new FakeEngine();
    const options = { path: folder.file("a"), mode: 0o660 };
    const bound = await listenOnUnixSocket(engine, options, undefined);
    assertEquals([engine.modes, folder.mode("a")], [[0], 0o660]);
    await bound.shutdown();
  },
});

Deno.test({
  name: "listenOnUnixSocket() leaves the umask as it was where the engine fails",
  ignore,
  async fn() {
    using folder = new SocketFolder();
    using _umask = umaskOf(0o027);
    const options = { path: folder.file("a"), mode: 0o660 };
    const error = await assertRejects(
      () => listenOnUnixSocket(FAILING, options, undefined),
      ListenError,
    );
    assertEquals(error.message, `Cannot listen on "${folder.file("a")}": the engine failed`);
    assertEquals((error.cause as Error).message, "the engine failed");
    assertEquals(Deno.umask(), 0o027);
  },
});

for (const [name, make] of ENGINES) {
  Deno.test({
    name: `listenOnUnixSocket() leaves the umask as it was, however many at once, on ${name}`,
    ignore,
    async fn() {
      using folder = new SocketFolder();
      using _umask = umaskOf(0o027);
      const names = ["a", "b", "c"];
      const bounds = await Promise.all(names.map((name) => {
        return listenOnUnixSocket(make(), { path: folder.file(name), mode: 0o660 }, undefined);
      }));
      assertEquals(Deno.umask(), 0o027);
      assertEquals(names.map((name) => folder.mode(name)), [0o660, 0o660, 0o660]);
      await Promise.all(bounds.map((bound) => bound.shutdown()));
    },
  });
}

Deno.test({
  name: "listenOnUnixSocket() listens no more where the mode cannot be set",
  ignore,
  async fn() {
    using folder = new SocketFolder();
    let stopped = 0;
    // There is nothing at the path.
    const engine: Engine = {
      listen: () => Promise.resolve({ port: 0, shutdown: () => Promise.resolve(void stopped++) }),
    };
    const path = folder.file("a");
    await assertRejects(
      () => listenOnUnixSocket(engine, { path, mode: 0o660 }, undefined),
      ListenError,
      `Cannot set the mode of "${path}": `,
    );
    assertEquals(stopped, 1);
  },
});

Deno.test({
  name: "listenOnUnixSocket() does not speak of ports where it is not permitted",
  ignore,
  async fn() {
    using folder = new SocketFolder();
    const path = folder.file("a");
    const denied = new Deno.errors.PermissionDenied("Permission denied (os error 13)");
    const engine: Engine = { listen: () => Promise.reject(denied) };
    const error = await assertRejects(
      () => listenOnUnixSocket(engine, { path }, undefined),
      ListenError,
    );
    assertEquals(error.message, `Cannot listen on "${path}": Permission denied (os error 13)`);
  },
});

Deno.test({
  name: "listenOnUnixSocket() refuses TLS on the engine native, which would leave it out",
  ignore,
  async fn() {
    using folder = new SocketFolder();
    const path = folder.file("a");
    const [, make] = ENGINES[0] as (typeof ENGINES)[number];
    await assertRejects(
      () => listenOnUnixSocket(make(), { path }, { cert: "c", key: "k" }),
      ListenError,
      `Cannot listen on "${path}": TLS on a Unix socket needs --engine=node`,
    );
  },
});
