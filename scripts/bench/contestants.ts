import { fileURLToPath } from "node:url";
import type { Contestant } from "./item.ts";

/** What {@linkcode contestants} may be told. */
export interface ContestantsOptions {
  /** A compiled stdws to measure instead of `deno run main.ts`. */
  readonly binary?: string;
}

const MAIN = fileURLToPath(new URL("../../main.ts", import.meta.url));
const CONTROL = fileURLToPath(new URL("./control.ts", import.meta.url));

/**
 * All servers that can be compared: stdws with either engine, websocketd, and the control, which is plain
 * Deno.
 *
 * @param options Which stdws to measure.
 * @returns The servers, whether they are installed or not.
 */
export function contestants(options: ContestantsOptions = {}): readonly Contestant[] {
  const { binary } = options;
  const deno = Deno.execPath();
  const flags = (port: number) => ["--address=127.0.0.1", `--port=${port}`, "--loglevel=error"];
  const stdws = (words: readonly string[]): readonly [string, ...string[]] =>
    binary === undefined ? [deno, "run", "-A", MAIN, ...words] : [binary, ...words];
  return [
    { name: "stdws", command: (port, program) => stdws([...flags(port), "--", ...program]) },
    {
      name: "node",
      command: (port, program) => stdws([...flags(port), "--engine=node", "--", ...program]),
    },
    {
      name: "websocketd",
      command: (port, program) => ["websocketd", ...flags(port), ...program],
    },
    {
      name: "control",
      command: (port, program) => [deno, "run", "-A", CONTROL, String(port), ...program],
    },
  ];
}
