import { assertEquals, assertRejects } from "@std/assert";
import { ListenError, UsageError } from "../../lib/base/errors.ts";
import type { ListenOptions } from "../../lib/listen/listen.ts";
import { answers, ELSEWHERE, HERE, isFree, start, testEach, testUnix } from "./listening.ts";
import { freePort } from "../support/free_port.ts";

const FAILING: [what: string, options: (port: number) => ListenOptions, taken: string][] = [
  ["the second address", (port) => ({ port, addresses: ["127.0.0.1", "::1"] }), "[::1]"],
  ["the redirect", (redirectPort) => ({ port: 0, redirectPort, addresses: ["::1"] }), "[::1]"],
];
for (const [what, optionsFor, taken] of FAILING) {
  testUnix(`listen() closes what it has when ${what} fails`, async (engine, path) => {
    // One that nobody gets by chance on the other address.
    const port = freePort();
    using _held = Deno.listen({ hostname: "::1", port });
    const options = { engine, unixSocket: { path }, ...optionsFor(port) };
    const error = await assertRejects(() => start(options), ListenError);
    assertEquals(
      error.message,
      `Cannot listen on ${taken}:${port}: another server is using it`,
    );
    assertEquals([isFree("127.0.0.1", port), await answers(path)], [true, false]);
  });
}

const TAKEN: [hostname: string, addresses: string[], name: string][] = [
  ["127.0.0.1", ["127.0.0.1"], "127.0.0.1"],
  ["::1", ["::1"], "[::1]"],
  ["::1", ["[::1]"], "[::1]"],
  ["::", [], "[::]"],
];
for (const [hostname, addresses, name] of TAKEN) {
  const shown = addresses.join() || "all interfaces";
  testEach(`listen() says that ${shown} of another server is in use`, async (engine) => {
    using held = Deno.listen({ hostname, port: 0 });
    const { port } = held.addr;
    const error = await assertRejects(() => start({ engine, port, addresses }), ListenError);
    assertEquals(error.message, `Cannot listen on ${name}:${port}: another server is using it`);
  });
}

testEach("listen() says that the port of its own redirect is in use", async (engine) => {
  const port = freePort();
  await assertRejects(
    () => start({ engine, port, redirectPort: port, addresses: HERE }),
    ListenError,
    `Cannot listen on 127.0.0.1:${port}: another server is using it`,
  );
  assertEquals(isFree("127.0.0.1", port), true);
});

testEach("listen() says that this machine has no such address", async (engine) => {
  const error = await assertRejects(() => start({ engine, addresses: ELSEWHERE }), ListenError);
  assertEquals(
    error.message,
    "Cannot listen on 203.0.113.1:80: this machine has no such address",
  );
});

testEach("listen() says why a name is no address", async (engine) => {
  await assertRejects(
    () => start({ engine, port: 0, addresses: ["name.invalid"] }),
    ListenError,
    "Cannot listen on name.invalid:0: ",
  );
});

testEach("listen() listens nowhere when the certificate cannot be read", async (engine) => {
  const port = freePort();
  const tls = { certFile: "/no/such/cert.pem", keyFile: "/no/such/key.pem" };
  await assertRejects(
    () => start({ engine, port, addresses: HERE, tls }),
    ListenError,
    'Cannot read the certificate "/no/such/cert.pem"',
  );
  assertEquals(isFree("127.0.0.1", port), true);
});

Deno.test("listen() passes on what this runtime cannot do", async () => {
  const tls = { certFile: "c.pem", keyFile: "k.pem", caFile: "a.pem" };
  const version = Deno.version.deno;
  const descriptor = Object.getOwnPropertyDescriptor(Deno, "version");
  Object.defineProperty(Deno, "version", { value: { deno: "2.6.10" }, configurable: true });
  try {
    await assertRejects(() => start({ addresses: ELSEWHERE, tls }), UsageError, "--sslca needs");
  } finally {
    Object.defineProperty(Deno, "version", descriptor ?? {});
  }
  assertEquals(Deno.version.deno, version);
});
