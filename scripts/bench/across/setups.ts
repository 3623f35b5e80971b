import { fileURLToPath } from "node:url";
import { freePort } from "../../../tests/support/free_port.ts";
import { CENTRIFUGO, type Dialect, PLAIN, SOCKET_IO } from "./dialects.ts";

/** Servers that are compared. */
export interface Setup {
  readonly name: string;
  /** How many servers. */
  readonly servers: number;
  /** The thing that is measured: a room, or the clients of one program. */
  readonly place: "rooms" | "shared";
  readonly dialect: Dialect;
  /**
   * The words of one of them.
   *
   * @param folder A folder for what it needs.
   */
  command(port: number, redis: string, folder: string): readonly [string, ...string[]];
  /** Puts what it needs there. */
  prepare?(folder: string): Promise<void>;
}

const MAIN = fileURLToPath(new URL("../../../main.ts", import.meta.url));
// Not by a name that would be checked: its packages are only where it runs.
const SOCKET_IO_SERVER = new URL("./socket_io_server.mjs.txt", import.meta.url);

/** All of them: each alone, and as two that are one. */
export function setups(): readonly Setup[] {
  const both = [1, 2] as const;
  return [
    ...both.map((servers) => stdws("rooms", servers)),
    ...both.map((servers): Setup => ({
      name: "socket.io",
      servers,
      place: "rooms",
      dialect: SOCKET_IO,
      command: (port, redis, folder) => {
        const bus = servers > 1 ? [redis] : [];
        return ["node", `${folder}/server.mjs`, String(port), ...bus];
      },
      prepare: installSocketIo,
    })),
    ...both.map((servers): Setup => ({
      name: "centrifugo",
      servers,
      place: "rooms",
      dialect: CENTRIFUGO,
      command: (port, redis) => {
        const engine = servers > 1
          ? [`CENTRIFUGO_ENGINE_TYPE=redis`, `CENTRIFUGO_ENGINE_REDIS_ADDRESS=${redis}`]
          : [];
        return [
          "env",
          "CENTRIFUGO_CLIENT_INSECURE=true",
          "CENTRIFUGO_HTTP_SERVER_ADDRESS=127.0.0.1",
          `CENTRIFUGO_HTTP_SERVER_PORT=${port}`,
          "CENTRIFUGO_LOG_LEVEL=error",
          ...engine,
          Deno.env.get("CENTRIFUGO") ?? "centrifugo",
        ];
      },
    })),
    ...both.map((servers) => stdws("shared", servers)),
  ];
}

function stdws(place: Setup["place"], servers: number): Setup {
  const handler = place === "rooms" ? "broadcast" : "shared cat";
  return {
    name: "stdws",
    servers,
    place,
    dialect: PLAIN,
    command: (port, redis) => [
      Deno.execPath(),
      ...["run", "-A", MAIN, "--address=127.0.0.1", `--port=${port}`],
      ...["--loglevel=error", `--route=/=${handler}`],
      ...(servers > 1 ? [`--bus=${redis}`] : []),
    ],
  };
}

async function installSocketIo(folder: string): Promise<void> {
  await Deno.copyFile(SOCKET_IO_SERVER, `${folder}/server.mjs`);
  const { success, stderr } = await new Deno.Command("npm", {
    args: [
      "install",
      "--no-audit",
      "--no-fund",
      "socket.io@4",
      "@socket.io/redis-adapter@8",
      "redis@5",
    ],
    cwd: folder,
    stdin: "null",
    stdout: "null",
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr).trim());
}

/** Servers of a setup that run; disposing ends them. */
export class Running implements AsyncDisposable {
  readonly ports: readonly number[];
  readonly #children: readonly Deno.ChildProcess[];

  private constructor(ports: readonly number[], children: readonly Deno.ChildProcess[]) {
    this.ports = ports;
    this.#children = children;
  }

  /** Starts them, and waits until they take connections. */
  static async start({ servers, command }: Setup, redis: string, folder: string): Promise<Running> {
    const ports = Array.from({ length: servers }, () => freePort());
    const children = ports.map((port) => {
      const [program, ...args] = command(port, redis, folder);
      return new Deno.Command(program, { args, stdin: "null", stdout: "null" }).spawn();
    });
    const running = new Running(ports, children);
    try {
      await Promise.all(ports.map((port, index) => untilListens(port, children[index])));
      return running;
    } catch (error) {
      await running[Symbol.asyncDispose]();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) {
      try {
        child.kill("SIGTERM");
      } catch {
        // It has ended.
      }
    }
    await Promise.all(this.#children.map(({ status }) => status));
  }
}

const READY_WITHIN = 30_000;

async function untilListens(port: number, child?: Deno.ChildProcess): Promise<void> {
  let ended = false;
  child?.status.then(() => ended = true);
  for (const start = performance.now();;) {
    try {
      return (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch {
      if (ended) throw new Error("It has ended");
      if (performance.now() - start > READY_WITHIN) throw new Error("It does not listen");
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
