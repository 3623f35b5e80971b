import { MAX_BURST, MAX_QUEUE } from "../../lib/base/limits.ts";
import { isAsBefore, type Possessions, possessionsOf } from "../../tests/abuse/possessions.ts";
import { inTime } from "../../tests/support/in_time.ts";
import { numbers, oneOf, type Random } from "../../tests/support/numbers.ts";
import { peakOf } from "../../tests/support/processes.ts";
import { ATTACKS } from "./attacks.ts";
import { marked } from "./marked.ts";
import { VISITS } from "./quiet.ts";
import { type EngineName, Site } from "./site.ts";
import { Tally } from "./tally.ts";

/** Options of {@linkcode soak}. */
export interface SoakOptions {
  readonly seed: number;
  readonly minutes: number;
  /** Names of the attacks that there are; default: all of them. */
  readonly only?: readonly string[];
}

/** Outcome on one engine. */
export interface Soaked {
  readonly engine: EngineName;
  readonly tally: Tally;
  /** The most memory that the server had, in bytes. */
  readonly peak: number;
}

// Attacks at a time.
const ATTACKERS = 4;

// Clients that one attack has at a time: in a room whose messages they do not read.
const MOST_CLIENTS = 10;

// Far more than the server has ever needed, in bytes: with node the frames that wait for a room are the same for all of
// it. With native each client has its own, so that it is what may wait for each of them and from each, and half a
// gigabyte for the server itself. No attack here sends a message that never ends, which native would not bound: see the
// table of engines, and tests/abuse.
const MOST_MEMORY = {
  node: 1.5 * 2 ** 30,
  native: ATTACKERS * MOST_CLIENTS * (MAX_BURST + MAX_QUEUE) + 2 ** 29,
};

/** Attacks a server at random while quiet clients check what they get; then everybody leaves, and it ends. */
export async function soak(engine: EngineName, options: SoakOptions): Promise<Soaked> {
  const { seed, minutes, only = Object.keys(ATTACKS) } = options;
  const tally = new Tally();
  await using site = await Site.start(engine);
  const { server } = site;
  // Once each, so that what is made once is there.
  for (const name of Object.keys(VISITS)) await visit(name, site, tally, numbers(seed));
  const before = possessionsOf(server.pid);
  const programs = marked(server.mark, server.pid).length;

  const timer = setTimeout(() => tally.isOver = true, 60_000 * minutes);
  const visitors = Object.keys(VISITS).map(async (name, index) => {
    const random = numbers(seed + 1_000 + index);
    while (tally.goesOn) await visit(name, site, tally, random);
  });
  const attackers = Array.from({ length: ATTACKERS }, async (_, index) => {
    const random = numbers(seed + index);
    while (tally.goesOn) await attack(oneOf(random, only), site, tally, random);
  });
  await Promise.all([...visitors, ...attackers]);
  clearTimeout(timer);

  await leavesNothing(site, tally, before, programs);
  const peak = peakOf(server.pid);
  if (peak > MOST_MEMORY[engine]) tally.blame("memory", `${Math.round(peak / 2 ** 20)} MiB`);
  server.signal("SIGTERM");
  const code = await server.ended();
  if (code !== 0) tally.blame("SIGTERM", `it ended with ${code}, not 0`);
  await areGone(() => marked(server.mark, server.pid).length === 0)
    .catch(() => tally.blame("SIGTERM", `left are ${described(server.mark, server.pid)}`));
  for (const problem of server.problems) tally.blame("log", problem);
  return { engine, tally, peak };
}

async function visit(name: string, site: Site, tally: Tally, random: Random): Promise<void> {
  try {
    await VISITS[name]?.(site, tally, random);
  } catch (error) {
    tally.blame(`quiet ${name}`, error);
  }
}

async function attack(name: string, site: Site, tally: Tally, random: Random): Promise<void> {
  try {
    const acting = ATTACKS[name]?.(site, random, tally) ?? Promise.resolve();
    await inTime(acting, () => "its end");
  } catch (error) {
    tally.blame(name, error);
  }
  tally.acted(name);
}

/** Checks that the server has no more than before. */
async function leavesNothing(
  site: Site,
  tally: Tally,
  before: Possessions,
  programs: number,
): Promise<void> {
  const { engine, server } = site;
  // Deno.serve (2.9.6) keeps the descriptor of some that break these off: see the table of engines.
  const kept = engine === "native" ? tally.brokenRequests : 0;
  const allowed = { ...before, descriptors: before.descriptors + kept };
  await inTime(isAsBefore(server.pid, allowed), () => "what it had").catch(() => {
    const { descriptors, processes } = possessionsOf(server.pid);
    tally.blame(
      "left behind",
      `${descriptors} descriptors and ${processes} processes, before ` +
        `${before.descriptors} and ${before.processes}: ${described(server.mark, server.pid)}`,
    );
  });
  await areGone(() => marked(server.mark, server.pid).length <= programs)
    .catch(() => tally.blame("left behind", described(server.mark, server.pid)));
}

/** Waits until something holds, at most half a minute: nobody tells when somebody else's process has ended. */
async function areGone(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error("It does not hold");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function described(mark: string, except: number): string {
  return marked(mark, except).map((pid) => {
    try {
      return Deno.readTextFileSync(`/proc/${pid}/cmdline`).replaceAll("\0", " ").slice(0, 60);
    } catch {
      return `${pid}`;
    }
  }).join("; ");
}
