import type { App } from "../app.ts";
import { counted } from "../base/counted.ts";
import { duration } from "../base/duration.ts";
import { messageOf, UsageError } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { nextTurn } from "../base/next_turn.ts";
import { within } from "../base/within.ts";
import type { Config } from "../config.ts";
import { FLAGS } from "../handlers/flags.ts";
import { kindNamed } from "../handlers/registry.ts";
import type { Server } from "../serve.ts";
import { readConfig, type Reading, type Words } from "./read_config.ts";

const log = new Log();

// Milliseconds that it may take to make routes: a module that never loads is no reason to take up nothing any more.
const PATIENCE = 30_000;

/** The parts of a running server that a reload changes. */
export interface Reloaded {
  readonly app: Pick<App, "remake" | "modules">;
  readonly server: Pick<Server, "replaceRoutes">;
}

/** Whether something that a reload takes up can have changed since a configuration was read. */
export function canChange({ config, file }: Reading): boolean {
  return file !== undefined || config.handlersDir !== undefined ||
    config.routes.some(({ handler }) => kindNamed(handler).watched);
}

/** Options of {@linkcode Reloading.reload}: where one of several servers reloads, others say some of it. */
export interface ReloadOptions {
  /** Whether the log is told what came of it; default true. */
  readonly tells?: boolean;
  /** Whether the log is told which options only a restart changes; default true. */
  readonly tellsStale?: boolean;
}

/** Takes up routes that have changed, one time after the other. */
export class Reloading {
  readonly #words: Words;
  readonly #start: Reading;
  readonly #reloaded: Reloaded;
  readonly #patience: number;
  #done: Promise<unknown> = Promise.resolve();

  /**
   * @param words The command line, with which the configuration is read again.
   * @param start The configuration as it was read at the start.
   * @param patience Milliseconds that it may take to make routes; default 30 s.
   */
  constructor(words: Words, start: Reading, reloaded: Reloaded, patience: number = PATIENCE) {
    this.#patience = patience;
    this.#words = words;
    this.#start = start;
    this.#reloaded = reloaded;
  }

  /**
   * Reads the configuration again; where it has a mistake, the log says so and everything stays.
   *
   * @returns The mistake; undefined where there is none.
   */
  reload(options: ReloadOptions = {}): Promise<string | undefined> {
    const done = this.#done.then(() => this.#reload(options));
    this.#done = done;
    return done;
  }

  async #reload(
    { tells = true, tellsStale = true }: ReloadOptions,
  ): Promise<string | undefined> {
    const { app, server } = this.#reloaded;
    app.modules.tells = tells;
    const tell = (level: "info" | "error", line: string) => {
      if (tells) log.forAll(level, "server", line);
      else log.debug("server", line);
    };
    // Of one that failed as a whole.
    app.modules.takeFailed();
    try {
      const reading = await readConfig(this.#words);
      const routes = await this.#remake(reading.config);
      server.replaceRoutes(routes);
      const count = counted(routes.length, "route");
      const failed = app.modules.takeFailed().map((file) => `"${file}"`).join(", ");
      if (failed) {
        tell(
          "error",
          `Cannot reload all of ${count}, the handlers of these go on as they were: ${failed}`,
        );
      } else tell("info", `Reloaded: ${count}`);
      for (const { label } of routes) tell("info", label);
      if (tellsStale) reportStale(staleOptions(this.#start, reading));
      return undefined;
    } catch (error) {
      const why = messageOf(error);
      tell("error", `Cannot reload, the routes stay as they were: ${why}`);
      return why;
    }
  }

  async #remake(config: Config): Promise<Awaited<ReturnType<App["remake"]>>> {
    const { app } = this.#reloaded;
    const late = new AbortController();
    const making = app.remake(config, late.signal);
    if (await within(making, this.#patience)) return await making;
    late.abort();
    // What was made at the very last moment counts: of all else nothing is left.
    const made = await Promise.race([making.catch(() => undefined), nextTurn()]);
    if (made) return made;
    const waits = app.modules.loading.map((file) => `"${file}"`).join(", ");
    const time = duration(this.#patience);
    throw new UsageError(`${waits || "it"} has not finished loading after ${time}`);
  }
}

/** Has the log say which options have changed in vain. */
export function reportStale(names: readonly string[]): void {
  if (names.length === 0) return;
  const options = names.map((name) => `--${name}`).join(", ");
  log.error("server", `Changed, but not without a restart: ${options}`);
}

/** The options that have changed since the start, and that a reload does not change. */
export function staleOptions(start: Reading, now: Reading): string[] {
  const [before, after] = [start.options, now.options] as readonly Record<string, unknown>[];
  return FLAGS.filter(({ name, reload }) => {
    return reload !== "route" && JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]);
  }).map(({ name }) => name).sort();
}
