import type { Runner } from "../../process/runner.ts";
import type { Orphans } from "../../process/tree.ts";

/** The parts of a terminal, whether it is one client's or all clients'. */
export interface TerminalParts {
  /** The path of the program. */
  readonly program: string;
  /** The folder that it runs in; default: the server's. */
  readonly folder: { readonly cwd?: string };
  /** Variables that say which kind of terminal it is. */
  readonly variables: Readonly<Record<string, string>>;
  /** Variables that it gets beside all others. */
  readonly env: Readonly<Record<string, string>>;
  readonly runner: Runner;
  /** Whether clients may type. */
  readonly write: boolean;
  /** Bytes of input that may wait. */
  readonly maxQueue: number;
  /** Milliseconds added to each step of ending it. */
  readonly closeMs: number;
  readonly orphans?: Orphans | undefined;
}
