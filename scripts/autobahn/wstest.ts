import type { Outcome } from "./judge.ts";

/** Options of {@linkcode Wstest.start}. */
export interface WstestOptions {
  /** The program. */
  readonly path: string;
  /** The folder for its reports, which is made. */
  readonly out: string;
  readonly cases: readonly string[];
  readonly except: readonly string[];
}

/** Autobahn's suite; disposing ends it. */
export class Wstest implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #out: string;
  /** The output, when it has ended. */
  readonly said: Promise<string>;

  private constructor(child: Deno.ChildProcess, out: string) {
    this.#child = child;
    this.#out = out;
    this.said = new Response(child.stdout).text();
  }

  /** @param rest What it has to know beside the cases. */
  static async start(
    mode: "fuzzingclient" | "fuzzingserver",
    rest: object,
    { path, out, cases, except }: WstestOptions,
  ): Promise<Wstest> {
    await Deno.mkdir(out, { recursive: true });
    const file = `${out}/spec.json`;
    const spec = {
      ...rest,
      outdir: out,
      cases,
      "exclude-cases": except,
      "exclude-agent-cases": {},
    };
    await Deno.writeTextFile(file, JSON.stringify(spec));
    const command = new Deno.Command(path, {
      args: ["-m", mode, "-s", file],
      env: { PYTHONWARNINGS: "ignore" },
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    });
    return new Wstest(command.spawn(), out);
  }

  /**
   * The outcomes, in the order of the cases.
   *
   * @param count How many there were to be: of a peer that has gone it says nothing.
   * @throws {Error} If there are not as many.
   */
  async outcomes(count: number): Promise<Map<string, Outcome>> {
    const { stdws = {} } = JSON.parse(await Deno.readTextFile(`${this.#out}/index.json`));
    const outcomes = Object.entries<Outcome>(stdws);
    if (outcomes.length !== count) {
      throw new Error(`Cannot tell how it was: ${outcomes.length} of ${count} cases were tried`);
    }
    const order = new Intl.Collator("en", { numeric: true });
    return new Map(outcomes.sort(([one], [other]) => order.compare(one, other)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGTERM");
    } catch {
      // It has ended by itself.
    }
    await Promise.all([this.#child.status, this.said]);
  }
}
