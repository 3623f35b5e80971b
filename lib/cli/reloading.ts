import type { App } from "../app.ts";
import { counted } from "../base/counted.ts";
import { messageOf } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { FLAGS } from "../handlers/flags.ts";
import type { Server } from "../serve.ts";
import { readConfig, type Reading, type Words } from "./read_config.ts";

const log = new Log();

/** The parts of a running server that a reload changes. */
export interface Reloaded {
  readonly app: Pick<App, "remake" | "modules">;
  readonly server: Pick<Server, "replaceRoutes">;
}

/** Takes up routes that have changed, one time after the other. */
export class Reloading {
  readonly #words: Words;
  readonly #start: Reading;
  readonly #reloaded: Reloaded;
  #done: Promise<void> = Promise.resolve();

  /**
   * @param words The command line, with which the configuration is read again.
   * @param start The configuration as it was read at the start.
   */
  constructor(words: Words, start: Reading, reloaded: Reloaded) {
    this.#words = words;
    this.#start = start;
    this.#reloaded = reloaded;
  }

  /** Reads the configuration again; where it has a mistake, the log says so and everything stays. */
  reload(): Promise<void> {
    return this.#done = this.#done.then(() => this.#reload());
  }

  async #reload(): Promise<void> {
    const { app, server } = this.#reloaded;
    // Of one that failed as a whole.
    app.modules.takeFailed();
    try {
      const reading = await readConfig(this.#words);
      const routes = await app.remake(reading.config);
      server.replaceRoutes(routes);
      const count = counted(routes.length, "route");
      const failed = app.modules.takeFailed().map((file) => `"${file}"`).join(", ");
      if (failed) {
        log.error(
          "server",
          `Cannot reload all of ${count}, the handlers of these go on as they were: ${failed}`,
        );
      } else log.info("server", `Reloaded: ${count}`);
      for (const { label } of routes) log.info("server", label);
      this.#reportStale(reading);
    } catch (error) {
      log.error("server", `Cannot reload, the routes stay as they were: ${messageOf(error)}`);
    }
  }

  #reportStale(reading: Reading): void {
    const names = staleOptions(this.#start, reading);
    if (names.length === 0) return;
    const options = names.map((name) => `--${name}`).join(", ");
    log.error("server", `Changed, but not without a restart: ${options}`);
  }
}

/** The options that have changed since the start, and that a reload does not change. */
export function staleOptions(start: Reading, now: Reading): string[] {
  const [before, after] = [start.options, now.options] as readonly Record<string, unknown>[];
  return FLAGS.filter(({ name, reload }) => {
    return reload !== "route" && JSON.stringify(before?.[name]) !== JSON.stringify(after?.[name]);
  }).map(({ name }) => name).sort();
}
