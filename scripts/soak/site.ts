import { Scripts } from "../../tests/support/scripts.ts";
import { MODULE, PROGRAMS } from "./programs.ts";
import { SoakServer } from "./soak_server.ts";
import { TcpEcho } from "./tcp_echo.ts";

/** The engines, by their names. */
export type EngineName = "native" | "node";

/** A server with routes of all kinds, and what they need; disposing it ends all of it. */
export class Site implements AsyncDisposable {
  readonly engine: EngineName;
  readonly server: SoakServer;
  readonly #owned: AsyncDisposableStack;
  readonly #config: string;
  readonly #routes: Readonly<Record<string, string>>;
  #reloads = 0;

  private constructor(
    engine: EngineName,
    server: SoakServer,
    owned: AsyncDisposableStack,
    config: string,
    routes: Readonly<Record<string, string>>,
  ) {
    this.engine = engine;
    this.server = server;
    this.#owned = owned;
    this.#config = config;
    this.#routes = routes;
  }

  /** Starts it. */
  static async start(engine: EngineName): Promise<Site> {
    await using owned = new AsyncDisposableStack();
    const scripts = owned.use(await Scripts.write(PROGRAMS));
    const target = owned.use(TcpEcho.listen());
    const { folder } = scripts;
    await Deno.mkdir(`${folder}/files`);
    await Deno.writeTextFile(`${folder}/files/a`, "a file");
    await Deno.writeTextFile(`${folder}/module.ts`, MODULE);
    const good = `${folder}/good`;
    const routes = {
      "/echo": "echo",
      "/small": "echo?maxframesize=1000",
      "/cat": "process cat",
      "/binary": "process?framing=binary cat",
      "/length": "process?framing=length cat",
      "/json": "process?framing=json cat",
      "/content-length": "process?framing=content-length cat",
      "/streams": `process?framing=streams sh -c 'read -r line; echo "$line"; echo "$line" >&2'`,
      "/numbers": "process seq 1 500",
      "/many": "process seq 1 100000",
      "/pinged": "echo?pingms=1000",
      "/ticks": `shared?start=now&linger=forever&history=5 ${good}/ticks`,
      "/tagged": `shared?framing=tagged&start=now&linger=forever ${good}/tagged`,
      "/events": `shared?framing=events&start=now&linger=forever ${good}/events`,
      "/burst": "shared seq 1 200000",
      "/room/:room": "broadcast?history=10",
      "/module": `module ${folder}/module.ts`,
      "/tcp": `tcp ${target.address}`,
      "/nobody": "tcp 127.0.0.1:1",
      "/files/*": `static ${folder}/files`,
      "/cgi/*": `cgi ${folder}/cgi`,
      "/bad/*": `directory ${folder}/bad`,
    };
    const config = `${folder}/stdws.json`;
    await Deno.writeTextFile(config, JSON.stringify({ routes }));
    const server = owned.use(await SoakServer.start(engine, config));
    return new Site(engine, server, owned.move(), config, routes);
  }

  /** The address of a path. */
  url(path: string): string {
    return `ws://127.0.0.1:${this.server.port}${path}`;
  }

  /** Has the server read its routes again, one of which is new or gone. */
  async reload(): Promise<void> {
    const extra = ++this.#reloads % 2 ? { "/extra": "echo" } : {};
    await Deno.writeTextFile(
      this.#config,
      JSON.stringify({ routes: { ...extra, ...this.#routes } }),
    );
    this.server.signal("SIGHUP");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#owned.disposeAsync();
  }
}
