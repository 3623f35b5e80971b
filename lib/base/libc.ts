const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
  bind: { parameters: ["i32", "buffer", "u32"], result: "i32" },
  listen: { parameters: ["i32", "i32"], result: "i32" },
  shutdown: { parameters: ["i32", "i32"], result: "i32" },
  setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  inet_pton: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  poll: { parameters: ["buffer", "u64", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  fcntl: { parameters: ["i32", "i32", "i32"], result: "i32" },
  getsockopt: { parameters: ["i32", "i32", "i32", "buffer", "buffer"], result: "i32" },
  getsockname: { parameters: ["i32", "buffer", "buffer"], result: "i32" },
  clock_gettime: { parameters: ["i32", "buffer"], result: "i32" },
  __errno_location: { parameters: [], result: "pointer" },
  strerror: { parameters: ["i32"], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

// The numbers of Linux, the same on all of its processors that Deno runs on.
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM_CLOEXEC = 0o2000001;
const SOCK_DGRAM_CLOEXEC = 0o2000002;
const MSG_DONTWAIT_NOSIGNAL = 0x4040;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const F_DUPFD_CLOEXEC = 1030;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
const SO_ACCEPTCONN = 30;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const POLLIN = 1;
const SHUT_RD = 0;
/** Connections that may wait to be accepted, as in Node; the system may have a lower limit. */
const BACKLOG = 511;
/** The codes by which what failed is known. */
const CODES: Readonly<Record<number, string>> = {
  13: "EACCES",
  98: "EADDRINUSE",
  99: "EADDRNOTAVAIL",
};
const CLOCK_MONOTONIC = 1;
/** Bytes of `struct sockaddr_un` with its path (unix(7)). */
const SOCKADDR_SIZE = 110;

/**
 * Calls of the C library of Linux for what the runtime has no call of its own (Deno 2.9): datagrams to a Unix
 * socket, and descriptors that this process has inherited, or passes on. To be disposed.
 */
export class Libc implements Disposable {
  readonly #library: Deno.DynamicLibrary<typeof SYMBOLS>;

  /**
   * Loads it.
   *
   * @throws {Error} If there is none, or the runtime may not load it.
   */
  constructor() {
    if (Deno.build.os !== "linux") throw new Error("only Linux has that");
    // Asks nobody: nobody would expect that.
    if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") {
      throw new Deno.errors.NotCapable("Deno allows that only with --allow-ffi or -A");
    }
    this.#library = Deno.dlopen("libc.so.6", SYMBOLS);
  }

  /**
   * Sends a datagram to a Unix socket, without waiting.
   *
   * @param path Its path, or a name that begins with `@` of the abstract namespace (unix(7)).
   * @throws {Error} If nobody takes it.
   */
  sendTo(path: string, message: string): void {
    const { socket, sendto, close } = this.#library.symbols;
    const address = unixAddress(path);
    const bytes = encoder.encode(message);
    const fd = this.#checked(socket(AF_UNIX, SOCK_DGRAM_CLOEXEC, 0));
    try {
      this.#checked(
        sendto(fd, bytes, BigInt(bytes.length), MSG_DONTWAIT_NOSIGNAL, address, address.length),
      );
    } finally {
      close(fd);
    }
  }

  /**
   * A socket that is bound to a TCP port and does not listen yet; no program inherits it.
   *
   * @param address An IP address, IPv6 without brackets; `::` takes IPv4 as well.
   * @param reusePort Whether others of this user may be bound to it, too (SO_REUSEPORT).
   * @throws {Error} With the `code` of what failed.
   */
  bindTcp(address: string, port: number, reusePort: boolean): number {
    const { socket, setsockopt, bind, inet_pton } = this.#library.symbols;
    const isV6 = address.includes(":");
    const family = isV6 ? AF_INET6 : AF_INET;
    // struct sockaddr_in6 and sockaddr_in: ipv6(7), ip(7).
    const bytes = new Uint8Array(isV6 ? 28 : 16);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, family, true);
    view.setUint16(2, port);
    if (inet_pton(family, encoder.encode(`${address}\0`), bytes.subarray(isV6 ? 8 : 4)) !== 1) {
      throw Object.assign(new Error("it is no IP address"), { code: "EADDRNOTAVAIL" });
    }
    const fd = this.#checked(socket(family, SOCK_STREAM_CLOEXEC, 0));
    const set = (level: number, name: number, value: number) => {
      this.#checked(setsockopt(fd, level, name, new Int32Array([value]), 4));
    };
    return this.#keepingIfDone(fd, () => {
      set(SOL_SOCKET, SO_REUSEADDR, 1);
      if (reusePort) set(SOL_SOCKET, SO_REUSEPORT, 1);
      if (isV6) set(IPPROTO_IPV6, IPV6_V6ONLY, 0);
      this.#checked(bind(fd, bytes, bytes.length));
    });
  }

  /**
   * A Unix socket that is listened on; no program inherits it.
   *
   * @throws {Error} With the `code` of what failed.
   */
  listenUnix(path: string): number {
    const { socket, bind } = this.#library.symbols;
    const address = unixAddress(path);
    const fd = this.#checked(socket(AF_UNIX, SOCK_STREAM_CLOEXEC, 0));
    return this.#keepingIfDone(fd, () => {
      this.#checked(bind(fd, address, address.length));
      this.listen(fd);
    });
  }

  /** Has clients wait at a socket until somebody accepts them. */
  listen(fd: number): void {
    this.#checked(this.#library.symbols.listen(fd, BACKLOG));
  }

  /** Has nobody come to a TCP socket until it listens again: who waits is reset, and its port stays its own. */
  unlisten(fd: number): void {
    this.#checked(this.#library.symbols.shutdown(fd, SHUT_RD));
  }

  /** The port of a TCP socket. */
  portOf(fd: number): number {
    return new DataView(this.#nameOf(fd).buffer).getUint16(2);
  }

  /** Whether somebody waits to be accepted. */
  hasWaiting(fd: number): boolean {
    const entry = new Int32Array([fd, POLLIN]);
    return this.#checked(this.#library.symbols.poll(entry, 1n, 0)) > 0;
  }

  /** Closes a descriptor. */
  close(fd: number): void {
    this.#checked(this.#library.symbols.close(fd));
  }

  /** Keeps programs from inheriting a descriptor. */
  keepFromPrograms(fd: number): void {
    this.#checked(this.#library.symbols.fcntl(fd, F_SETFD, FD_CLOEXEC));
  }

  /** Has what is started from now on inherit a descriptor. */
  passOn(fd: number): void {
    this.#checked(this.#library.symbols.fcntl(fd, F_SETFD, 0));
  }

  /** A second descriptor of the same socket, which no program inherits. */
  duplicate(fd: number): number {
    return Number(this.#checked(this.#library.symbols.fcntl(fd, F_DUPFD_CLOEXEC, 0)));
  }

  /** Whether a descriptor is a socket that clients can connect to. */
  isListening(fd: number): boolean {
    const value = new Int32Array(1);
    const length = new Uint32Array([4]);
    const { getsockopt } = this.#library.symbols;
    this.#checked(getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, value, length));
    return value[0] === 1;
  }

  /** The path of a Unix socket, with `@` as in `sendTo`; undefined where it is none. */
  pathOf(fd: number): string | undefined {
    const address = this.#nameOf(fd);
    if (new DataView(address.buffer).getUint16(0, true) !== AF_UNIX) return undefined;
    const name = decoder.decode(address.subarray(2));
    return name.startsWith("\0") ? `@${name.slice(1)}` : name.replace(/\0.*$/s, "");
  }

  /** The clock that the service manager compares with, in µs. */
  monotonic(): bigint {
    const time = new BigInt64Array(2);
    this.#checked(this.#library.symbols.clock_gettime(CLOCK_MONOTONIC, time));
    const [seconds = 0n, nanoseconds = 0n] = time;
    return seconds * 1_000_000n + nanoseconds / 1_000n;
  }

  [Symbol.dispose](): void {
    this.#library.close();
  }

  #nameOf(fd: number): Uint8Array<ArrayBuffer> {
    const address = new Uint8Array(128);
    const length = new Uint32Array([address.length]);
    this.#checked(this.#library.symbols.getsockname(fd, address, length));
    return address.subarray(0, length[0]);
  }

  #keepingIfDone(fd: number, prepare: () => void): number {
    try {
      prepare();
      return fd;
    } catch (error) {
      this.#library.symbols.close(fd);
      throw error;
    }
  }

  #checked<T extends number | bigint>(result: T): T {
    if (result >= 0) return result;
    const { __errno_location, strerror } = this.#library.symbols;
    const errno = __errno_location();
    const number = errno === null ? 0 : new Deno.UnsafePointerView(errno).getInt32();
    const text = strerror(number);
    const why = text === null ? `error ${number}` : new Deno.UnsafePointerView(text).getCString();
    const code = CODES[number];
    throw Object.assign(
      new Error(`${why} (os error ${number})`),
      code === undefined ? {} : { code },
    );
  }
}

/** `struct sockaddr_un` of a path, or of a name that begins with `@`. */
function unixAddress(path: string): Uint8Array<ArrayBuffer> {
  const name = encoder.encode(path.startsWith("@") ? `\0${path.slice(1)}` : path);
  if (name.length > SOCKADDR_SIZE - 2) throw new Error("its path is too long");
  const address = new Uint8Array(2 + name.length);
  new DataView(address.buffer).setUint16(0, AF_UNIX, true);
  address.set(name, 2);
  return address;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
