import type { SharedLife } from "../../lib/handlers/shared/supervisor.ts";
import type { Close } from "../../lib/process/status.ts";
import { settle } from "../base/fake_timers.ts";

export const FAILED: Close = { code: 4001, reason: "exit status 1" };

/** A process that is none. */
export class FakeLife implements SharedLife {
  readonly #over = Promise.withResolvers<Close | undefined>();
  readonly #gone = Promise.withResolvers<void>();
  readonly over = this.#over.promise;
  readonly gone = this.#gone.promise;
  told = "";

  constructor(readonly pid: number) {}

  begin(): void {
    this.told ||= "begin";
  }

  end(): void {
    this.told = "end";
    this.#over.resolve(undefined);
  }

  /** It ends by itself, and nothing of it is left. */
  async crash(how = FAILED): Promise<void> {
    this.#over.resolve(how);
    await this.vanish();
  }

  async vanish(): Promise<void> {
    this.#gone.resolve();
    await settle();
  }
}
