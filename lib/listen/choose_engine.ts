import { isDenoSince } from "../base/deno_version.ts";
import { UsageError } from "../base/errors.ts";
import type { Dispatcher } from "../gate/dispatch.ts";
import type { TlsOptions } from "./tls_options.ts";
import type { Engine, EngineName } from "./engine.ts";
import type { HeldPlace } from "./held_place.ts";
import type { InheritedSocket } from "./inherited_socket.ts";
import { nativeEngine } from "./native.ts";

/** Options that decide about the engine. */
export interface EngineOptions {
  /**
   * The engine's name; default: `auto`, which is `node` where the runtime has it (Deno 2.8), because of a
   * plain `Deno.serve` one client can take all files or all memory, and nothing can hold it back (Deno 2.9).
   */
  readonly engine?: EngineName | "auto";
  /** Sockets that this process has inherited; without `port`, `addresses` and `redirectPort`, TCP is listened on nowhere else. */
  readonly sockets?: readonly InheritedSocket[];
  /**
   * The places that the parent of this worker holds for it: it listens on nothing else, and takes each out of the list;
   * default: it listens by itself.
   */
  readonly held?: HeldPlace[];
  /** Serves `wss:` and `https:`; default: neither. */
  readonly tls?: TlsOptions;
  /**
   * Whether the trusted peers speak the PROXY protocol in front of all else that they send; default false. Needs the
   * engine `node`.
   */
  readonly proxyProtocol?: boolean;
}

/** An engine and the reason for it. */
export interface Choice {
  readonly name: EngineName;
  /** For the log and `--check`. */
  readonly why: string;
}

/**
 * Loads the engine for what is asked of it.
 *
 * @param version The runtime's.
 * @throws {UsageError} If this runtime has no such engine.
 */
export async function chooseEngine(
  options: EngineOptions,
  version: string = Deno.version.deno,
): Promise<(dispatcher: Dispatcher) => Engine> {
  if (engineFor(options, version).name === "native") return nativeEngine;
  // Loaded only where it is used: it makes the start slower.
  const { nodeEngine } = await import("./node.ts");
  const { proxyProtocol } = options;
  if (!proxyProtocol) return nodeEngine;
  return (dispatcher) => nodeEngine(dispatcher, { proxyProtocol });
}

/**
 * Finds the engine for what is asked of it.
 *
 * @param version The runtime's.
 * @throws {UsageError} If this runtime has no such engine.
 */
export function engineFor(
  options: EngineOptions,
  version: string = Deno.version.deno,
): Choice {
  const { engine = "auto" } = options;
  const need = needOf(options);
  if (engine === "native" && need) throw new UsageError(need.notNative);
  if (engine === "native") return { name: "native", why: ASKED };
  // Before 2.8 `node:http` has no time limits, and before 2.7 `node:https` admits every client.
  const hasNode = isDenoSince(2, 8, version);
  if (!hasNode && (need || engine === "node")) {
    const option = need?.option ?? "--engine=node";
    throw new UsageError(`${option} needs Deno 2.8 or later, and this is Deno ${version}`);
  }
  if (!hasNode) {
    return { name: "native", why: `the other one needs Deno 2.8, and this is Deno ${version}` };
  }
  return { name: "node", why: engine === "node" ? ASKED : need?.why ?? SAFER };
}

const ASKED = "it was asked for";
const SAFER = "it can hold a client back, and one client cannot take all files or memory";

// By the name of the variable that brings them, as the start is what refuses them.
const SOCKETS = "LISTEN_FDS (socket activation)";

/** An option that only the engine `node` can serve. */
interface Need {
  /** The name, as a person has said it. */
  readonly option: string;
  readonly why: string;
  /** Why the other one cannot. */
  readonly notNative: string;
}

/** The first option that only the engine `node` can serve. */
function needOf({ tls, sockets = [], proxyProtocol }: EngineOptions): Need | undefined {
  if (sockets.length > 0) {
    return {
      option: SOCKETS,
      why: "sockets that are inherited need it",
      notNative:
        `${SOCKETS} cannot be used with --engine=native: Deno.serve listens on no descriptor; leave the engine out, or start the unit without its .socket`,
    };
  }
  if (proxyProtocol) {
    return {
      option: "--proxy-protocol",
      why: "the PROXY protocol needs it",
      notNative:
        "--proxy-protocol cannot be used with --engine=native: Deno.serve reads connections itself",
    };
  }
  const other = tls?.others?.[0];
  if (other) {
    return {
      option: "A second --sslcert",
      why: "several certificates need it",
      notNative:
        `--sslcert=${other.certFile}, a second one, cannot be used with --engine=native: Deno.serve has but one`,
    };
  }
  if (!tls?.caFile) return undefined;
  return {
    option: "--sslca",
    why: "client certificates need it",
    notNative: "--sslca cannot be used with --engine=native: it would admit every client",
  };
}
