import { isDenoSince } from "../base/deno_version.ts";
import { UsageError } from "../base/errors.ts";
import type { Dispatcher } from "../gate/dispatch.ts";
import type { TlsOptions } from "./credentials.ts";
import type { Engine, EngineName } from "./engine.ts";
import { nativeEngine } from "./native.ts";

/** Options that decide about the engine. */
export interface EngineOptions {
  /**
   * The engine's name; default: `auto`, which is `node` where the runtime has it (Deno 2.8), because of a
   * plain `Deno.serve` one client can take all files or all memory, and nothing can hold it back (Deno 2.9).
   */
  readonly engine?: EngineName | "auto";
  /** Serves `wss:` and `https:`; default: neither. */
  readonly tls?: TlsOptions;
}

/** An engine and the reason for it. */
export interface Choice {
  readonly name: EngineName;
  /** For the log and `--check`. */
  readonly why: string;
}

/**
 * Finds the engine for what is asked of it.
 *
 * @param version The runtime's.
 * @throws {UsageError} If this runtime has no such engine.
 */
export async function chooseEngine(
  options: EngineOptions,
  version: string = Deno.version.deno,
): Promise<(dispatcher: Dispatcher) => Engine> {
  const { tls } = options;
  const { name } = engineFor(options, version);
  if (name === "native") {
    if (!tls?.caFile) return nativeEngine;
    throw new UsageError(
      "--sslca cannot be used with --engine=native: it would admit every client",
    );
  }
  if (!hasNode(version)) {
    const option = tls?.caFile ? "--sslca" : "--engine=node";
    throw new UsageError(`${option} needs Deno 2.8 or later, and this is Deno ${version}`);
  }
  // Loaded only where it is used: it makes the start slower.
  const { nodeEngine } = await import("./node.ts");
  return nodeEngine;
}

/** The engine that is chosen, whether this runtime has it or not. */
export function engineFor(
  { engine = "auto", tls }: EngineOptions,
  version: string = Deno.version.deno,
): Choice {
  if (engine !== "auto") return { name: engine, why: "it was asked for" };
  if (tls?.caFile) return { name: "node", why: "client certificates need it" };
  if (hasNode(version)) {
    return {
      name: "node",
      why: "it can hold a client back, and one client cannot take all files or memory",
    };
  }
  return { name: "native", why: `the other one needs Deno 2.8, and this is Deno ${version}` };
}

/** Before 2.8 `node:http` has no time limits, and before 2.7 `node:https` admits every client. */
function hasNode(version: string): boolean {
  return isDenoSince(2, 8, version);
}
