import { messageOf } from "../base/errors.ts";
import { FileWatch } from "../base/file_watch.ts";
import { Log } from "../base/log.ts";
import { readCredentials, readNamed } from "./credentials.ts";
import { filesOf, type TlsOptions } from "./tls_options.ts";
import type { Bound, Credentials } from "./engine.ts";
import { untimely } from "./validity.ts";

const log = new Log();

/** Takes up changed certificates, when their files change and when it is told to. */
export class Renewal implements Disposable {
  /** The files of each certificate, of the first with the authorities. */
  readonly #parts: readonly TlsOptions[];
  readonly #bounds: readonly Bound[];
  readonly #watch: FileWatch;
  /** The credentials in use, of each of them. */
  #current: readonly Credentials[];
  /** When to read them again although they stay the same, in ms since 1970. */
  #again = Infinity;

  /**
   * Begins to look at the files.
   *
   * @param current The credentials that are in use.
   * @param bounds The listeners that use them.
   */
  constructor(options: TlsOptions, current: Credentials, bounds: readonly Bound[]) {
    const { others: files = [], ...first } = options;
    const { others = [], ...own } = current;
    this.#parts = [first, ...files];
    this.#current = [own, ...others];
    this.#bounds = bounds;
    const changed = () => {
      this.#again = Infinity;
      this.reload();
    };
    this.#watch = new FileWatch(filesOf(options), changed, {
      isDue: () => Date.now() >= this.#again,
    });
  }

  /** Reads the files; what cannot be used is logged, and what was before stays, each for itself. */
  reload(): void {
    // What is wrong with them is said once, also where this is asked for as they change.
    this.#watch.skip();
    const found = this.#current.map((part, at) => this.#read(part, at));
    const changed = this.#parts.filter((_, at) => found[at] !== this.#current[at]);
    const [first, ...others] = found;
    if (!first || changed.length === 0) return;
    try {
      if (!this.#bounds.some((bound) => bound.renew)) {
        this.#current = found;
        throw new Error("the native engine takes up a changed one only at its next start");
      }
      const credentials = others.length > 0 ? { ...first, others } : first;
      for (const bound of this.#bounds) bound.renew?.(credentials);
      this.#current = found;
      for (const { certFile } of changed) {
        log.together("info", "server", `Took up the changed certificate: ${certFile}`);
      }
    } catch (error) {
      log.together("error", "server", `The certificate in use stays: ${messageOf(error)}`);
    }
  }

  /** The credentials of one part as its files have them, or what is in use where these cannot be used. */
  #read(current: Credentials, at: number): Credentials {
    const files = this.#parts[at] as TlsOptions;
    try {
      const found: Credentials = at === 0 ? readCredentials(files) : readNamed(files);
      const { cert, key, ca } = current;
      if (found.cert === cert && found.key === key && found.ca === ca) return current;
      const late = untimely(found);
      if (late && !untimely(current)) {
        this.#again = Math.min(this.#again, late.from ?? Infinity);
        throw new Error(`Cannot use the certificate "${files.certFile}": ${late.why}`);
      }
      return found;
    } catch (error) {
      log.together("error", "server", `The certificate in use stays: ${messageOf(error)}`);
      return current;
    }
  }

  [Symbol.dispose](): void {
    this.#watch[Symbol.dispose]();
  }
}
