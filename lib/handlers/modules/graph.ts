import { fileURLToPath } from "node:url";
import { lookOf } from "../../base/look_of.ts";

interface Node {
  look: string;
  version: number;
  readonly imports: Set<string>;
  readonly importers: Set<string>;
}

/**
 * The files of users' modules, and what each imports of the others. A module is loaded once for each
 * address, so a file that has changed gets a new one, `…?v=2`, and so does all that imports it; what has
 * not changed stays the same module with all that it remembers.
 */
export class ModuleGraph {
  readonly #nodes = new Map<string, Node>();

  /**
   * Takes up what has changed of a module and what it imports.
   *
   * @param url Of its file.
   * @returns The module's version, which has changed when one of them has.
   */
  update(url: string): number {
    const node = this.#node(url);
    const changed = [...this.#below(url)].filter((each) => this.#hasChanged(each));
    for (const each of changed) this.#node(each).look = lookOf(pathOf(each));
    for (const each of this.#above(changed)) this.#node(each).version++;
    return node.version;
  }

  /** Whether {@linkcode update} would find a change. */
  isStale(url: string): boolean {
    return [...this.#below(url)].some((each) => this.#hasChanged(each));
  }

  /** A text that changes when a module does, or something that it imports. */
  looksOf(url: string): string {
    return Array.from(this.#below(url), (each) => lookOf(pathOf(each))).join();
  }

  /** The URL from which a file is loaded in its version. */
  addressOf(url: string): string {
    const { version } = this.#node(url);
    return version === 0 ? url : `${url}${url.includes("?") ? "&" : "?"}v=${version}`;
  }

  /** Whether a file is one of a user's module. */
  has(url: string): boolean {
    return this.#nodes.has(url);
  }

  /**
   * Notes an import. It stays when the import goes: a file that does not parse for a while imports nothing,
   * and what changes meanwhile would never be seen.
   */
  link(importer: string, url: string): void {
    this.#node(importer).imports.add(url);
    this.#node(url).importers.add(importer);
  }

  #node(url: string): Node {
    let node = this.#nodes.get(url);
    if (!node) {
      // Before the file is read: a change in between is seen the next time.
      const look = lookOf(pathOf(url));
      node = { look, version: 0, imports: new Set(), importers: new Set() };
      this.#nodes.set(url, node);
    }
    return node;
  }

  #hasChanged(url: string): boolean {
    return lookOf(pathOf(url)) !== this.#node(url).look;
  }

  #below(url: string): Set<string> {
    return reach([url], (each) => this.#node(each).imports);
  }

  #above(urls: readonly string[]): Set<string> {
    return reach(urls, (each) => this.#node(each).importers);
  }
}

/** The URL of a file without its version. */
export function withoutVersion(url: string): string {
  return url.replace(/[?&]v=\d+$/, "");
}

function reach(from: readonly string[], next: (url: string) => Iterable<string>): Set<string> {
  const found = new Set(from);
  // What is added on the way is come to as well.
  for (const url of found) for (const other of next(url)) found.add(other);
  return found;
}

function pathOf(url: string): string {
  return fileURLToPath(url);
}
