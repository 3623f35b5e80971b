/** The name of an engine. */
export type EngineName = "native" | "node";

/** The place where an engine shall listen: a TCP port of an address, a Unix socket, or an inherited socket. */
export type Place = TcpPlace | SocketFile | Handle;

/** A TCP port of an address. */
export interface TcpPlace {
  readonly hostname: string;
  readonly port: number;
  /** Whether other processes listen there as well (SO_REUSEPORT); default false. */
  readonly reusePort?: boolean;
}

/** A socket that is listened on already, by its descriptor. */
export interface Handle {
  readonly fd: number;
  /** The path of a Unix socket. */
  readonly unix?: string;
}

/** A Unix socket. */
export interface SocketFile {
  readonly path: string;
  /** The socket's permissions, set by whoever asks the engine to listen; for one that listens again. */
  readonly mode?: number;
  /** The socket's owner, the same way; only with a mode. */
  readonly owner?: FileOwner;
}

/** User and group that a file is given to; null leaves that as it is. */
export interface FileOwner {
  readonly uid: number | null;
  readonly gid: number | null;
  /** As a person named it. */
  readonly name: string;
}

/** A certificate and its key, in PEM. */
export interface CertifiedKey {
  /** The certificate and what it is signed by. */
  readonly cert: string;
  /** The certificate's private key. */
  readonly key: string;
}

/** Certificates and keys for TLS, in PEM. */
export interface Credentials extends CertifiedKey {
  /** Further ones, for clients that ask for one of their names; not for every engine. */
  readonly others?: readonly CertifiedKey[];
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
  /** The address of a TCP port; who was told where to listen need not say it. */
  readonly hostname?: string;
  /** New connections get these; undefined where the engine cannot change them. */
  readonly renew?: (credentials: Credentials) => void;
  /** Accepts nothing more, and goes on with what is connected; undefined where the engine cannot. */
  readonly retire?: () => void;
  /** Accepts nothing more; resolves when all answers are out. */
  shutdown(): Promise<void>;
}
