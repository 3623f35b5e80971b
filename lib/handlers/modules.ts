import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { messageOf } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import type { Handler } from "../contract.ts";
import { followImports } from "./modules/follow_imports.ts";
import { ModuleGraph } from "./modules/graph.ts";
import { type ListedModule, listModules } from "./modules/list_modules.ts";
import { loadHandler } from "./modules/load_handler.ts";
import { Watching } from "./modules/watching.ts";

const log = new Log();

// One for all, as what it is about is the runtime's: modules by their addresses.
const graph = new ModuleGraph();
let follows: (() => boolean) | undefined;

// Milliseconds after which the log says what is being loaded: nothing else would.
const LONG = 10_000;

interface Loaded {
  /** The version of the module that it is of. */
  readonly version: number;
  readonly handler: Handler;
}

/** Loads the modules of users, each of which is a handler. */
export class Modules {
  readonly #loaded = new Map<string, Loaded>();
  /** The modules that were tried, also in vain. */
  readonly #urls = new Set<string>();
  /** The modules that did not load again, by their paths. */
  #failed = new Set<string>();
  /** The modules that are being loaded, by their paths. */
  readonly #loading = new Set<string>();
  #folder: string | undefined;
  /** Whether the log is told; where another worker has said the same, only at level debug. */
  tells = true;
  #listed = "";

  /**
   * Loads the handler that is the default export of a module, where it is not loaded yet.
   *
   * @param file The module's path.
   * @throws {UsageError} If it cannot be loaded, or exports no handler.
   */
  async load(file: string): Promise<Handler> {
    const { handler } = this.#loaded.get(urlOf(file)) ?? await this.#update(file);
    return handler;
  }

  /**
   * Loads a module again when it has changed, or something that it imports. Where that fails, the log says
   * so, and what was loaded before stays.
   *
   * @returns A text that is another one when the module is another one.
   * @throws {UsageError} If nothing was loaded before.
   */
  async stamp(file: string): Promise<string> {
    const { version } = await this.#update(file);
    return String(version);
  }

  /** Modules that did not load again since this was asked for, by their paths: what was loaded before goes on. */
  takeFailed(): string[] {
    const failed = [...this.#failed];
    this.#failed = new Set();
    return failed;
  }

  /** Modules that have not finished loading, by their paths. */
  get loading(): readonly string[] {
    return [...this.#loading];
  }

  /**
   * Finds the modules of a folder.
   *
   * @throws {UsageError} If it cannot be read, has none, or has two for one path.
   */
  list(folder: string): ListedModule[] {
    this.#folder = folder;
    this.#listed = listing(folder);
    return listModules(folder);
  }

  /**
   * Looks from time to time whether a module has changed, or the folder that was listed.
   *
   * @param onChange Shall list and load them again.
   */
  watch(onChange: () => Promise<unknown>): Disposable {
    if (follows?.() === false) {
      this.#tell("info", "Only modules are watched, not what they import: that needs Deno 2.9");
    }
    const urls = () => [...this.#urls];
    return new Watching({
      isStale: () => this.#listing() !== this.#listed || urls().some((url) => graph.isStale(url)),
      looks: () => [this.#listing(), ...urls().map((url) => graph.looksOf(url))].join(),
    }, onChange);
  }

  #tell(level: "info" | "error", line: string): void {
    if (this.tells) log.forAll(level, "server", line);
    else log.debug("server", line);
  }

  #listing(): string {
    return this.#folder === undefined ? "" : listing(this.#folder);
  }

  async #update(file: string): Promise<Loaded> {
    follows ??= followImports(graph);
    const url = urlOf(file);
    this.#urls.add(url);
    const version = graph.update(url);
    const before = this.#loaded.get(url);
    if (before?.version === version) return before;
    this.#loading.add(file);
    const timer = setTimeout(() => log.info("server", `Still loading "${file}"`), LONG);
    try {
      const loaded = { version, handler: await loadHandler(file, graph.addressOf(url)) };
      this.#loaded.set(url, loaded);
      if (before) this.#tell("info", `Loaded "${file}" again`);
      return loaded;
    } catch (error) {
      if (!before) throw error;
      this.#tell("error", `${messageOf(error)}; what was loaded before stays`);
      this.#failed.add(file);
      return before;
    } finally {
      this.#loading.delete(file);
      clearTimeout(timer);
    }
  }
}

function urlOf(file: string): string {
  return pathToFileURL(resolve(file)).href;
}

/** A text that changes when files come or go. */
function listing(folder: string): string {
  try {
    return JSON.stringify(listModules(folder));
  } catch (error) {
    return messageOf(error);
  }
}
