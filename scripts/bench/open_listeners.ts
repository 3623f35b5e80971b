import { Client } from "./client.ts";

/** Clients that do nothing but read; disposing drops all of them. */
export interface Listeners extends Disposable {
  readonly all: readonly Client[];
}

/**
 * Opens many connections to read from.
 *
 * @param port The port of the server.
 * @param count The number of connections.
 */
export async function openListeners(port: number, count: number): Promise<Listeners> {
  using opening = new DisposableStack();
  const all: Client[] = [];
  for (let i = 0; i < count; i++) {
    // What arrives within a pause is read at once: so many clients are not to wake up for each frame.
    all.push(opening.use(await Client.connect(port, { bufferSize: 256 * 1024, pause: 2 })));
  }
  const stack = opening.move();
  return { all, [Symbol.dispose]: () => stack.dispose() };
}
