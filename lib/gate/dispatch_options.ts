import type { Meter } from "../base/meter.ts";
import type { Permits } from "../base/permits.ts";
import type { Bus } from "../bus/bus.ts";
import type { Ended } from "../connection/ending_sentence.ts";
import type { Header } from "../connection/ticket.ts";
import type { EntryLedger } from "./entry/entry_book.ts";
import type { ForwardingOptions } from "./proxy/forwarding.ts";
import type { Route, RouteOptions } from "./route.ts";

/** Options of a dispatcher, which decides about all requests of a server. */
export interface DispatchOptions extends RouteOptions, ForwardingOptions {
  /** Routes, of which the first that matches, and does what is asked for, wins. */
  readonly routes: readonly Route[];
  /** Permits for the processes that may run at once; default 1024. */
  readonly processes?: Permits;
  /** Knows who has come to all servers that are one, whose limits hold together; default: this is the only one. */
  readonly ledger?: EntryLedger;
  /** Counts what the server does; default: nobody does. */
  readonly meter?: Meter;
  /** Finds the name of a client's address; default: the address stays. */
  readonly lookup?: (address: string) => Promise<string>;
  /**
   * A prefix of all paths, as `/app`, which routes do not see: the answer to what is not below it is 404; default:
   * none.
   */
  readonly basePath?: string;
  /** Takes one connection in all, and refuses others with 503; default false. */
  readonly once?: boolean;
  /**
   * Joins its rooms, shared processes and sessions with those of other servers; whoever has made it disposes it, behind
   * the server. Default: they are its own.
   */
  readonly bus?: Bus;
  /** Is told of each connection that has ended, as soon as its program has. */
  readonly ended?: (ended: Ended) => void;
  /** Headers of a 101 answer. */
  readonly headersWs?: readonly Header[];
  /** Headers of all other answers. */
  readonly headersHttp?: readonly Header[];
}
