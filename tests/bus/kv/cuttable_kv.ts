/** A store of Deno KV that cannot be reached, or writes nothing, as long as a test says so. */
export class CuttableKv {
  readonly kv: Deno.Kv;
  isCut = false;
  /** Resolves when it writes again. */
  #held: PromiseWithResolvers<void> | undefined;

  private constructor(kv: Deno.Kv) {
    this.kv = this.#wrapped(kv);
  }

  /** Opens a store. */
  static async open(path: string): Promise<CuttableKv> {
    return new CuttableKv(await Deno.openKv(path));
  }

  /** Has whoever writes something wait, until `letGo`. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Writes what waits, and goes on. */
  letGo(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** The answer to half of what was asked for does not come back either. */
  #wrapped<T extends object>(real: T): T {
    return new Proxy(real, {
      get: (_, name) => {
        const value = Reflect.get(real, name, real);
        if (typeof value !== "function") return value;
        if (name === "close" || name === "watch") return value.bind(real);
        return (...args: unknown[]) => {
          if (name === "list") return this.#listed(Reflect.apply(value, real, args));
          if (this.isCut && name !== "atomic" && name !== "check") {
            if (name === "commit" || name.toString().startsWith("get")) {
              return Promise.reject(new Error("It cannot be reached"));
            }
          }
          if (name === "commit" && this.#held) {
            return this.#held.promise.then(() => Reflect.apply(value, real, args));
          }
          const result = Reflect.apply(value, real, args);
          if (result === real || name === "atomic") return this.#wrapped(result);
          if (name !== "commit") return result;
          return result.then((answer: unknown) => {
            if (this.isCut) throw new Error("It cannot be reached any more");
            return answer;
          });
        };
      },
    });
  }

  async *#listed(entries: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    for await (const entry of entries) {
      if (this.isCut) throw new Error("It cannot be reached");
      yield entry;
    }
  }
}
