/** The end of an answer. */
export interface Sent {
  /** Bytes of its body that went out; undefined where the engine does not count them. */
  readonly bytes: number | undefined;
  /** Whether all of it went out. */
  readonly whole: boolean;
}

const listeners = new WeakMap<Response, (sent: Sent) => void>();

/** Calls this, too, when an answer has gone out, or is broken off: once, where an engine gets to send it. */
export function whenSent(response: Response, listener: (sent: Sent) => void): void {
  const others = listeners.get(response);
  listeners.set(response, (sent) => {
    others?.(sent);
    listener(sent);
  });
}

/** The listener that is to be told when an answer has gone out; undefined where nobody wants to know. */
export function sentListener(response: Response): ((sent: Sent) => void) | undefined {
  return listeners.get(response);
}
