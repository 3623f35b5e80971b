import { confine, type Confined } from "../../base/confine.ts";
import { HandshakeError } from "../../base/errors.ts";
import { realFolder } from "../../base/folder.ts";
import type { Permits } from "../../base/permits.ts";
import { plain } from "../../base/plain.ts";
import type { IncomingRequest } from "../../base/request.ts";
import type { Exchange, Handler, Place } from "../../contract.ts";
import { httpLog } from "../../base/session_log.ts";
import { checkProperties } from "../../options/check_properties.ts";
import { cgiEnvironment } from "../../process/cgi_environment.ts";
import { Runner } from "../../process/runner.ts";
import type { Orphans } from "../../process/tree.ts";
import type { CgiHead } from "./cgi_head.ts";
import { type KindContext, kindOf } from "../kind.ts";
import { needsOfFolder, NEW_PROGRAMS } from "../needs.ts";
import { CGI_OPTIONS, processOptionsOf } from "../process_options.ts";
import { restOf } from "../rest_of.ts";
import { bodyLength } from "./cgi_length.ts";
import { CgiScript } from "./cgi_script.ts";

/** Options for running scripts. */
export interface CgiOptions {
  /** Names of the server's variables that a script inherits; default: what finds and runs programs. */
  readonly passEnv?: readonly string[];
  /** Milliseconds added to each step of ending a script; default 0. */
  readonly closeMs?: number;
  /** Bytes of stderr of each script that go to the log in a second; 0 means no limit; default 1 MB. */
  readonly stderrRate?: number;
  /** Variables that scripts get beside all others. */
  readonly env?: Readonly<Record<string, string>>;
  /** The fate of the processes that a script leaves behind; default: they are ended with it. */
  readonly orphans?: Orphans;
  /** Permits for processes at once; shared with the handlers that have the same. Default 1024. */
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
 * @throws {UsageError} If it is no folder, or an option does not take its value.
 */
export function cgi(folder: string, options: CgiOptions = {}): Handler {
  return cgiAt("*", folder, options);
}

/** The same for a route: of `/scripts/*`, the folder is at `/scripts`. */
function cgiAt(pattern: string, folder: string, options: CgiOptions): Handler {
  checkProperties(cgiKind.options, options, " of cgi()");
  const { closeMs = 0, lookup } = options;
  const root = realFolder(folder, "CGI scripts from");
  const runner = new Runner(options);
  const scripts = new Set<CgiScript>();
  let ending: AbortSignal | undefined;

  function start(
    request: IncomingRequest,
    found: Confined,
    before: string,
    body: Exchange["body"],
    length: number | undefined,
    { processes }: Place,
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
          scriptName: before + found.name,
          pathInfo: found.rest,
          inherited,
          own: options.env ?? {},
          root,
          filename: found.path,
          length,
        }),
      log,
      processes,
      refusal: "Fork not allowed since maxforks amount has been reached. CGI was not run.",
      orphans: options.orphans,
    });
    log.access("http", "CGI");
    const script = new CgiScript(started, { body, length: length ?? 0, closeMs });
    scripts.add(script);
    runner.keep(started, script.run().finally(() => scripts.delete(script)));
    return script;
  }

  return {
    label: `Serving CGI scripts from    : ${folder}`,
    async respond(request, { body, left }, place) {
      const { signal } = place;
      const end = restOf(pattern, request);
      const found = await confine(root, end);
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
      if (signal.aborted) throw new HandshakeError(503, "The server is shutting down");
      ending = signal;
      const before = request.path.slice(0, request.path.length - end.length);
      const script = start(request, found, before, body, length, place);
      left.addEventListener("abort", () => script.leave(), { once: true });
      if (left.aborted) script.leave();
      return await answerOf(script, request.method);
    },
    async [Symbol.asyncDispose]() {
      // Where only its route was replaced, those that it has begun go on.
      if (ending?.aborted) { for (const script of scripts) script.end(); }
      await runner[Symbol.asyncDispose]();
    },
  };
}

/** `cgi` for the registry. */
export const cgiKind = kindOf({
  doc: "Runs the CGI scripts below a folder over HTTP",
  argument: { name: "dir", kind: "word", value: "DIR" },
  options: CGI_OPTIONS,
  runs: true,
  scripts: true,
  shown: "Serving CGI or static files : ",
  note: NEW_PROGRAMS,
  make: ({ path, words: [dir = ""], values }, context) =>
    cgiAt(path, dir, { ...processOptionsOf(values), ...lookupOf(context) }),
  needs: needsOfFolder,
});

function lookupOf({ lookup }: KindContext): Pick<CgiOptions, "lookup"> {
  return lookup ? { lookup } : {};
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
