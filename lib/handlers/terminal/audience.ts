import { Batch } from "../../base/batch.ts";
import { HIGH_WATER_MARK } from "../../base/limits.ts";
import type { Decoder, Gauge } from "../../contract.ts";
import type { TerminalSize } from "../../process/pty/pty.ts";
import type { Close } from "../../process/status.ts";
import type { Screen } from "./screen.ts";
import type { Seat } from "./seat.ts";
import { Whole } from "./whole.ts";

/** A client among others at a terminal. */
interface Viewer {
  readonly seat: Seat;
  size: TerminalSize | undefined;
  /** Whether it is so far behind that it gets the screen as it is then, in place of how that came about. */
  skips: boolean;
}

// Bytes that may wait to be drawn.
const UNDRAWN = 64 * 1024;

/**
 * The clients at one terminal, and its screen. All see the same, in the size of the smallest. The program writes no
 * faster than the one that reads fastest; who is behind that is not waited for.
 */
export class Audience implements Gauge, Decoder {
  readonly #screen: Screen;
  readonly #viewers = new Map<Seat, Viewer>();
  readonly #whole = new Whole();
  readonly #resize: (size: TerminalSize) => void;
  #size: TerminalSize;
  #moved = Promise.withResolvers<void>();

  /** @param resize Is told of another size than the screen has now. */
  constructor(screen: Screen, size: TerminalSize, resize: (size: TerminalSize) => void) {
    this.#screen = screen;
    this.#size = size;
    this.#resize = resize;
  }

  get size(): TerminalSize {
    return this.#size;
  }

  /** Lets a client in, which gets what is on the screen. */
  join(seat: Seat, size: TerminalSize | undefined): void {
    const viewer = { seat, size, skips: false };
    this.#viewers.set(seat, viewer);
    this.#fit();
    this.#show(viewer);
    this.#move();
  }

  /** Lets a client out; a second time does nothing. */
  leave(seat: Seat): void {
    if (!this.#viewers.delete(seat)) return;
    this.#fit();
    this.#move();
  }

  /** A client has another size. */
  sized(seat: Seat, size: TerminalSize): void {
    const viewer = this.#viewers.get(seat);
    if (!viewer) return;
    viewer.size = size;
    this.#fit();
  }

  /** Closes all after what they were sent. */
  close({ code, reason }: Close): void {
    const seats = [...this.#viewers.keys()];
    this.#viewers.clear();
    for (const seat of seats) seat.close(code, reason);
    this.#move();
  }

  push(chunk: Uint8Array): number {
    this.#draw(this.#whole.push(chunk));
    return 1;
  }

  end(): void {
    this.#draw(this.#whole.end());
  }

  /** Resolves when all is drawn, and sent. */
  async drawn(): Promise<void> {
    while (this.#screen.waiting > 0) await this.#screen.moved;
  }

  get bufferedAmount(): number {
    return this.#screen.waiting > UNDRAWN || this.#isBehind ? 2 * HIGH_WATER_MARK : 0;
  }

  async drained(): Promise<void> {
    while (this.bufferedAmount > 0) {
      if (this.#screen.waiting > UNDRAWN) await this.#screen.moved;
      else {
        const seats = Array.from(this.#viewers.keys(), (seat) => seat.drained());
        await Promise.race([this.#moved.promise, ...seats]);
      }
    }
  }

  /** Whether everybody is behind, and somebody is there. */
  get #isBehind(): boolean {
    for (const { seat } of this.#viewers.values()) if (!seat.isBehind) return false;
    return this.#viewers.size > 0;
  }

  #draw(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    // When it is drawn, so that a client that comes gets it once: on the screen, or behind it.
    this.#screen.write(bytes, () => {
      const batch = Batch.of(bytes);
      for (const viewer of this.#viewers.values()) this.#send(viewer, batch);
    });
  }

  #send(viewer: Viewer, batch: Batch): void {
    if (viewer.skips) return;
    if (!viewer.seat.isBehind) return viewer.seat.send(batch);
    viewer.skips = true;
    viewer.seat.drained().then(() => {
      viewer.skips = false;
      if (this.#viewers.has(viewer.seat)) this.#show(viewer);
    });
  }

  #show({ seat }: Viewer): void {
    seat.send(Batch.of(encoder.encode(this.#screen.picture())));
  }

  /** The size of the smallest, so that everybody sees all of it. */
  #fit(): void {
    const sizes = [...this.#viewers.values()].flatMap(({ size }) => size ?? []);
    // Who has said nothing takes what there is; and it stays as it is where nobody is left.
    if (sizes.length === 0) return;
    const columns = Math.min(...sizes.map((size) => size.columns));
    const rows = Math.min(...sizes.map((size) => size.rows));
    if (columns === this.#size.columns && rows === this.#size.rows) return;
    this.#size = { columns, rows };
    this.#screen.resize(this.#size);
    this.#resize(this.#size);
    for (const seat of this.#viewers.keys()) seat.tell({ ...this.#size });
  }

  #move(): void {
    this.#moved.resolve();
    this.#moved = Promise.withResolvers<void>();
  }
}

const encoder = new TextEncoder();
