import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { HandshakeError } from "../../../lib/base/errors.ts";
import { dial } from "../../../lib/handlers/tcp/dial.ts";
import { freePort } from "../../support/free_port.ts";

const ADDRESS = { transport: "tcp", hostname: "127.0.0.1", port: 1 } as const;

Deno.test("dial() connects to a TCP socket", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  using conn = await dial({ ...ADDRESS, port }, "here", { timeout: 60_000 });
  using accepted = await listener.accept();
  assertEquals(accepted.remoteAddr, conn.localAddr);
});

Deno.test("dial() fails with 502 and the reason where nobody listens", async () => {
  const port = freePort();
  const error = await assertRejects(
    () => dial({ ...ADDRESS, port }, "the target", { timeout: 60_000 }),
    HandshakeError,
    "Cannot connect to the target: Connection refused",
  );
  assertEquals(error.status, 502);
});

Deno.test("dial() fails with 502 where there is no such socket", async () => {
  const path = `${Deno.cwd()}/stdws-no-such.sock`;
  const dialing = dial({ transport: "unix", path }, `unix:${path}`, { timeout: 60_000 });
  const error = await assertRejects(() => dialing, HandshakeError);
  assertEquals(error.status, 502);
  assertStringIncludes(error.message, `Cannot connect to unix:${path}: `);
});

Deno.test("dial() fails with 504 in time, gives up, and closes what still comes about", async () => {
  const late = Promise.withResolvers<Deno.Conn>();
  const closed = Promise.withResolvers<void>();
  const given: AbortSignal[] = [];
  const dialing = dial(ADDRESS, "the target", {
    timeout: 1,
    connect({ signal }) {
      given.push(signal);
      return late.promise;
    },
  });
  const error = await assertRejects(
    () => dialing,
    HandshakeError,
    "Cannot connect to the target: no answer within 1 ms",
  );
  assertEquals(error.status, 504);
  assertEquals(given.map((signal) => signal.aborted), [true]);
  late.resolve({ close: closed.resolve } as unknown as Deno.Conn);
  await closed.promise;
});
