import { broadcast } from "./broadcast.ts";
import { directory } from "./directory.ts";
import { echo } from "./echo.ts";
import type { Handler } from "./handler.ts";
import { process, type ProcessOptions } from "./process.ts";

/** What a handler is made from. */
export interface HandlerOptions extends ProcessOptions {
  /** The program and its arguments, for `process`. */
  readonly command: readonly string[];
  /** The folder of the programs, for `directory`. */
  readonly dir: string;
}

/** All kinds of handlers by their names: a new one is added here and nowhere else. */
export const registry = {
  process: (options) => process(options.command, options),
  directory: (options) => directory(options.dir, options),
  echo: () => echo(),
  broadcast: () => broadcast(),
} as const satisfies Record<string, (options: HandlerOptions) => Handler>;

/** The name of a kind of handler. */
export type HandlerName = keyof typeof registry;
