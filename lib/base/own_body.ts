const own = new WeakSet<ReadableStream>();

/** Marks the body of an answer as one that tells by itself, and in time, where it fails. */
export function ownBody<T extends ReadableStream>(body: T): T {
  own.add(body);
  return body;
}

/** Whether a body was marked so. */
export function isOwnBody(body: ReadableStream): boolean {
  return own.has(body);
}
