import { assertEquals } from "@std/assert";
import { CapturedLog } from "../base/captured_log.ts";
import { keepServing } from "../../lib/listen/keep_serving.ts";

const ADDR: Deno.NetAddr = { transport: "tcp", hostname: "127.0.0.1", port: 5 };

/** Servers that end when they are told to; `refused` of them cannot even begin. */
class FakeServers {
  readonly ports: (number | undefined)[] = [];
  readonly ends: PromiseWithResolvers<void>[] = [];
  shutdowns = 0;
  refused = 0;
  reasons: string[] = [];
  #begun = Promise.withResolvers<void>();

  serve(port?: number): Deno.HttpServer {
    this.ports.push(port);
    if (this.refused-- > 0) throw new Error(this.reasons.shift() ?? "no more files");
    const end = Promise.withResolvers<void>();
    this.ends.push(end);
    this.#begun.resolve();
    this.#begun = Promise.withResolvers();
    const server = {
      addr: ADDR,
      finished: end.promise,
      shutdown: () => {
        this.shutdowns++;
        end.resolve();
        return Promise.resolve();
      },
    };
    return server as unknown as Deno.HttpServer;
  }

  /** The end of the newest one; resolves when another has begun. */
  async fail(): Promise<void> {
    const begun = this.#begun.promise;
    this.ends.at(-1)?.reject(new Error("no more files"));
    await begun;
  }
}

Deno.test("keepServing() serves again at the same port when the runtime has given up", async () => {
  const servers = new FakeServers();
  const lasting = keepServing(() => servers.serve(), (port) => servers.serve(port));
  assertEquals(lasting.addr, ADDR);
  await servers.fail();
  await servers.fail();
  assertEquals(servers.ports, [undefined, 5, 5]);
  await lasting.shutdown();
});

Deno.test("keepServing() tries again when it cannot even begin", async () => {
  const servers = new FakeServers();
  const lasting = keepServing(() => servers.serve(), (port) => servers.serve(port));
  servers.refused = 1;
  await servers.fail();
  assertEquals(servers.ports, [undefined, 5, 5]);
  await lasting.shutdown();
});

Deno.test("keepServing() says why it cannot go on, and again where that is something else", async () => {
  using log = new CapturedLog("error");
  const servers = new FakeServers();
  const lasting = keepServing(() => servers.serve(), (port) => servers.serve(port));
  servers.refused = 3;
  servers.reasons = ["no more files", "the port is taken", "the port is taken"];
  await servers.fail();
  assertEquals(log.messages, [
    "ERROR server: Cannot accept connections: no more files",
    "ERROR server: Cannot accept connections: the port is taken",
  ]);
  await lasting.shutdown();
});

Deno.test("keepServing() shuts down every server, because each may still have connections", async () => {
  const servers = new FakeServers();
  const lasting = keepServing(() => servers.serve(), (port) => servers.serve(port));
  await servers.fail();
  await lasting.shutdown();
  assertEquals(servers.shutdowns, 2);
});

Deno.test("keepServing() does not serve again after its end", async () => {
  const servers = new FakeServers();
  const lasting = keepServing(() => servers.serve(), (port) => servers.serve(port));
  servers.ends[0]?.reject(new Error("no more files"));
  await lasting.shutdown();
  // A timer that were left would be found as a leak.
  assertEquals(servers.ports, [undefined]);
});
