import { dirname } from "node:path";
import { isDenoSince } from "./deno_version.ts";
import { quoteWord } from "./quote_word.ts";

/** The name of a permission, as it is in Deno's flag `--allow-NAME`. */
export type PermissionName = "env" | "ffi" | "net" | "read" | "run" | "sys" | "write";

/** Permissions as they add up. */
export class Permissions {
  readonly #needs = new Map<PermissionName, Set<string> | "all">();
  #everything = false;

  /** Needs some of a kind. */
  add(name: PermissionName, ...values: readonly string[]): void {
    const known = this.#needs.get(name) ?? new Set<string>();
    if (known === "all" || values.length === 0) return;
    for (const value of values) known.add(value);
    this.#needs.set(name, known);
  }

  /** Needs all there is. */
  addEverything(): void {
    this.#everything = true;
  }

  /** Needs all of a kind. */
  addAll(name: PermissionName): void {
    this.#needs.set(name, "all");
  }

  /** Needs to connect to a Unix socket, or to make one. */
  addUnixSocket(path: string): void {
    this.add("read", path);
    this.add("write", path);
    // Deno 2.6 asks for the file alone, and knows no such address.
    if (isDenoSince(2, 9)) this.add("net", `unix:${path}`);
  }

  /** The flags for a shell, in the order of their names. */
  flags(): string[] {
    if (this.#everything) return ["-A"];
    const sorted = [...this.#needs].sort(([a], [b]) => (a < b ? -1 : 1));
    return sorted.map(([name, values]) => {
      const list = values === "all" ? undefined : divisible(name, [...values]);
      return quoteWord(`--allow-${name}${list ? `=${list.join(",")}` : ""}`);
    });
  }
}

/**
 * Values that can be divided by commas: no value can have one in it (Deno 2.9), so that the folder stands
 * for a file.
 *
 * @returns undefined where only all of them can be said.
 */
function divisible(name: PermissionName, values: readonly string[]): string[] | undefined {
  const plain = values.map((value) => {
    if (!value.includes(",")) return value;
    return name === "read" || name === "write"
      ? dirname(value.slice(0, value.indexOf(",") + 1))
      : undefined;
  });
  if (!plain.every((value) => value !== undefined)) return undefined;
  return [...new Set(plain)].sort();
}
