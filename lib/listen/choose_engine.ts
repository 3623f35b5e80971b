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
 * Finds the engine for what is asked of it.
 *
 * @param version The runtime's.
 * @throws {UsageError} If this runtime has no such engine.
 */
export async function chooseEngine(
  options: EngineOptions,
  version: string = Deno.version.deno,
): Promise<(dispatcher: Dispatcher) => Engine> {
  const { tls, proxyProtocol = false } = options;
  const { name } = engineFor(options, version);
  const inherits = hasSockets(options);
  if (name === "native") {
    if (inherits) {
      throw new UsageError(
        `${SOCKETS} cannot be used with --engine=native: Deno.serve listens on no descriptor; leave the engine out, or start the unit without its .socket`,
      );
    }
    if (proxyProtocol) throw new UsageError(NO_PROXY_PROTOCOL);
    if (tls?.others?.length) {
      throw new UsageError(
        `A second certificate, "${
          tls.others[0]?.certFile
        }", cannot be used with --engine=native: Deno.serve has but one`,
      );
    }
    if (!tls?.caFile) return nativeEngine;
    throw new UsageError(
      "--sslca cannot be used with --engine=native: it would admit every client",
    );
  }
  if (!hasNode(version)) {
    const option = tls?.caFile
      ? "--sslca"
      : tls?.others?.length
      ? "A second --sslcert"
      : inherits
      ? SOCKETS
      : proxyProtocol
      ? "--proxy-protocol"
      : "--engine=node";
    throw new UsageError(`${option} needs Deno 2.8 or later, and this is Deno ${version}`);
  }
  // Loaded only where it is used: it makes the start slower.
  const { nodeEngine } = await import("./node.ts");
  if (!proxyProtocol) return nodeEngine;
  return (dispatcher) => nodeEngine(dispatcher, { proxyProtocol });
}

/** Why an option cannot be had. */
export const NO_PROXY_PROTOCOL =
  "--proxy-protocol cannot be used with --engine=native: Deno.serve reads connections itself";

/** The engine that is chosen, whether this runtime has it or not. */
export function engineFor(
  options: EngineOptions,
  version: string = Deno.version.deno,
): Choice {
  const { engine = "auto", tls, proxyProtocol } = options;
  if (engine !== "auto") return { name: engine, why: "it was asked for" };
  if (tls?.caFile) return { name: "node", why: "client certificates need it" };
  if (tls?.others?.length) return { name: "node", why: "several certificates need it" };
  if (hasSockets(options)) return { name: "node", why: "sockets that are inherited need it" };
  if (proxyProtocol) return { name: "node", why: "the PROXY protocol needs it" };
  if (hasNode(version)) {
    return {
      name: "node",
      why: "it can hold a client back, and one client cannot take all files or memory",
    };
  }
  return { name: "native", why: `the other one needs Deno 2.8, and this is Deno ${version}` };
}

// By the name of the variable that brings them, as the start is what refuses them.
const SOCKETS = "LISTEN_FDS (socket activation)";

function hasSockets({ sockets = [] }: EngineOptions): boolean {
  return sockets.length > 0;
}

/** Before 2.8 `node:http` has no time limits, and before 2.7 `node:https` admits every client. */
function hasNode(version: string): boolean {
  return isDenoSince(2, 8, version);
}
