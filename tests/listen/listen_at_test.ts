import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { ListenError } from "../../lib/base/errors.ts";
import type { Bound, Engine, Place } from "../../lib/listen/engine.ts";
import { listenAt } from "../../lib/listen/listen_at.ts";

/** Listens nowhere; what is asked of it fails as often as there are failures. */
class FakeEngine implements Engine {
  readonly places: Place[] = [];
  readonly #failures: unknown[];

  constructor(...failures: unknown[]) {
    this.#failures = failures;
  }

  listen(place: Place): Promise<Bound> {
    this.places.push(place);
    if (this.#failures.length > 0) return Promise.reject(this.#failures.shift());
    const port = "port" in place && place.port > 0 ? place.port : 54321;
    return Promise.resolve({ port, shutdown: () => Promise.resolve() });
  }
}

const HOSTS: [address: string, hostname: string, host: string][] = [
  ["127.0.0.1", "127.0.0.1", "127.0.0.1:54321"],
  ["localhost", "localhost", "localhost:54321"],
  ["example.com", "example.com", "example.com:54321"],
  ["::1", "::1", "[::1]:54321"],
  ["[::1]", "::1", "[::1]:54321"],
  ["2001:db8::7", "2001:db8::7", "[2001:db8::7]:54321"],
  // Nobody can connect to these by their names.
  ["0.0.0.0", "0.0.0.0", "localhost:54321"],
  ["::", "::", "localhost:54321"],
  ["[::]", "::", "localhost:54321"],
];
for (const [address, hostname, host] of HOSTS) {
  Deno.test(`listenAt() listens on ${address} as ${hostname}, and names it ${host}`, async () => {
    const engine = new FakeEngine();
    const bound = await listenAt(engine, address, 0, undefined);
    assertEquals(engine.places, [{ hostname, port: 0 }]);
    assertEquals([bound.host, bound.port], [host, 54321]);
  });
}

Deno.test("listenAt() answers all that the engine has bound", async () => {
  const [renew, shutdown] = [() => {}, () => Promise.resolve()];
  const credentials = { cert: "c", key: "k" };
  const asked: unknown[] = [];
  const engine: Engine = {
    listen: (...args) => (asked.push(args), Promise.resolve({ port: 7, renew, shutdown })),
  };
  const bound = await listenAt(engine, "a", 7, credentials);
  assertEquals(asked, [[{ hostname: "a", port: 7 }, credentials]]);
  assertStrictEquals(bound.renew, renew);
  assertStrictEquals(bound.shutdown, shutdown);
});

const { AddrInUse, AddrNotAvailable, PermissionDenied } = Deno.errors;
const coded = (code: string) => Object.assign(new Error(`listen ${code}`), { code });
const LOW = "that needs root or another port (below 1024)";

const FAILURES: [failure: unknown, why: string][] = [
  [new AddrInUse("Address already in use (os error 98)"), "another server is using it"],
  [coded("EADDRINUSE"), "another server is using it"],
  [new AddrNotAvailable("Cannot assign (os error 99)"), "this machine has no such address"],
  [coded("EADDRNOTAVAIL"), "this machine has no such address"],
  [new PermissionDenied("Permission denied (os error 13)"), LOW],
  [coded("EACCES"), LOW],
  [coded("EINVAL"), "this machine has no such address"],
  [coded("ENOTFOUND"), "listen ENOTFOUND"],
  [new Error("anything else"), "anything else"],
  ["a text", "a text"],
];
for (const [failure, why] of FAILURES) {
  Deno.test(`listenAt() says of ${failure}: ${why}`, async () => {
    for (const [address, name] of [["192.0.2.1", "192.0.2.1"], ["::1", "[::1]"]] as const) {
      const error = await assertRejects(
        () => listenAt(new FakeEngine(failure), address, 80, undefined),
        ListenError,
      );
      assertEquals(error.message, `Cannot listen on ${name}:80: ${why}`);
      assertStrictEquals(error.cause, failure);
    }
  });
}

Deno.test("listenAt() says the same of an engine that throws at once", async () => {
  const engine: Engine = {
    listen: () => {
      throw new AddrInUse("Address already in use");
    },
  };
  await assertRejects(
    () => listenAt(engine, "a", 80, undefined),
    ListenError,
    "Cannot listen on a:80: another server is using it",
  );
});

Deno.test("listenAt() refuses a port in an address", async () => {
  for (const address of ["127.0.0.1:8080", "localhost:80", "[::1]:80"]) {
    await assertRejects(
      () => listenAt(new FakeEngine(undefined), address, 80, undefined),
      ListenError,
      `Cannot listen on "${address}": an address has no port in it, which is an option of its own`,
    );
  }
});

const ignore = Deno.build.os === "windows";
const V6 = { hostname: "::", port: 80 };
const V4 = { hostname: "0.0.0.0", port: 80 };

Deno.test({
  name: "listenAt() takes IPv6 and IPv4 in one where there is no address",
  ignore,
  async fn() {
    const engine = new FakeEngine();
    const { host } = await listenAt(engine, undefined, 80, undefined);
    assertEquals([host, engine.places], ["localhost:80", [V6]]);
  },
});

for (const failure of [coded("EAFNOSUPPORT"), new AddrNotAvailable("none"), new Error("other")]) {
  Deno.test({
    name: `listenAt() takes IPv4 alone where IPv6 fails by ${failure}`,
    ignore,
    async fn() {
      const engine = new FakeEngine(failure);
      const { host } = await listenAt(engine, undefined, 80, undefined);
      assertEquals([host, engine.places], ["localhost:80", [V6, V4]]);
    },
  });
}

for (const failure of [coded("EADDRINUSE"), new AddrInUse("used")]) {
  Deno.test({
    name: `listenAt() does not share all interfaces with another server: ${failure}`,
    ignore,
    async fn() {
      const engine = new FakeEngine(failure);
      await assertRejects(
        () => listenAt(engine, undefined, 80, undefined),
        ListenError,
        "Cannot listen on [::]:80: another server is using it",
      );
      assertEquals(engine.places, [V6]);
    },
  });
}

Deno.test({
  name: "listenAt() says why IPv4 failed where both do",
  ignore,
  async fn() {
    const engine = new FakeEngine(coded("EAFNOSUPPORT"), coded("EACCES"));
    await assertRejects(
      () => listenAt(engine, undefined, 80, undefined),
      ListenError,
      `Cannot listen on 0.0.0.0:80: ${LOW}`,
    );
  },
});
