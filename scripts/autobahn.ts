/**
 * Runs Autobahn's test suite on both engines, on what echoes and on a program, and on the client of `--connect`. Cases
 * that cannot pass are named in `scripts/autobahn/cannot_pass.txt`, and must not.
 *
 *     deno task autobahn TOOLS                 everything: some minutes
 *     deno task autobahn TOOLS OUT node        those whose names begin so, with the reports of Autobahn in OUT
 *
 * TOOLS is a folder with `setup DIR`, which installs `wstest` as `DIR/venv27/bin/wstest`, where it is not there yet. The
 * exit code is 1 where a case is not as it should be, and 3 where the suite cannot be installed.
 *
 * @module
 */

import { echoCases } from "./autobahn/echo_client.ts";
import { exceptionsIn, judge, type Outcome } from "./autobahn/judge.ts";
import { Wstest } from "./autobahn/wstest.ts";
import { freePort } from "../tests/support/free_port.ts";
import { TestServer } from "../tests/support/server.ts";

type Outcomes = Promise<Map<string, Outcome>>;

/** A peer of Autobahn, and the cases that it gets. */
interface Run {
  readonly name: string;
  /** The options of the server; undefined where the peer is the client. */
  readonly args?: readonly string[];
  readonly cases: readonly string[];
  readonly except: readonly string[];
}

// Text comes back as text where a NUL ends each message, and bytes as bytes where their length is before them.
const BINARY = ["1.2.*", "9.2.*", "9.4.*", "9.6.*", "9.8.*"];
const COMPRESSION = ["12.*", "13.*"];
// For messages of 16 MiB.
const LARGE = ["--maxframesize=0", "--maxqueue=67108864"];
// Many cases wait, and others take a whole core.
const AT_ONCE = 3;
const TRIES = 4;

const say = (line: string) => Deno.stdout.write(new TextEncoder().encode(`${line}\n`));

const [tools = "", out = await Deno.makeTempDir(), ...only] = Deno.args;
const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`;
const home = Deno.env.get("AUTOBAHN_HOME") ?? `${cache}/stdws-autobahn`;
const path = `${home}/venv27/bin/wstest`;

function serversOf(engine: "node" | "native"): Run[] {
  const run = (name: string, args: string[], cases: string[], except: string[]): Run => ({
    name: `${engine}-${name}`,
    args: [`--engine=${engine}`, ...LARGE, ...args],
    cases,
    except,
  });
  return [
    run("echo", ["--echo"], ["*"], engine === "node" ? COMPRESSION : []),
    run("text", ["--framing=nul", "cat"], ["*"], [...BINARY, ...COMPRESSION]),
    run("binary", ["--framing=length", "cat"], ["2.*", ...BINARY], []),
  ];
}

// A half of all that there is to do, so that they are runs of their own.
const COMPRESSED: readonly Run[] = COMPRESSION.map((chapter) => {
  const args = ["--engine=node", ...LARGE, "--compress", "--echo"];
  return { name: `compressed-${parseInt(chapter)}`, args, cases: [chapter], except: [] };
});

const RUNS: readonly Run[] = [
  { name: "compressed-client", cases: COMPRESSION, except: [] },
  ...COMPRESSED,
  { name: "client", cases: ["*"], except: COMPRESSION },
  ...serversOf("node"),
  ...serversOf("native"),
];

/** Lets the fuzzing client have a server. */
async function fuzz({ name, args = [], cases, except }: Run): Outcomes {
  await using server = await TestServer.start(args);
  const url = `ws://127.0.0.1:${server.port}/`;
  const servers = [{ agent: "stdws", url, options: { version: 18 } }];
  const options = { path, out: `${out}/${name}`, cases, except };
  await using suite = await Wstest.start("fuzzingclient", { servers }, options);
  const said = await suite.said;
  return await suite.outcomes(Number(/will run (\d+) test cases/.exec(said)?.[1]));
}

/** Lets the client of `--connect` have the fuzzing server. */
async function connect({ name, cases, except }: Run): Outcomes {
  const port = freePort();
  const url = `ws://127.0.0.1:${port}`;
  const options = { path, out: `${out}/${name}`, cases, except };
  await using suite = await Wstest.start("fuzzingserver", { url, webport: 0 }, options);
  await listens(port);
  return await suite.outcomes(await echoCases(url));
}

/** Waits until somebody listens: the suite says nothing when it does. */
async function listens(port: number): Promise<void> {
  for (;;) {
    try {
      return (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/**
 * Installs the suite, where it is not there yet. Its packages come from a registry, which may not answer for a moment:
 * it is tried again.
 */
async function install(): Promise<boolean> {
  for (let tries = 1;; tries++) {
    const { success, code } = await new Deno.Command(`${tools}/setup`, { args: [home] }).spawn()
      .status;
    if (success || tries === TRIES) return success;
    await say(`Autobahn: its setup failed (exit ${code}), and is tried again`);
    await new Promise((resolve) => setTimeout(resolve, tries * 10_000));
  }
}

if (!await install()) {
  await say(`Autobahn: ${tools}/setup failed ${TRIES} times`);
  Deno.exit(3);
}
const listed = new URL("autobahn/cannot_pass.txt", import.meta.url);
const list = exceptionsIn(await Deno.readTextFile(listed));
const waiting = RUNS.filter(({ name }) => {
  return only.length === 0 || only.some((begin) => name.startsWith(begin));
});
let good = waiting.length > 0;

async function work(): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const { name, args } = next;
    const start = performance.now();
    const outcomes = await (args ? fuzz(next) : connect(next));
    const wrong = judge(name, outcomes, list);
    const seconds = Math.round((performance.now() - start) / 1000);
    const found = wrong.length === 0 ? "as it should be" : `${wrong.length} not as they should be`;
    const lines = [`Autobahn ${name}: ${outcomes.size} cases in ${seconds} s, ${found}`, ...wrong];
    await say(lines.join("\n  "));
    good &&= wrong.length === 0;
  }
}

await Promise.all(Array.from({ length: AT_ONCE }, work));
Deno.exit(good ? 0 : 1);
