import { LaunchError } from "../base/errors.ts";
import { programFault } from "./program_fault.ts";
import { pathOf, type ProgramPathOptions } from "./program_path.ts";
import { type Restraint, restraintOf } from "./restraint.ts";

// More than a folder of programs has.
const MOST = 1_000;

/** The programs of a folder of which is known that they can run, until they change. */
export class GoodPrograms {
  readonly #path: string | undefined;
  readonly #restraint: Restraint | undefined;
  readonly #looks = new Map<string, string>();

  /** @param options What the programs get of the server's variables, and how they are held to limits. */
  constructor(options: ProgramPathOptions) {
    this.#path = pathOf(options);
    this.#restraint = restraintOf(options);
  }

  /**
   * Looks at a program before it is started, once for as long as it stays the same.
   *
   * @param info The file as it was found.
   * @param cwd The folder that it will run in; default: the server's.
   * @throws {LaunchError} If the system could not run it.
   */
  expect(program: string, { mtime, size, ino, mode }: Deno.FileInfo, cwd?: string): void {
    const look = `${mtime?.getTime()} ${size} ${ino} ${mode}`;
    if (this.#looks.get(program) === look) return;
    // Windows has no such mode.
    const isExecutable = mode === null || Deno.build.os === "windows" || (mode & 0o111) > 0;
    const fault = isExecutable
      ? programFault(program, { cwd, path: this.#path, restraint: this.#restraint })
      : "it is not executable";
    if (fault) throw new LaunchError(program, `Cannot run "${program}": ${fault}`);
    if (this.#looks.size === MOST) this.#looks.clear();
    this.#looks.set(program, look);
  }
}
