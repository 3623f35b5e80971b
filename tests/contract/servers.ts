import { freePort } from "../support/free_port.ts";
import { Lines } from "../support/lines.ts";
import { TestServer } from "../support/server.ts";

/** A server under comparison. */
export interface Contestant extends AsyncDisposable {
  readonly name: "stdws" | "websocketd";
  /** `ws://127.0.0.1:PORT/` */
  readonly url: string;
  readonly stdout: Lines;
}

/** Starts stdws on 127.0.0.1. */
export async function startStdws(args: readonly string[], cwd: string): Promise<Contestant> {
  const server = await TestServer.start(args, { cwd });
  return {
    name: "stdws",
    url: server.url,
    stdout: server.stdout,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/** Starts websocketd on 127.0.0.1. */
export async function startWebsocketd(args: readonly string[], cwd: string): Promise<Contestant> {
  const port = freePort();
  const child = new Deno.Command("websocketd", {
    args: [`--port=${port}`, "--address=127.0.0.1", ...args],
    env: { TZ: "UTC" },
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const stdout = new Lines(child.stdout);
  await stdout.until(/Starting WebSocket server/);
  // It says so before it listens.
  await connectable(port);
  return {
    name: "websocketd",
    url: `ws://127.0.0.1:${port}/`,
    stdout,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await Promise.all([child.status, stdout.ended]);
    },
  };
}

async function connectable(port: number): Promise<void> {
  for (;;) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.ConnectionRefused)) throw error;
    }
  }
}
