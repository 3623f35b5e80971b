import { Log } from "../../../base/log.ts";
import type { PasswordHash } from "./password_hash.ts";
import type { Question } from "./password_worker.ts";

const log = new Log();

// Passwords that wait for those before them: more than a browser and a half-second are worth.
const MOST_WAITING = 32;

const WORKER = new URL("./password_worker.ts", import.meta.url);

/** The folder of files that the worker is made of, for the permission to read them. */
export const WORKER_FOLDER = new URL("./", WORKER);

/** Somebody who waits for the answer to a question. */
type Waiting = ReturnType<typeof Promise.withResolvers<boolean>>;

/** Verifies passwords one after the other, in a thread of its own, which is there from the first one on. */
export class Verifier implements Disposable {
  #worker: Worker | undefined;
  #waiting: Waiting[] = [];
  #isOver = false;

  /**
   * Finds out whether a password matches a hash.
   *
   * @throws {Error} If that cannot be found out: too many wait, it was disposed, or the thread has failed.
   */
  async matches(password: string, hash: PasswordHash): Promise<boolean> {
    if (this.#isOver) throw new Error("the server is ending");
    if (this.#waiting.length >= MOST_WAITING) throw new Error("too many passwords wait");
    const worker = this.#worker ??= this.#start();
    const waiting = Promise.withResolvers<boolean>();
    this.#waiting.push(waiting);
    worker.postMessage({ password, hash } satisfies Question);
    return await waiting.promise;
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#end("the server is ending");
  }

  #start(): Worker {
    const worker = new Worker(WORKER, { type: "module", name: "passwords" });
    worker.onmessage = ({ data }: MessageEvent<boolean>) => this.#waiting.shift()?.resolve(data);
    worker.onerror = (event) => {
      // It would end the server.
      event.preventDefault();
      log.error("server", `Cannot verify passwords: ${event.message}`);
      this.#end("the thread for it has failed");
    };
    return worker;
  }

  /** Nobody waits any more, and the next one begins anew. */
  #end(why: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(why));
  }
}
