import { confine } from "../base/confine.ts";
import { HandshakeError } from "../base/errors.ts";
import { realFolder } from "../base/folder.ts";
import type { Handler } from "../contract.ts";
import { GoodPrograms } from "../process/good_programs.ts";
import { checkProperties } from "../options/check_properties.ts";
import { kindOf } from "./kind.ts";
import { needsOfFolder, NEW_PROGRAMS } from "./needs.ts";
import { type Endpoint, processHandler } from "./process.ts";
import { PROCESS_OPTIONS, type ProcessOptions, processOptionsOf } from "./process_options.ts";
import { type SplitPath, splitPath } from "./split_path.ts";
import { FRAMING, MISMATCH, UNBUFFER } from "./talk_options.ts";

/**
 * Runs, for every connection, the program that its path names below a folder: folders are entered, the
 * first file is the program, the rest of the path is its `PATH_INFO`. At a route `/tools/*`, the folder is at `/tools`.
 *
 * @param folder The folder; neither `..` nor a symbolic link leads out of it.
 * @throws {UsageError} If it is no folder, or an option does not take its value.
 *
 * @example
 * ```ts
 * import { directory, serve } from "@stdws/stdws";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/greet`, "#!/bin/sh\necho hello\n", { mode: 0o755 });
 * const routes = [{ path: "/tools/*", handler: directory(folder) }];
 * await using server = await serve({ port: 0, addresses: ["127.0.0.1"], routes });
 * const socket = new WebSocket(`${server.addresses[0]}tools/greet`);
 * const line = await new Promise((resolve) => socket.onmessage = (event) => resolve(event.data));
 * if (line !== "hello") throw new Error("not what the program wrote");
 * await new Promise((resolve) => socket.onclose = resolve);
 * ```
 */
export function directory(folder: string, options: ProcessOptions = {}): Handler {
  checkProperties(directoryKind.options, options, " of directory()");
  const root = realFolder(folder, "from directory");
  const programs = new GoodPrograms(options);
  const handler = processHandler({
    label: `Serving from directory      : ${root}`,
    async locate(request) {
      const { endpoint, info } = await locate(root, request.path, splitPath(request));
      programs.expect(endpoint.program, info, options.cwd);
      return endpoint;
    },
  }, options);
  return {
    ...handler,
    async finds(request) {
      const split = splitPath(request);
      return (split && await confine(root, split.rest))?.info.isFile ?? false;
    },
  };
}

async function locate(
  root: string,
  path: string,
  split: SplitPath | undefined,
): Promise<{ endpoint: Endpoint; info: Deno.FileInfo }> {
  const found = split && await confine(root, split.rest);
  if (!split || !found?.info.isFile) throw new HandshakeError(404, `NOT FOUND: ${path}`);
  const { name, path: program, rest: pathInfo, info } = found;
  return { endpoint: { program, args: [], scriptName: split.mount + name, pathInfo }, info };
}

/** `directory` for the registry. */
export const directoryKind = kindOf({
  doc: "Runs, for every connection, the program that its path names below a folder",
  argument: { name: "dir", kind: "word", value: "DIR" },
  example: [
    "mkdir -p programs && cp /bin/date programs/",
    "stdws --port=8080 --route='/run/*=directory programs'",
  ],
  options: [...PROCESS_OPTIONS, FRAMING, MISMATCH, UNBUFFER],
  runs: true,
  note: NEW_PROGRAMS,
  make: ({ words: [dir = ""], values }) => directory(dir, processOptionsOf(values)),
  needs: needsOfFolder,
});
