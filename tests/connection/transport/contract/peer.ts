import { RawClient } from "../../../support/client.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A client that says in a few words which frames come; of a session, none of those that are its own. */
export class Peer implements Disposable {
  readonly client: RawClient;

  constructor(client: RawClient) {
    this.client = client;
  }

  /**
   * The next frame: `text:…`, `bytes:…`, `ping:…`, `pong:…`, `close:CODE REASON`, or `gone`. One that begins a message
   * in parts is `text(…`, those that go on with it are `+…`, and the last is `)…`.
   */
  async next(): Promise<string> {
    for (;;) {
      const found = await this.#frame();
      if (!found.startsWith("text:\x10")) return found;
    }
  }

  /** The next so many frames. */
  async some(count: number): Promise<string[]> {
    const found: string[] = [];
    while (found.length < count) found.push(await this.next());
    return found;
  }

  async #frame(): Promise<string> {
    const head = await this.client.raw(2).catch(() => undefined);
    if (!head) return "gone";
    const [first = 0, second = 0] = head;
    const data = await this.client.raw(await this.#length(second));
    const text = data.length > 1000 ? `${data.length} bytes` : decoder.decode(data);
    const [isLast, opcode] = [first >= 0x80, first & 15];
    if (opcode === 0) return `${isLast ? ")" : "+"}${text}`;
    if (opcode === 1) return `text${isLast ? ":" : "("}${text}`;
    if (opcode === 2) return `bytes${isLast ? ":" : "("}${text}`;
    if (opcode === 9) return `ping:${text}`;
    if (opcode === 10) return `pong:${text}`;
    const code = data.length < 2 ? 1005 : (data[0] as number) << 8 | (data[1] as number);
    return `close:${code} ${decoder.decode(data.subarray(2))}`.trimEnd();
  }

  async #length(short: number): Promise<number> {
    if (short < 126) return short;
    const more = await this.client.raw(short === 126 ? 2 : 8);
    return Number(more.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n));
  }

  /** Drops the connection. */
  [Symbol.dispose](): void {
    this.client[Symbol.dispose]();
  }
}
