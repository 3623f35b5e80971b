/** The name of an engine. */
export type EngineName = "native" | "node";

/** Names to ask for an engine by: its own, or `auto` for whichever serves best. */
export const ENGINES = ["auto", "native", "node"] as const satisfies (EngineName | "auto")[];

/** The place where an engine shall listen: a TCP port of an address, or a Unix socket. */
export type Place = { readonly hostname: string; readonly port: number } | SocketFile;

/** A Unix socket. */
export interface SocketFile {
  readonly path: string;
  /** The socket's permissions, set by whoever asks the engine to listen; for one that listens again. */
  readonly mode?: number;
}

/** Certificates and a key for TLS, in PEM. */
export interface Credentials {
  /** The certificate and what it is signed by. */
  readonly cert: string;
  /** The certificate's private key. */
  readonly key: string;
  /** Authorities of which a client needs a certificate. */
  readonly ca?: string;
}

/** Turns requests into connections; an engine MUST NOT let anybody feel which one it is. */
export interface Engine {
  /**
   * Listens on one place.
   *
   * @throws Whatever the system says.
   */
  listen(place: Place, credentials?: Credentials): Promise<Bound>;
}

/** A place that is listened on. */
export interface Bound {
  /** The TCP port; 0 on a Unix socket. */
  readonly port: number;
  /** New connections get these; undefined where the engine cannot change them. */
  readonly renew?: (credentials: Credentials) => void;
  /** Accepts nothing more; resolves when all answers are out. */
  shutdown(): Promise<void>;
}
