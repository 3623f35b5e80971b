import { type PtyCalls, ptyCalls } from "./calls.ts";
import { readiness } from "./readiness.ts";

/** The streams of a program that are on a pseudo-terminal: all three, or its output alone, as it is written. */
export type PtyStreams = "all" | "stdout";

/** Characters of a terminal, across and down. */
export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/** Options of {@linkcode Pty}. */
export interface PtyOptions {
  readonly streams: PtyStreams;
  /** Default 80 × 24. */
  readonly size?: TerminalSize | undefined;
  /** The user that its program runs as; default: the server's. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
}

// fcntl(2), ioctl_tty(2): the same numbers on all processors of Linux that Deno runs on.
const READ_WRITE_NOCTTY_CLOEXEC = 0o2 | 0o400 | 0o2000000;
const NONBLOCK = 0o4000;
const TIOCSWINSZ = 0x5414n;
const TCSANOW = 0;
/** More than `struct termios` has. */
const TERMIOS_SIZE = 128;

const CHUNK = 16 * 1024;

// More bytes than the system holds of what was written to a terminal (Linux: some 12 KiB).
const HELD = 64 * 1024;

/**
 * The server's side of a pseudo-terminal (pty(7)): what a program writes to the other side is its output, what is
 * written to its input is typed.
 *
 * Its output ends when nobody has the other side open any more; where it has all streams of a program, with that
 * program, whatever it has left in the background, as any terminal does. To abort its input, or to cancel its output,
 * is to hang up: the session at the other side gets SIGHUP.
 */
export class Pty implements Disposable {
  /** The path of the other side. */
  readonly path: string;
  readonly streams: PtyStreams;
  /** Read no faster than it is taken, so that the program waits. */
  readonly output: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly input: WritableStream<Uint8Array>;
  readonly #calls: PtyCalls;
  #fd: number;
  #key = 0;
  /** Bytes that are read at most, now that its program has ended: others may go on to write. */
  #left: number | undefined;

  /** @throws {Error} If the system has none left, or none at all. */
  constructor({ streams, size, owner }: PtyOptions) {
    const calls = this.#calls = ptyCalls();
    this.streams = streams;
    this.#fd = calls.posix_openpt(READ_WRITE_NOCTTY_CLOEXEC | NONBLOCK);
    if (this.#fd < 0) throw new Error("the system opens no pseudo-terminal (/dev/ptmx)");
    try {
      this.path = this.#unlocked();
      this.#key = readiness.watch(this.#fd);
      if (owner) calls.chown(pathBytes(this.path), owner.uid, owner.gid);
      if (streams === "stdout") this.#makeRaw();
      this.resize(size ?? { columns: 80, rows: 24 });
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
    this.output = new ReadableStream({
      type: "bytes",
      autoAllocateChunkSize: CHUNK,
      pull: (controller) => this.#pull(controller),
      cancel: () => this[Symbol.dispose](),
    });
    this.input = new WritableStream({
      start: ({ signal }) => signal.addEventListener("abort", () => this[Symbol.dispose]()),
      write: (chunk) => this.#write(chunk),
    });
  }

  /** Tells the program how large its terminal is: it gets SIGWINCH where that is new. */
  resize({ columns, rows }: TerminalSize): void {
    if (this.#fd < 0) return;
    this.#calls.ioctl(this.#fd, TIOCSWINSZ, new Uint16Array([rows, columns, 0, 0]));
  }

  /** Ends the output behind what is there, also of a program that has never opened the other side. */
  programEnded(): void {
    if (this.#fd < 0) return;
    if (this.streams === "all") {
      this.#left = HELD;
      return readiness.wake(this.#key);
    }
    const other = this.#calls.open(pathBytes(this.path), READ_WRITE_NOCTTY_CLOEXEC);
    if (other >= 0) this.#calls.close(other);
  }

  /** Hangs up; a second time does nothing. */
  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    readiness.forget(this.#key);
    this.#calls.close(this.#fd);
    this.#fd = -1;
  }

  #unlocked(): string {
    const name = new Uint8Array(128);
    const calls = this.#calls;
    const fails = calls.grantpt(this.#fd) !== 0 || calls.unlockpt(this.#fd) !== 0 ||
      calls.ptsname_r(this.#fd, name, BigInt(name.length)) !== 0;
    if (fails) throw new Error("the system does not open the other side of its pseudo-terminal");
    return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
  }

  /** Makes what is written come out as it is, and echoes nothing. */
  #makeRaw(): void {
    const termios = new Uint8Array(TERMIOS_SIZE);
    this.#calls.tcgetattr(this.#fd, termios);
    this.#calls.cfmakeraw(termios);
    this.#calls.tcsetattr(this.#fd, TCSANOW, termios);
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    // The stream always has one: it allocates where its reader does not.
    const request = controller.byobRequest;
    const view = request?.view;
    if (!request || !view) return;
    const room = new Uint8Array(view.buffer as ArrayBuffer, view.byteOffset, view.byteLength);
    let length = this.#read(room);
    while (length === 0 && this.#left === undefined && await readiness.ready(this.#key, "in")) {
      length = this.#read(room);
    }
    if (length > 0) return request.respond(length);
    this[Symbol.dispose]();
    controller.close();
    request.respond(0);
  }

  /** Reads what is there: the system hands out a terminal's output in pieces of up to 4 KiB. */
  #read(room: Uint8Array<ArrayBuffer>): number {
    const most = Math.min(room.length, this.#left ?? Infinity);
    let length = 0;
    while (length < most && this.#fd >= 0) {
      const part = room.subarray(length, most);
      const count = Number(this.#calls.read(this.#fd, part, BigInt(part.length)));
      if (count <= 0) break;
      length += count;
    }
    if (this.#left !== undefined) this.#left -= length;
    return length;
  }

  async #write(chunk: Uint8Array): Promise<void> {
    for (let at = 0; at < chunk.length;) {
      if (this.#fd < 0) throw new Deno.errors.BrokenPipe("the terminal was hung up");
      const part = new Uint8Array(chunk.subarray(at));
      const count = Number(this.#calls.write(this.#fd, part, BigInt(part.length)));
      if (count > 0) at += count;
      else if (!await readiness.ready(this.#key, "out")) {
        throw new Deno.errors.BrokenPipe("nobody has the terminal open");
      }
    }
  }
}

function pathBytes(path: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${path}\0`);
}
