import { joined } from "./bytes.ts";

/** A TCP or Unix socket on this machine that a server connects to. */
export class Target implements Disposable {
  /** `127.0.0.1:PORT` or `unix:PATH`, as `tcp` takes it. */
  readonly address: string;
  readonly #listener: Deno.Listener;

  private constructor(address: string, listener: Deno.Listener) {
    this.address = address;
    this.#listener = listener;
  }

  /** Listens on a free port. */
  static tcp(): Target {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    return new Target(`127.0.0.1:${listener.addr.port}`, listener);
  }

  /** Listens on a Unix socket. */
  static unix(path: string): Target {
    return new Target(`unix:${path}`, Deno.listen({ transport: "unix", path }));
  }

  /** The next who connects. */
  async accept(): Promise<Deno.Conn> {
    return await this.#listener.accept();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
  }
}

/** What comes from a connection up to its end, or up to so many bytes. */
export async function readAll(conn: Deno.Conn, most = Infinity): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  while (length < most) {
    const part = new Uint8Array(Math.min(65536, most - length));
    const count = await conn.read(part);
    if (count === null) break;
    parts.push(part.subarray(0, count));
    length += count;
  }
  return joined(parts);
}

/** Bytes that are hardly ever the same as those before them. */
export function someBytes(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  for (let index = 0, value = 1; index < length; index++) {
    value = (Math.imul(value, 1664525) + 1013904223) >>> 0;
    bytes[index] = value >>> 24;
  }
  return bytes;
}
