import type { PaceOptions } from "../pace.ts";
import type { Compression } from "./deflate/compression.ts";
import type { PingTimes } from "./pings.ts";

/** Options of a WebSocket of the engine `node`. */
export interface NodeTransportOptions extends PingTimes {
  /** Bytes of a message; 0 means no limit. */
  readonly maxFrameSize: number;
  /** Milliseconds in which a client has to answer a close frame; default 10,000. */
  readonly closeTimeout?: number;
  /** The terms on which messages may be compressed; default: none are. */
  readonly compression?: Compression | undefined;
  /** The rates that the client is held to in frames that carry no message; default: none. */
  readonly rates?: PaceOptions;
  /** Called when it is held back for one of them, with the name of that, once. */
  readonly held?: (limit: string) => void;
}
