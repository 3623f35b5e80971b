import { messageOf } from "../../base/errors.ts";
import { Log } from "../../base/log.ts";
import { nextTurn } from "../../base/next_turn.ts";
import { type Permit, Permits } from "../../base/permits.ts";
import type { Calls } from "../calls.ts";
import type { PermitAsked, PermitUse } from "./permit_lender.ts";

const log = new Log();

/** A permit of the ledger, and what gives it back where another worker needs it. */
interface Lent extends Permit {
  readonly number: number;
  /** Resolves when there is something that can give way. */
  readonly settled: PromiseWithResolvers<void>;
  /** Whether nobody else gets it any more. */
  isClaimed: boolean;
  giveWay(): void;
}

/**
 * Permits of all workers, of which the ledger knows how many are taken: each is asked for, which costs little where a
 * process is started. One is kept at hand for who cannot wait, and gives way to other workers.
 */
export class LentPermits extends Permits {
  readonly #limit: number;
  readonly #calls: Pick<Calls, "ask" | "tell">;
  /** Permits of this worker, by the number that the ledger knows them by. */
  readonly #lent = new Map<number, Lent>();
  #last = 0;
  #atHand: Lent | undefined;
  #isAsking = false;

  /**
   * @param limit Most permits of all workers, at least 1.
   * @param calls The way to the ledger.
   */
  constructor(limit: number, calls: Pick<Calls, "ask" | "tell">) {
    super(limit);
    this.#limit = limit;
    this.#calls = calls;
    this.#stock(false);
  }

  /** Permits that are taken in this worker, or asked for. */
  override get taken(): number {
    return this.#lent.size - (this.#atHand ? 1 : 0);
  }

  /** Takes the one at hand. Where there is none, one will be soon, as far as others can give way. */
  override take(giveWay?: () => void): Permit | undefined {
    const permit = this.#atHand;
    this.#atHand = undefined;
    if (permit && giveWay) {
      permit.giveWay = giveWay;
      this.#calls.tell("permit.waits", permit.number);
    } else permit?.claim();
    this.#stock(!permit && !giveWay);
    return permit;
  }

  override obtain(giveWay?: () => void): Permit | undefined | Promise<Permit | undefined> {
    return this.#atHand ? this.take(giveWay) : this.#obtain(giveWay);
  }

  /** Gives one back that the ledger asks for; answers whether it did, which it does not where that was claimed. */
  async giveWay(number: number): Promise<boolean> {
    await this.#lent.get(number)?.settled.promise;
    const lent = this.#lent.get(number);
    if (lent?.isClaimed) return false;
    this.#lent.delete(number);
    lent?.giveWay();
    return true;
  }

  async #obtain(giveWay?: () => void): Promise<Permit | undefined> {
    const permit = await this.#borrow(giveWay ? "waits" : "runs", !giveWay, giveWay);
    // Until then, what follows has begun whatever gives way.
    if (permit && giveWay) nextTurn().then(() => permit.settled.resolve());
    return permit;
  }

  /** @param mustHave Whether others are to give way. */
  async #stock(mustHave: boolean): Promise<void> {
    if (this.#isAsking || this.#atHand) return;
    this.#isAsking = true;
    const permit = await this.#borrow("at hand", mustHave, () => this.#atHand = undefined);
    this.#isAsking = false;
    this.#atHand = permit;
    permit?.settled.resolve();
  }

  async #borrow(
    use: PermitUse,
    mustHave: boolean,
    giveWay: () => void = () => {},
  ): Promise<Lent | undefined> {
    const lent = this.#lentAs(++this.#last, giveWay);
    const { number } = lent;
    // Before it is granted: right behind that may come that another worker needs it.
    this.#lent.set(number, lent);
    const asked: PermitAsked = { number, use, limit: this.#limit, mustHave };
    const late = (isGranted: unknown) => isGranted && this.#calls.tell("permit.back", number);
    let isGranted: unknown = false;
    try {
      isGranted = await this.#calls.ask("permit.take", asked, { late });
    } catch (error) {
      log.error("process", `Cannot have a permit for a process: ${messageOf(error)}`);
    }
    if (isGranted) return lent;
    this.#lent.delete(number);
    return undefined;
  }

  #lentAs(number: number, giveWay: () => void): Lent {
    const lent: Lent = {
      number,
      giveWay,
      settled: Promise.withResolvers(),
      isClaimed: false,
      claim: () => {
        if (lent.isClaimed) return;
        lent.isClaimed = true;
        this.#calls.tell("permit.claim", number);
      },
      [Symbol.dispose]: () => {
        if (!this.#lent.delete(number)) return;
        this.#calls.tell("permit.back", number);
        this.#stock(false);
      },
    };
    return lent;
  }
}
