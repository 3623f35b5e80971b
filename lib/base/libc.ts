const SYMBOLS = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
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
const SOCK_DGRAM_CLOEXEC = 0o2000002;
const MSG_DONTWAIT_NOSIGNAL = 0x4040;
const F_SETFD = 2;
const FD_CLOEXEC = 1;
const F_DUPFD_CLOEXEC = 1030;
const SOL_SOCKET = 1;
const SO_ACCEPTCONN = 30;
const CLOCK_MONOTONIC = 1;
/** Bytes of `struct sockaddr_un` with its path (unix(7)). */
const SOCKADDR_SIZE = 110;

/**
 * Calls of the C library of Linux for what the runtime has no call of its own (Deno 2.9): datagrams to a Unix
 * socket, and descriptors that this process has inherited. To be disposed.
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
    const name = encoder.encode(path.startsWith("@") ? `\0${path.slice(1)}` : path);
    if (name.length > SOCKADDR_SIZE - 2) throw new Error("its path is too long");
    const address = new Uint8Array(2 + name.length);
    new DataView(address.buffer).setUint16(0, AF_UNIX, true);
    address.set(name, 2);
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

  /** Keeps programs from inheriting a descriptor. */
  keepFromPrograms(fd: number): void {
    this.#checked(this.#library.symbols.fcntl(fd, F_SETFD, FD_CLOEXEC));
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
    const address = new Uint8Array(128);
    const length = new Uint32Array([address.length]);
    this.#checked(this.#library.symbols.getsockname(fd, address, length));
    if (new DataView(address.buffer).getUint16(0, true) !== AF_UNIX) return undefined;
    const name = decoder.decode(address.subarray(2, length[0]));
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

  #checked<T extends number | bigint>(result: T): T {
    if (result >= 0) return result;
    const { __errno_location, strerror } = this.#library.symbols;
    const errno = __errno_location();
    const number = errno === null ? 0 : new Deno.UnsafePointerView(errno).getInt32();
    const text = strerror(number);
    const why = text === null ? `error ${number}` : new Deno.UnsafePointerView(text).getCString();
    throw new Error(`${why} (os error ${number})`);
  }
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();
