import type { Permissions } from "../base/permissions.ts";
import type { Handler } from "../contract.ts";
import type { Option, Properties } from "../options/option.ts";
import { propertiesOf } from "../options/views.ts";
import type { Modules } from "./modules.ts";

/** A kind of handler: how one is made, and all that the rest of the server has to know of it. */
export interface Kind<T extends readonly Option[] = readonly Option[]> extends KindFacts<T> {
  /**
   * Makes the handler of a route.
   *
   * @throws {UsageError} If what the route says cannot work.
   */
  make(route: RouteSaid, context: KindContext): Handler | Promise<Handler>;
  /**
   * Says in a text what the handler depends on beside what its route says, such as the times of its files:
   * while this and the route stay the same, a reload keeps the handler. A kind without it changes with its
   * routes alone.
   */
  stamp?(route: RouteSaid, context: KindContext): Promise<string>;
  /** Adds what a route needs Deno to permit. */
  needs?(route: RouteSaid, permissions: Permissions): void;
}

/** Facts that a kind states of itself. */
interface KindFacts<T extends readonly Option[]> {
  readonly doc: string;
  /** The argument after the options: the words of a command, or one word. */
  readonly argument?: Argument;
  readonly options: T;
  /** An example for its help: commands for a shell, the last of which starts the server. */
  readonly example?: readonly string[];
  /** Whether it starts programs. */
  readonly runs?: boolean;
  /** Whether `{name}` in its words can stand for what a client says. */
  readonly fills?: boolean;
  /** Whether what it loads is loaded again when it changes. */
  readonly watched?: boolean;
  /** Whether of all pages only those of the server may connect to it where nobody says more. */
  readonly ownPages?: boolean;
  /** Whether its folder is one of scripts, which no other route serves. */
  readonly scripts?: boolean;
  /** The words of the log before the address of a page that is served at every path. */
  readonly shown?: string;
  /** A sentence for whoever asks for its permissions. */
  readonly note?: string;
}

/** The argument that follows the options of a route. */
export interface Argument {
  /** The argument's name in the configuration file. */
  readonly name: string;
  /** Whether it is a program with arguments, or one word. */
  readonly kind: "command" | "word";
  /** The notation for it in the documentation, such as `COMMAND [args…]`. */
  readonly value: string;
}

/** The part of a route that is about its handler. */
export interface RouteSaid {
  /** The route's pattern. */
  readonly path: string;
  /** The words that follow the options. */
  readonly words: readonly string[];
  /** Whether `{name}` in the words stands for a parameter of the route or of the query. */
  readonly placeholders: boolean;
  /** The values of its kind's options, by their names. */
  readonly values: Readonly<Record<string, unknown>>;
}

/** The same for the code of a kind. */
export interface RouteOf<T extends readonly Option[]> extends Omit<RouteSaid, "values"> {
  readonly values: Properties<T>;
}

/** The parts of a server that its handlers have in common. */
export interface KindContext {
  /** Finds the name of a client's address, where names are looked up. */
  readonly lookup: ((address: string) => Promise<string>) | undefined;
  /** The folders of all CGI scripts, which no other route serves. */
  readonly scripts: readonly string[];
  /** Loads the modules of users. */
  readonly modules: Modules;
}

/** Gives the code of a kind the values of its options by their types and properties. */
export function kindOf<const T extends readonly Option[]>(
  { make, stamp, needs, ...facts }: KindFacts<T> & {
    make(route: RouteOf<T>, context: KindContext): Handler | Promise<Handler>;
    stamp?(route: RouteOf<T>, context: KindContext): Promise<string>;
    needs?(route: RouteOf<T>, permissions: Permissions): void;
  },
): Kind<T> {
  const of = (route: RouteSaid): RouteOf<T> => {
    return { ...route, values: propertiesOf(facts.options, route.values) };
  };
  return {
    ...facts,
    make: (route, context) => make(of(route), context),
    ...(stamp && { stamp: (route, context) => stamp(of(route), context) }),
    ...(needs && { needs: (route, permissions) => needs(of(route), permissions) }),
  };
}
