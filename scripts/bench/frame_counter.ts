const CLOSE = 8;
const LONGEST_HEADER = 10;

/**
 * Counts the messages in what a server sends, without looking at their payload.
 *
 * Takes the bytes in chunks of any size and reads nothing but frame headers (RFC 6455 §5.2), so
 * that the load client stays cheaper than any server it measures. Pings go unanswered: no item of
 * the bench lasts as long as a ping interval.
 */
export class FrameCounter {
  /** Complete messages that arrived. */
  messages = 0;
  /** Bytes of payload in them. */
  payloadBytes = 0;
  /** Whether a close frame arrived. */
  closed = false;

  /** Bits that no frame may have. */
  readonly #reserved: number;
  #skip = 0;
  readonly #header = new Uint8Array(LONGEST_HEADER);
  #headerBytes = 0;

  /** @param compressed Whether messages may be compressed; what they are is not looked at. */
  constructor(compressed = false) {
    this.#reserved = compressed ? 0x30 : 0x70;
  }

  /**
   * Counts what is in the next chunk.
   *
   * @param chunk The bytes that follow those of the last call.
   * @throws {Error} If a frame is masked or uses an extension, which no server may do here.
   */
  push(chunk: Uint8Array): void {
    let at = 0;
    if (this.#headerBytes > 0) at = this.#finishHeader(chunk);
    if (this.#headerBytes > 0) return;
    const end = chunk.length;
    for (;;) {
      if (this.#skip > end - at) {
        this.#skip -= end - at;
        return;
      }
      at += this.#skip;
      this.#skip = 0;
      if (at === end) return;
      const length = end - at < 2 ? LONGEST_HEADER : headerLength(chunk[at + 1] ?? 0);
      if (length > end - at) {
        this.#header.set(chunk.subarray(at));
        this.#headerBytes = end - at;
        return;
      }
      this.#take(chunk, at);
      at += length;
    }
  }

  /** Completes the header that the last chunk cut, and returns where its payload starts. */
  #finishHeader(chunk: Uint8Array): number {
    let at = 0;
    while (at < chunk.length) {
      this.#header[this.#headerBytes++] = chunk[at++] ?? 0;
      if (this.#headerBytes < 2) continue;
      if (this.#headerBytes < headerLength(this.#header[1] ?? 0)) continue;
      this.#headerBytes = 0;
      this.#take(this.#header, 0);
      break;
    }
    return at;
  }

  #take(bytes: Uint8Array, at: number): void {
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    if ((first & this.#reserved) !== 0 || second > 127) {
      throw new Error(`Cannot read a frame that starts with ${first}, ${second}: reserved bits`);
    }
    let size = second;
    if (second > 125) {
      size = 0;
      const end = at + headerLength(second);
      for (let i = at + 2; i < end; i++) size = size * 256 + (bytes[i] ?? 0);
    }
    this.#skip = size;
    const opcode = first & 0x0f;
    if (opcode === CLOSE) this.closed = true;
    if (opcode >= CLOSE) return;
    this.payloadBytes += size;
    if ((first & 0x80) !== 0) this.messages++;
  }
}

function headerLength(second: number): number {
  const size = second & 0x7f;
  return size < 126 ? 2 : size === 126 ? 4 : LONGEST_HEADER;
}
