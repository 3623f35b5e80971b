import { allowing } from "../../base/allowing.ts";
import { confine, type Confined } from "../../base/confine.ts";
import { HandshakeError } from "../../base/errors.ts";
import { realFolder } from "../../base/folder.ts";
import type { Permits } from "../../base/permits.ts";
import { plain } from "../../base/plain.ts";
import type { IncomingRequest } from "../../base/request.ts";
import type { Exchange, Handler, Place } from "../../contract.ts";
import { httpLog, refusalLog } from "../../base/session_log.ts";
import { tell } from "../../base/tell.ts";
import { checkProperties } from "../../options/check_properties.ts";
import { cgiEnvironment } from "../../process/cgi_environment.ts";
import { GoodPrograms } from "../../process/good_programs.ts";
import type { RestraintOptions } from "../../process/restraint.ts";
import { Runner, type Started } from "../../process/runner.ts";
import type { Orphans } from "../../process/tree.ts";
import type { CgiHead } from "./cgi_head.ts";
import { type KindContext, kindOf } from "../kind.ts";
import { needsOfFolder, NEW_PROGRAMS } from "../needs.ts";
import { CGI_OPTIONS, processOptionsOf } from "../process_options.ts";
import { splitPath } from "../split_path.ts";
import { bodyLength } from "./cgi_length.ts";
import { CgiScript } from "./cgi_script.ts";

/** Options for running scripts. */
export interface CgiOptions extends RestraintOptions {
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
  /** Milliseconds that a script may run, beyond that HTTP 504; 0 or Infinity means no limit; default 0. */
  readonly timeout?: number;
  /** Permits for processes at once; shared with the handlers that have the same. Default 1024. */
  readonly forks?: Permits;
  /** Finds the name of a client's address for `REMOTE_HOST`; default: the address stays. */
  readonly lookup?: (address: string) => Promise<string>;
}

/**
 * Runs the CGI scripts below a folder (RFC 3875): folders are entered, the first file of the path is the
 * script, the rest is its `PATH_INFO`. At a route `/scripts/*`, the folder is at `/scripts`.
 *
 * A script runs in the folder that it is in, and not longer than its client waits for it. A script whose
 * name begins with `nph-` is one like any other.
 *
 * @param folder The folder; neither `..` nor a symbolic link leads out of it.
 * @throws {UsageError} If it is no folder, or an option does not take its value.
 *
 * @example
 * ```ts
 * import { cgi, serve } from "@stdws/stdws";
 *
 * const folder = await Deno.makeTempDir();
 * const script = "#!/bin/sh\necho Content-Type: text/plain; echo; echo hello\n";
 * await Deno.writeTextFile(`${folder}/greet`, script, { mode: 0o755 });
 * const routes = [{ path: "/scripts/*", handler: cgi(folder) }];
 * await using server = await serve({ port: 0, addresses: ["127.0.0.1"], routes });
 * const response = await fetch(`${server.addresses[0]}scripts/greet`.replace("ws:", "http:"));
 * if (await response.text() !== "hello\n") throw new Error("not what the script wrote");
 * ```
 */
export function cgi(folder: string, options: CgiOptions = {}): Handler {
  checkProperties(cgiKind.options, options, " of cgi()");
  const { closeMs = 0, lookup } = options;
  const root = realFolder(folder, "CGI scripts from");
  const programs = new GoodPrograms(options);
  const runner = new Runner(options);
  const scripts = new Set<CgiScript>();
  let ending: AbortSignal | undefined;

  function start(
    request: IncomingRequest,
    found: Confined,
    mount: string,
    body: Exchange["body"],
    length: number | undefined,
    { processes, meter }: Place,
  ): CgiScript | Promise<CgiScript> {
    const log = httpLog(request).with({ cgiscript: found.path });
    const started = runner.start({
      program: found.path,
      args: [],
      // RFC 3875 §7.2; and websocketd does it.
      cwd: folderOf(found.path),
      id: request.id,
      environment: (inherited, trace) =>
        cgiEnvironment(request, {
          scriptName: mount + found.name,
          pathInfo: found.rest,
          inherited,
          own: options.env ?? {},
          trace,
          root,
          filename: found.path,
          length,
        }),
      ...(options.env && { own: options.env }),
      log,
      trace: request.trace,
      processes,
      meter,
      refusal: "Fork not allowed since maxforks amount has been reached. CGI was not run.",
      orphans: options.orphans,
    });
    const run = (started: Started) => {
      log.access("http", "CGI");
      const script = new CgiScript(started, { body, length: length ?? 0, closeMs });
      scripts.add(script);
      runner.keep(started, script.run().finally(() => scripts.delete(script)));
      return script;
    };
    return started instanceof Promise ? started.then(run) : run(started);
  }

  return {
    label: `Serving CGI scripts from    : ${folder}`,
    async respond(request, { body, left }, place) {
      const { signal } = place;
      const split = splitPath(request);
      const found = split && await confine(root, split.rest);
      if (!split || !found?.info.isFile) return undefined;
      // A browser asks before a request to another site: no script knows of that.
      if (request.method === "OPTIONS") {
        httpLog(request).with({ cgiscript: found.path }).access("http", "CGI");
        return allowing("GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
      }
      const length = await bodyLength(request.headers, body);
      if (length === "unknown") {
        const why = "a CGI script needs a Content-Length before the body";
        refusalLog(request, { status: "411" }).access("http", `CGI was not run: ${why}`);
        return tell(plain(411, {}, why));
      }
      if (lookup) {
        const host = await lookup(request.remote.address);
        request = { ...request, remote: { ...request.remote, host } };
      }
      if (signal.aborted) throw new HandshakeError(503, "The server is shutting down");
      ending = signal;
      programs.expect(found.path, found.info, folderOf(found.path));
      const started = start(request, found, split.mount, body, length, place);
      const script = started instanceof Promise ? await started : started;
      left.addEventListener("abort", () => script.leave(), { once: true });
      if (left.aborted) script.leave();
      // There is a line that it was run, and one where it failed.
      return tell(await answerOf(script, request.method));
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
  example: [
    "mkdir -p scripts",
    "printf '#!/bin/sh\\necho Content-Type: text/plain; echo; date\\n' >scripts/time",
    "chmod +x scripts/time",
    "stdws --port=8080 --route='/run/*=cgi scripts'",
  ],
  options: CGI_OPTIONS,
  runs: true,
  scripts: true,
  shown: "Serving CGI or static files : ",
  note: NEW_PROGRAMS,
  make: ({ words: [dir = ""], values }, context) =>
    cgi(dir, { ...processOptionsOf(values), ...lookupOf(context) }),
  needs: needsOfFolder,
});

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

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
    return plain(script.timedOut ? 504 : 500);
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
