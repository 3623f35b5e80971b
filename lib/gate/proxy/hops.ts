/** A proxy's word about whom it has a request from. */
export interface Hop {
  /** The client's address, with or without its port, as it was sent; undefined where it says none. */
  readonly client?: string | undefined;
  /** The scheme that was asked for. */
  readonly proto?: string | undefined;
  /** The host that was asked for. */
  readonly host?: string | undefined;
}

/** Headers, as far as they are asked for by name. */
export type HeadersSent = Pick<Headers, "get">;

/**
 * The word of each proxy on the way of a request, the nearest one's first. It ends where nothing follows that can be
 * understood. What is behind the hop at which its reader stops is not even looked at: it is the client's to write.
 */
export type Hops = Iterable<Hop>;

/** How a proxy says whom it has a request from. */
export interface HopHeader {
  /** The header that has the client's address. */
  readonly name: string;
  /** Reads what the proxies have said; nothing where the header is not there. */
  hops(headers: HeadersSent): Hops;
}
