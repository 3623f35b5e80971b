/** A frame or message that a client may not send; the connection ends with it. */
export class FrameError extends Error {
  /** The class, as it is printed. */
  override readonly name = "FrameError";
  /** The close code that the client gets. */
  readonly code: 1002 | 1007 | 1008 | 1009;

  /**
   * Says what it was.
   *
   * @param code The close code that it means (RFC 6455 §7.4.1).
   * @param message The fact: what was sent, and what may be.
   */
  constructor(code: FrameError["code"], message: string) {
    super(message);
    this.code = code;
  }
}
