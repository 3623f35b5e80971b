import { messageOf } from "../base/errors.ts";
import { Log } from "../base/log.ts";
import { lookOf } from "../base/look_of.ts";
import { readCredentials, type TlsOptions } from "./credentials.ts";
import type { Bound, Credentials } from "./engine.ts";

const log = new Log();

// How often to look at the files, in ms. `Deno.watchFs` would tell at once, but it says nothing of a file
// that becomes a link to another folder, as orchestrators replace them (Deno 2.9).
const LOOK_MS = 500;

/** Takes up changed certificates, when their files change and when it is told to. */
export class Renewal implements Disposable {
  readonly #options: TlsOptions;
  readonly #bounds: readonly Bound[];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #current: Credentials;
  /** The looks of the files when they were read. */
  #known: string;
  /** The same at the last look. */
  #seen: string;

  /**
   * Begins to look at the files.
   *
   * @param current The credentials that are in use.
   * @param bounds The listeners that use them.
   */
  constructor(options: TlsOptions, current: Credentials, bounds: readonly Bound[]) {
    this.#options = options;
    this.#current = current;
    this.#bounds = bounds;
    this.#known = this.#seen = looksOf(options);
    this.#lookLater();
  }

  /** Reads the files; what cannot be used is logged, and what was before stays. */
  reload(): void {
    try {
      const found = readCredentials(this.#options);
      const { cert, key, ca } = this.#current;
      if (found.cert === cert && found.key === key && found.ca === ca) return;
      if (!this.#bounds.some((bound) => bound.renew)) {
        this.#current = found;
        throw new Error("the native engine takes up a changed one only at its next start");
      }
      for (const bound of this.#bounds) bound.renew?.(found);
      this.#current = found;
      log.info("server", `Took up the changed certificate: ${this.#options.certFile}`);
    } catch (error) {
      log.error("server", `The certificate in use stays: ${messageOf(error)}`);
    }
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }

  #lookLater(): void {
    this.#timer = setTimeout(() => {
      this.#look();
      this.#lookLater();
    }, LOOK_MS);
    // A program that has nothing else to do may end.
    Deno.unrefTimer(this.#timer);
  }

  #look(): void {
    const looks = looksOf(this.#options);
    // Certificate and key are seldom written in the same moment: they are read when they have come to rest.
    const rests = looks === this.#seen;
    this.#seen = looks;
    if (!rests || looks === this.#known) return;
    this.#known = looks;
    this.reload();
  }
}

function looksOf({ certFile, keyFile, caFile }: TlsOptions): string {
  const files = [certFile, keyFile, ...(caFile === undefined ? [] : [caFile])];
  return files.map(lookOf).join();
}
