import { configureLog, Log } from "../../base/log.ts";
import { messageOf } from "../../base/errors.ts";
import type { Parent } from "../../workers/parent.ts";
import type { Reading } from "../read_config.ts";
import { canChange, reportStale, staleOptions } from "../reloading.ts";

const log = new Log();

/** Options that the parent itself has used: what it holds stays until it ends. */
const PARENTS: ReadonlySet<string> = new Set([
  "workers",
  "port",
  "address",
  "redirport",
  "unixsocket",
  "unixsocket-mode",
  "unixsocket-owner",
  "engine",
  "admin",
  "once",
  "drain",
  "exit-idle",
]);

/** Takes up what has changed, by all workers, one time after the other. */
export class WorkersReloading {
  #reading: Reading;
  readonly #parent: Pick<Parent, "reload" | "roll">;
  readonly #read: () => Promise<Reading>;
  #done: Promise<void> = Promise.resolve();

  /**
   * @param reading The configuration as it was read at the start.
   * @param read Reads it again.
   */
  constructor(
    reading: Reading,
    parent: Pick<Parent, "reload" | "roll">,
    read: () => Promise<Reading>,
  ) {
    this.#reading = reading;
    this.#parent = parent;
    this.#read = read;
  }

  /**
   * Reads the configuration again: where it has a mistake, the log says so and everything stays; where routes have
   * changed, each worker takes them up; where options have that only a restart changes, each worker is replaced.
   */
  reload(): Promise<void> {
    return this.#done = this.#done.then(() => this.#reload());
  }

  /** Has each worker take up modules that have changed. */
  changed(): Promise<void> {
    return this.#done = this.#done.then(() => this.#parent.reload(true));
  }

  async #reload(): Promise<void> {
    let reading;
    try {
      reading = await this.#read();
    } catch (error) {
      log.error("server", `Cannot reload, the routes stay as they were: ${messageOf(error)}`);
      return;
    }
    const stale = staleOptions(this.#reading, reading);
    const own = stale.filter((name) => PARENTS.has(name));
    const others = stale.filter((name) => !PARENTS.has(name));
    reportStale(own);
    if (others.length === 0) return await this.#parent.reload(canChange(reading));
    const options = others.map((name) => `--${name}`).join(", ");
    log.info("server", `Changed: ${options}: the workers are replaced one by one`);
    if (!await this.#parent.roll()) return;
    this.#reading = { ...reading, options: { ...reading.options, ...ownOf(this.#reading) } };
    configureLog(reading.config.log);
    log.info("server", "All workers are replaced");
  }
}

/** The options that stay as they are, so that they are told again as long as they differ. */
function ownOf({ options }: Reading): Record<string, unknown> {
  const said: Readonly<Record<string, unknown>> = options;
  return Object.fromEntries(Array.from(PARENTS, (name) => [name, said[name]]));
}
