import { confine, type Confined } from "../base/confine.ts";
import { HandshakeError } from "../base/errors.ts";
import { realFolder } from "../base/folder.ts";
import type { Permits } from "../base/permits.ts";
import { plain } from "../base/plain.ts";
import type { IncomingRequest } from "../base/request.ts";
import type { Exchange, Responder } from "../base/responder.ts";
import { httpLog } from "../base/session_log.ts";
import { cgiEnvironment } from "../process/cgi_environment.ts";
import { Runner } from "../process/runner.ts";
import type { CgiHead } from "./cgi_head.ts";
import { bodyLength } from "./cgi_length.ts";
import { CgiScript } from "./cgi_script.ts";

/** How scripts are run. */
export interface CgiOptions {
  /** Names of the server's variables that a script inherits; default: what finds and runs programs. */
  readonly passEnv?: readonly string[];
  /** Milliseconds added to each step of ending a script; default 0. */
  readonly closeMs?: number;
  /** How many processes may run at once; shared with the handlers that have the same. Default 1024. */
  readonly forks?: Permits;
  /** Finds the name of a client's address for `REMOTE_HOST`; default: the address stays. */
  readonly lookup?: (address: string) => Promise<string>;
}

/**
 * Runs the CGI scripts below a folder (RFC 3875): folders are entered, the first file of the path is the
 * script, the rest is its `PATH_INFO`. Neither `..` nor a symbolic link leads out of the folder.
 *
 * A script runs in the folder that it is in, and not longer than its client waits for it. A script whose
 * name begins with `nph-` is one like any other.
 *
 * @throws {UsageError} If it is no folder.
 */
export function cgi(folder: string, options: CgiOptions = {}): Responder {
  const { closeMs = 0, lookup } = options;
  const root = realFolder(folder, "CGI scripts from");
  const runner = new Runner(options);
  const scripts = new Set<CgiScript>();
  let closing = false;

  function start(
    request: IncomingRequest,
    found: Confined,
    body: Exchange["body"],
    length: number | undefined,
  ): CgiScript {
    const log = httpLog(request).with({ cgiscript: found.path });
    const started = runner.start({
      program: found.path,
      args: [],
      // RFC 3875 §7.2; and websocketd does it.
      cwd: found.path.slice(0, found.path.lastIndexOf("/")) || "/",
      id: request.id,
      environment: (inherited) =>
        cgiEnvironment(request, {
          scriptName: found.name,
          pathInfo: found.rest,
          inherited,
          root,
          filename: found.path,
          length,
        }),
      log,
      refusal: "Fork not allowed since maxforks amount has been reached. CGI was not run.",
    });
    log.access("http", "CGI");
    const script = new CgiScript(started, { body, length: length ?? 0, closeMs });
    scripts.add(script);
    runner.keep(started, script.run().finally(() => scripts.delete(script)));
    return script;
  }

  return {
    label: `Serving CGI scripts from    : ${folder}`,
    async respond(request, { body, left }) {
      const found = await confine(root, request.path);
      if (!found?.info.isFile) return undefined;
      const length = await bodyLength(request.headers, body);
      if (length === "unknown") {
        const why = "a CGI script needs a Content-Length before the body";
        httpLog(request).access("http", `CGI was not run: ${why}`);
        return plain(411, {}, why);
      }
      if (lookup) {
        const host = await lookup(request.remote.address);
        request = { ...request, remote: { ...request.remote, host } };
      }
      if (closing) throw new HandshakeError(503, "The server is shutting down");
      const script = start(request, found, body, length);
      left.addEventListener("abort", () => script.leave(), { once: true });
      if (left.aborted) script.leave();
      return await answerOf(script, request.method);
    },
    async [Symbol.asyncDispose]() {
      closing = true;
      for (const script of scripts) script.end();
      await runner[Symbol.asyncDispose]();
    },
  };
}

/** Statuses of answers without a body. */
const BODILESS = [204, 205, 304];

async function answerOf(script: CgiScript, method: string): Promise<Response> {
  const { answer } = script;
  let head: CgiHead;
  try {
    head = await answer.head;
  } catch {
    // The script's end has told the log why.
    return plain(500);
  }
  const { status, headers } = head;
  // Deno 2.9 neither reads on nor hangs up where an answer is over before its request. The length is
  // still checked.
  if (!script.uploaded) headers.delete("content-length");
  if (method !== "HEAD" && !BODILESS.includes(status)) {
    return new Response(answer.body, { status, headers });
  }
  // Until the script is done, because once there is an answer nobody would tell when the client leaves.
  answer.withoutBody();
  await answer.finished;
  return new Response(null, { status, headers });
}
