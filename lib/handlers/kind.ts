import type { Permits } from "../base/permits.ts";
import type { Handler } from "../contract.ts";
import type { Modules } from "./modules.ts";
import type { Option, Values } from "./option.ts";

/** A kind of handler: what its routes can say, and how one is made. */
export interface Kind {
  readonly doc: string;
  /** What follows the options: the words of a command, or one word. */
  readonly argument?: Argument;
  readonly options: readonly Option[];
  /**
   * Makes the handler of a route.
   *
   * @throws {UsageError} If what the route says cannot work.
   */
  make(route: RouteOf<readonly Option[]>, context: KindContext): Handler | Promise<Handler>;
  /**
   * What the handler depends on beside what its route says, such as the times of its files: while this and
   * the route stay the same, a reload keeps the handler.
   */
  stamp?(route: RouteOf<readonly Option[]>, context: KindContext): Promise<string>;
}

/** What follows the options of a route. */
export interface Argument {
  /** Its name in the configuration file. */
  readonly name: string;
  /** Whether it is a program with arguments, or one word. */
  readonly kind: "command" | "word";
  /** How it is called in the documentation, such as `COMMAND [args…]`. */
  readonly value: string;
}

/** What a route says of its handler. */
export interface RouteOf<T extends readonly Option[]> {
  /** Its pattern. */
  readonly path: string;
  /** What follows the options. */
  readonly words: readonly string[];
  /** Whether `{name}` in the words stands for a parameter of the route or of the query. */
  readonly placeholders: boolean;
  readonly values: Values<T>;
}

/** What the handlers of a server have in common. */
export interface KindContext {
  /** How many processes may run at once. */
  readonly forks: Permits;
  /** Finds the name of a client's address, where names are looked up. */
  readonly lookup: ((address: string) => Promise<string>) | undefined;
  /** The folders of all CGI scripts, which no other route serves. */
  readonly scripts: readonly string[];
  /** Loads the modules of users. */
  readonly modules: Modules;
}

/** Names the types of a kind's options; it is the kind as it was given. */
export function kindOf<const T extends readonly Option[]>(kind: {
  readonly doc: string;
  readonly argument?: Argument;
  readonly options: T;
  make(route: RouteOf<T>, context: KindContext): Handler | Promise<Handler>;
  stamp?(route: RouteOf<T>, context: KindContext): Promise<string>;
}): Kind {
  // What is given to `make` was read by the same table.
  return kind as unknown as Kind;
}
