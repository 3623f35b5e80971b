import { messageOf } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { MAX_FRAME, type Outgoing, ServiceChannel } from "./service_channel.ts";
import { CLOSED, SERVICE_NAMES, type ServiceName, SERVICES } from "./services.ts";

const log = new Log();

// Bytes of a length and of the service's byte.
const LENGTH = 4;
const HEAD = LENGTH + 1;
// Bytes that are read or written at once, where frames are short.
const CHUNK = 64 * 1024;

/**
 * One way for all services between the parent and a worker: a Unix socket with frames, each behind its length (4 bytes,
 * the highest first) and the byte of its service, which the length counts as well. The services take turns, frame by
 * frame, so that none waits for all that another has to say.
 */
export class Link {
  readonly #conn: Deno.Conn;
  /** The way of each service. */
  readonly channels: Readonly<Record<ServiceName, ServiceChannel>>;
  readonly #channels: ReadonlyMap<number, ServiceChannel>;
  readonly #end = Promise.withResolvers<void>();
  readonly #out: Uint8Array<ArrayBuffer> = new Uint8Array(CHUNK);
  /** Bytes of that which are gathered, and the frames that they are of. */
  #used = 0;
  readonly #unsaid: [ServiceChannel, Outgoing][] = [];
  #isWriting = false;
  #isClosed = false;

  /** @param conn It belongs to the link from now on. */
  constructor(conn: Deno.Conn) {
    this.#conn = conn;
    const make = () => new ServiceChannel(() => this.#write());
    this.channels = { control: make(), bus: make(), ledger: make(), ask: make() };
    this.#channels = new Map(SERVICE_NAMES.map((name) => [SERVICES[name], this.channels[name]]));
    this.#read().then(() => this.close(), (error) => this.#broken(error));
  }

  /** Resolves when the other end has gone, or `close` was called. */
  get closed(): Promise<void> {
    return this.#end.promise;
  }

  /** Ends all of it at once; who wants that all is sent waits for `drained(0)` of its channel before. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
    for (const channel of this.#channels.values()) channel.gone();
    this.#end.resolve();
  }

  #broken(error: unknown): void {
    if (!this.#isClosed) log.debug("server", `The way between workers broke: ${messageOf(error)}`);
    this.close();
  }

  #write(): void {
    if (this.#isWriting || this.#isClosed) return;
    this.#isWriting = true;
    this.#writeAll().catch((error) => this.#broken(error));
  }

  async #writeAll(): Promise<void> {
    // What is said in one turn goes out at once.
    await undefined;
    for (let some = true; some && !this.#isClosed;) {
      some = false;
      for (const [service, channel] of this.#channels) {
        const frame = channel.next();
        if (!frame) continue;
        some = true;
        await this.#put(service, channel, frame);
      }
      if (!some && this.#used > 0) {
        await this.#flush();
        // Some may have come meanwhile.
        some = true;
      }
    }
    this.#isWriting = false;
  }

  /** Gathers short frames, and writes a long one. */
  async #put(service: number, channel: ServiceChannel, frame: Outgoing): Promise<void> {
    const { bytes } = frame;
    const length = bytes?.length ?? 0;
    if (this.#used + HEAD + length > CHUNK) await this.#flush();
    new DataView(this.#out.buffer).setUint32(this.#used, length + 1);
    this.#out[this.#used + LENGTH] = bytes ? service : service | CLOSED;
    this.#used += HEAD;
    this.#unsaid.push([channel, frame]);
    if (!bytes) return;
    if (this.#used + length <= CHUNK) {
      this.#out.set(bytes, this.#used);
      this.#used += length;
      return;
    }
    await this.#send(this.#out.subarray(0, this.#used));
    this.#used = 0;
    await this.#send(bytes);
    this.#told();
  }

  async #flush(): Promise<void> {
    await this.#send(this.#out.subarray(0, this.#used));
    this.#used = 0;
    this.#told();
  }

  #told(): void {
    for (const [channel, frame] of this.#unsaid.splice(0)) {
      if (!this.#isClosed) channel.written(frame);
    }
  }

  async #send(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#conn.write(bytes.subarray(at));
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(CHUNK);
    const view = new DataView(buffer.buffer);
    let start = 0;
    let end = 0;
    for (;;) {
      while (end - start >= HEAD) {
        const length = view.getUint32(start);
        const service = buffer[start + LENGTH] as number;
        if (length === 0 || length > MAX_FRAME + 1) throw new Error("it is none of ours");
        const next = start + LENGTH + length;
        let frame;
        if (next <= end) {
          frame = buffer.slice(start + HEAD, next);
          start = next;
        } else if (LENGTH + length > CHUNK) {
          frame = new Uint8Array(length - 1);
          frame.set(buffer.subarray(start + HEAD, end));
          if (!await this.#fill(frame, end - start - HEAD)) return;
          start = end = 0;
        } else break;
        await this.#deliver(service, frame);
        if (this.#isClosed) return;
      }
      buffer.copyWithin(0, start, end);
      end -= start;
      start = 0;
      const count = await this.#conn.read(buffer.subarray(end));
      if (count === null) return;
      end += count;
    }
  }

  async #fill(frame: Uint8Array, from: number): Promise<boolean> {
    for (let at = from; at < frame.length;) {
      const count = await this.#conn.read(frame.subarray(at));
      if (count === null) return false;
      at += count;
    }
    return true;
  }

  #deliver(service: number, frame: Uint8Array): Promise<void> | undefined {
    const channel = this.#channels.get(service & ~CLOSED);
    if (!channel) throw new Error(`there is no service ${service}`);
    if (!(service & CLOSED)) return channel.receive(frame);
    channel.gone();
    return undefined;
  }
}
