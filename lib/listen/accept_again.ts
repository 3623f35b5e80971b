import type { Server } from "node:net";
import { Log } from "../base/log.ts";

const log = new Log();

// So few files that a burst of connections may have taken the rest.
const FEW = 32;
// How often to look whether there are files again, in ms.
const LOOK_MS = 1_000;

/**
 * Has a server listen again after it had no more files: in `node:net` of Deno 2.9 that ends its accepting
 * for good, and no event tells. So files are counted on Linux; elsewhere nothing is done.
 *
 * @param listen Listens at the same place once more.
 * @returns Ends it when disposed, which is to be before the server is closed.
 */
export function acceptAgain(server: Server, listen: () => void): Disposable {
  const limit = fileLimit() ?? Infinity;
  let connections = 0;
  // A connection takes a file, its process three more: this is looked at long before they are gone.
  let enough = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  server.on("connection", (socket) => {
    connections++;
    socket.once("close", () => connections--);
    if (connections < enough || limit === Infinity) return;
    const left = limit - filesInUse();
    enough = connections + Math.max(1, left >> 3);
    if (left >= FEW || timer !== undefined) return;
    log.error("server", `Few of ${limit} open files are left: some connections may have to wait`);
    timer = setInterval(look, LOOK_MS);
  });
  // Listening again may fail, and is tried again.
  server.on("error", (error) => {
    log.error("server", `Cannot accept connections: ${error.message}`);
    timer ??= setInterval(look, LOOK_MS);
  });

  function look(): void {
    if (limit - filesInUse() < FEW) return;
    clearInterval(timer);
    timer = undefined;
    enough = 0;
    server.once("listening", () => log.info("server", "Accepting connections again"));
    listen();
  }
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

function fileLimit(): number | undefined {
  try {
    const limits = Deno.readTextFileSync("/proc/self/limits");
    return Number(/^Max open files +(\d+)/m.exec(limits)?.[1] ?? NaN) || undefined;
  } catch {
    return undefined;
  }
}

function filesInUse(): number {
  try {
    return Array.from(Deno.readDirSync("/proc/self/fd")).length;
  } catch {
    // Even looking takes a file.
    return Infinity;
  }
}
