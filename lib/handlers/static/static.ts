import { resolve } from "node:path";
import { allowing } from "../../base/allowing.ts";
import { confine, type Confined, isBelow } from "../../base/confine.ts";
import { realFolder } from "../../base/folder.ts";
import type { IncomingRequest } from "../../base/request.ts";
import type { Handler } from "../../contract.ts";
import { kindOf } from "../kind.ts";
import { splitPath } from "../split_path.ts";
import { type Find, listing } from "./listing.ts";
import { sendFile } from "./send_file.ts";
import { textAnswer } from "./text_answer.ts";
import { withSlash } from "./with_slash.ts";

const ALLOWED = "GET, HEAD, OPTIONS";

/** Options for serving files. */
export interface StaticOptions {
  /** Folders of scripts: what lies in them is never served as a file. */
  readonly scripts?: readonly string[];
}

/**
 * Serves the files below a folder to GET and HEAD: a folder by its `index.html`, or by a list of what
 * is in it. At a route `/files/*`, the folder is at `/files`.
 *
 * @param folder The folder; neither `..` nor a symbolic link leads out of it.
 * @throws {UsageError} If it is no folder.
 *
 * @example
 * ```ts
 * import { serve, staticFiles } from "@stdws/stdws";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/hello.txt`, "hello");
 * const routes = [{ path: "/files/*", handler: staticFiles(folder) }];
 * await using server = await serve({ port: 0, addresses: ["127.0.0.1"], routes });
 * const response = await fetch(`${server.addresses[0]}files/hello.txt`.replace("ws:", "http:"));
 * if (await response.text() !== "hello") throw new Error("not what is in the file");
 * ```
 */
export function staticFiles(folder: string, { scripts = [] }: StaticOptions = {}): Handler {
  const root = realFolder(folder, "static content from");
  const hidden = scripts.map((other) => realFolder(other, "CGI scripts from"));
  const find: Find = async (path) => {
    const found = await confine(root, path);
    // By the real path, because links lead to scripts as well.
    return found && hidden.some((other) => isWithin(other, found.real)) ? undefined : found;
  };
  return {
    label: `Serving static content from : ${folder}`,
    async respond(request, _, { log }) {
      const split = splitPath(request);
      const found = split && await find(split.rest);
      // A file is no folder: what follows its name names nothing.
      if (!found || found.rest !== "") return undefined;
      const response = await answer(request, found, find);
      // Of a refusal there is a line of its own.
      if (response && response.status < 400) log.access("http", "STATIC");
      return response;
    },
  };
}

/** `static` for the registry. */
export const staticKind = kindOf({
  doc: "Serves the files below a folder over HTTP",
  argument: { name: "dir", kind: "word", value: "DIR" },
  example: [
    "mkdir -p public && echo Hello >public/index.html",
    "stdws --port=8080 --route='/*=static public'",
  ],
  options: [],
  shown: "Serving CGI or static files : ",
  make: ({ words: [dir = ""] }, { scripts }) => staticFiles(dir, { scripts }),
  stamp: (_, { scripts }) => Promise.resolve(scripts.join("\0")),
  needs({ words: [dir = ""] }, permissions) {
    permissions.add("read", resolve(dir), Deno.realPathSync(dir));
  },
});

function isWithin(folder: string, path: string): boolean {
  return path === folder || isBelow(folder, path, Deno.build.os);
}

/** undefined where it has vanished since it was found. */
async function answer(
  request: IncomingRequest,
  found: Confined,
  find: Find,
): Promise<Response | undefined> {
  const { method } = request;
  if (method === "OPTIONS") return allowing(ALLOWED);
  if (method !== "GET" && method !== "HEAD") {
    return textAnswer(method, "405 Method Not Allowed\n", {
      status: 405,
      headers: { Allow: ALLOWED },
    });
  }
  try {
    if (found.info.isFile) return await sendFile(request, found);
    const location = withSlash(request.target);
    if (location) {
      return textAnswer(method, "301 Moved Permanently\n", {
        status: 301,
        headers: { Location: location },
      });
    }
    const index = await find(`${found.name}/index.html`);
    if (index?.info.isFile) return await sendFile(request, index);
    return await listing(method, found, find);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable) {
      return textAnswer(method, "403 Forbidden\n", { status: 403 });
    }
    throw error;
  }
}
