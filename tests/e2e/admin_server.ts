import { inTime } from "../support/in_time.ts";
import { type Form, type StartOptions, TestServer } from "../support/server.ts";

/** A server with a place for whoever runs it, at a port of its own. */
export class AdminServer implements AsyncDisposable {
  readonly server: TestServer;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;

  private constructor(server: TestServer, url: string) {
    this.server = server;
    this.url = url;
  }

  static async start(
    args: readonly string[],
    form: Form,
    options: StartOptions = {},
  ): Promise<AdminServer> {
    const server = await TestServer.start(["--admin=127.0.0.1:0", ...args], { ...options, form });
    const line = await server.stdout.until(/Starting admin server/);
    return new AdminServer(server, line.match(/http:\S+(?=\/)/)?.[0] ?? "");
  }

  /** Asks for something; its body is read. */
  async ask(
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number; headers: Headers; text: string }> {
    // None that stays: a pool connects before it has anything to ask for.
    using client = Deno.createHttpClient({ poolMaxIdlePerHost: 0 });
    const asking = fetch(this.url + path, { ...init, client });
    const answer = await inTime(asking, () => `the answer of ${path}`);
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  }

  /** The values of metrics by their names with labels, as `stdws_connections{route="*"}`. */
  async metrics(): Promise<Map<string, number>> {
    const { text } = await this.ask("/metrics");
    const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    return new Map(lines.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice(0, space), Number(line.slice(space))];
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}
