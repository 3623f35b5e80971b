import { UsageError } from "./base/errors.ts";
import type { RouteOptions } from "./gate/route.ts";
import type { Options } from "./handlers/flags.ts";
import type { HandlerName } from "./handlers/registry.ts";
import type { AuthSpec } from "./options/auths.ts";

/** Settings of a route, as a person has said them. */
export interface RouteSettings {
  /** The route's pattern. */
  readonly path: string;
  readonly handler: HandlerName;
  /** The words that follow the options. */
  readonly words: readonly string[];
  /** The values of its options, as the tables of its kind and of all routes have them. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The route's place in a configuration file, `FILE:LINE:COLUMN`. */
  readonly place?: string;
}

/** Settings of one source, or of all of them together; what is left out gets its default. */
export interface Settings {
  readonly options?: Options;
  readonly command?: readonly string[];
  /** The first that matches wins; what else is served is behind them. In place of the option `route`. */
  readonly routes?: readonly RouteSettings[];
}

/** Options as they are said: files, and other places where is written who may come in, are not looked at yet. */
export type Said<T extends RouteOptions> =
  & Omit<T, "auth">
  & { readonly auth?: readonly AuthSpec[] };

/**
 * Has a mistake in a route of a configuration file name its place.
 *
 * @returns The error to throw in place of the one that was thrown.
 */
export function placed(error: unknown, place: string | undefined): unknown {
  if (place === undefined || !(error instanceof UsageError)) return error;
  return new UsageError(`${place}: ${error.message}`);
}
