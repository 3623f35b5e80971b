import type { EngineName } from "../../lib/listen/engine.ts";
import { listen, type Listening, type ListenOptions } from "../../lib/listen/listen.ts";
import type { EntryOptions } from "../../lib/gate/entry_limits.ts";
import { Dispatcher } from "../../lib/gate/dispatch.ts";
import { type HandshakeOptions, RawClient } from "../support/client.ts";

const ENGINES = ["native", "node"] as const;

/** This machine alone. */
export const HERE = ["127.0.0.1"];

/** A request that is none for an upgrade. */
export const PLAIN: HandshakeOptions = { headers: { Upgrade: undefined, Connection: "close" } };

/** Listens with what answers every request with the path that was asked for. */
export async function start(
  options: ListenOptions & EntryOptions,
): Promise<Listening & AsyncDisposable> {
  const handler = { respond: ({ path }: { path: string }) => new Response(path) };
  const listening = await listen(options, new Dispatcher({ routes: [{ path: "*", handler }] }));
  return { ...listening, [Symbol.asyncDispose]: () => listening.shutdown() };
}

/** The status of the answer to such a request. */
export async function statusOf(url: string): Promise<number> {
  using client = await RawClient.request(url.replace(/^http/, "ws"), PLAIN);
  return client.answer.status;
}

/** Defines a test for each engine. */
export function testEach(name: string, fn: (engine: EngineName) => Promise<void>): void {
  for (const engine of ENGINES) Deno.test(`${name} [${engine}]`, () => fn(engine));
}

/** The same with a Unix socket, on systems that have some. */
export function testUnix(
  name: string,
  fn: (engine: EngineName, path: string) => Promise<void>,
): void {
  for (const engine of ENGINES) {
    Deno.test({
      name: `${name} [${engine}]`,
      ignore: Deno.build.os === "windows",
      async fn() {
        const folder = await Deno.makeTempDir();
        try {
          await fn(engine, `${folder}/a.sock`);
        } finally {
          await Deno.remove(folder, { recursive: true });
        }
      },
    });
  }
}

/** Whether nobody listens there. */
export function isFree(hostname: string, port: number): boolean {
  try {
    Deno.listen({ hostname, port }).close();
    return true;
  } catch {
    return false;
  }
}

/** Whether somebody listens on a Unix socket. */
export async function answers(path: string): Promise<boolean> {
  try {
    using _conn = await Deno.connect({ transport: "unix", path });
    return true;
  } catch {
    return false;
  }
}

/** No address of this machine: nothing is listened on, and the message says where it was tried. */
export const ELSEWHERE = ["203.0.113.1"];

/** The port of a URL. */
export function portOf(url: string | undefined): number {
  return Number(new URL(url ?? "").port);
}
