import { Lines } from "./lines.ts";

/** How a proxy is started. */
export interface FrontProxyOptions {
  readonly program: string;
  /** Its configuration, which is written to a file in a folder of its own. */
  readonly config: string;
  /** Its arguments, by that folder and file. */
  args(folder: string, file: string): string[];
  /** Variables that it gets beside those of the tests, by the same folder. */
  env?(folder: string): Record<string, string>;
  /** A line of its standard error, when it takes connections. */
  readonly ready: RegExp;
}

/** A proxy in front of a server; disposing ends it. */
export class FrontProxy implements AsyncDisposable {
  readonly #folder: string;
  readonly #child: Deno.ChildProcess;
  readonly #said: Lines;

  private constructor(folder: string, child: Deno.ChildProcess, said: Lines) {
    this.#folder = folder;
    this.#child = child;
    this.#said = said;
  }

  /** Starts one, and waits until it takes connections. */
  static async start(
    { program, config, args, env, ready }: FrontProxyOptions,
  ): Promise<FrontProxy> {
    const folder = await Deno.makeTempDir();
    const file = `${folder}/config`;
    await Deno.writeTextFile(file, config);
    const child = new Deno.Command(program, {
      args: args(folder, file),
      ...(env ? { env: env(folder) } : {}),
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const said = new Lines(child.stderr);
    await said.until(ready);
    return new FrontProxy(folder, child, said);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGTERM");
    await Promise.all([this.#child.status, this.#said.ended]);
    await Deno.remove(this.#folder, { recursive: true });
  }
}
