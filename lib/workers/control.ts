import type { CommonLine } from "../base/log.ts";
import type { Channel } from "../bus/bus.ts";
import type { InheritedSocket } from "../listen/inherited_socket.ts";
import type { ListenOptions } from "../listen/listen.ts";
import type { AdminPlace } from "../options/admin_place.ts";
import type { HeldPlace } from "../listen/held_place.ts";

/** The places of a worker: those of the parent, whatever a configuration file says meanwhile. */
export interface WorkerPlaces {
  readonly listen: Pick<
    ListenOptions,
    "port" | "addresses" | "redirectPort" | "unixSocket" | "engine"
  >;
  readonly admin?: AdminPlace;
  readonly held: readonly HeldPlace[];
  /** Sockets that the parent has inherited itself. */
  readonly sockets: readonly InheritedSocket[];
}

/** The words of the parent. */
export type Order =
  /** The first: what the worker is, and what it listens on. */
  | {
    readonly kind: "welcome";
    readonly number: number;
    readonly count: number;
    readonly places: WorkerPlaces;
  }
  /** Asks whether it is alive, and what it has to do. */
  | { readonly kind: "ping" }
  /** Changed files are to be taken up, routes only where there may be some; whether the log is told what there is then. */
  | { readonly kind: "reload"; readonly routes: boolean; readonly tells: boolean }
  /** Replaced: it listens no more, gives what there is its time, and ends. */
  | { readonly kind: "retire" }
  /** Ends it gracefully: where it drains, what there is has its time first. */
  | { readonly kind: "end"; readonly drains: boolean }
  /** Ends it at once. */
  | { readonly kind: "quit" };

/** The words of a worker. */
export type Report =
  /** The first: which process it is. */
  | { readonly kind: "hello"; readonly pid: number }
  /** Ready: it serves. */
  | {
    readonly kind: "ready";
    /** Lines for the log that say what is served. */
    readonly lines: readonly string[];
    readonly addresses: readonly string[];
    readonly shutdownMs: number;
  }
  /** The answer to `ping`. */
  | {
    readonly kind: "pong";
    readonly connections: number;
    readonly requests: number;
    readonly quietMs: number;
  }
  /** The answer to `reload`: why it was none, which the log knows. */
  | { readonly kind: "reloaded"; readonly failed?: string }
  /** A module was seen to change. */
  | { readonly kind: "changed" }
  /** A line for the log, which others have as well. */
  | { readonly kind: "line"; readonly line: CommonLine };

/** The words that one side says and the other takes, each in a frame as JSON. */
export interface Talk<Said, Heard> {
  say(words: Said): void;
  /** Takes them from now on; those from before first. */
  hear(take: (words: Heard) => void): void;
}

/** Speaks over the channel of `control`; the other side is the same program. */
export function talk<Said, Heard>(channel: Channel): Talk<Said, Heard> {
  return {
    say: (words) => channel.send(encoder.encode(JSON.stringify(words))),
    hear: (take) => channel.listen((frame) => take(JSON.parse(decoder.decode(frame)))),
  };
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
