import { numbers } from "../numbers.ts";
import { type End, Member } from "./member.ts";
import { type Judging, RoomRecord } from "./room_record.ts";

/** How a {@linkcode Gathering} is. */
export interface GatheringOptions {
  /** Where a member comes in, by its number. */
  readonly url: (index: number) => string;
  /** How many have a session, and how many have none. */
  readonly members: { readonly resuming: number; readonly plain: number };
  /** The choice of who says how much. */
  readonly seed: number;
  /** See {@linkcode Member}. */
  readonly begins?: (text: string) => boolean;
}

/** Members of one room, who talk to each other while something happens to what is between them. */
export class Gathering implements AsyncDisposable {
  readonly record = new RoomRecord();
  readonly members: readonly Member[];
  readonly #options: GatheringOptions;

  private constructor(options: GatheringOptions) {
    this.#options = options;
    const { members: { resuming, plain }, url, begins } = options;
    this.members = Array.from({ length: resuming + plain }, (_, index) => {
      const resumes = index < resuming;
      return new Member({
        name: `${resumes ? "r" : "p"}${index}`,
        url: () => url(index),
        record: this.record,
        resumes,
        ...(begins && { begins }),
      });
    });
  }

  /** Lets all members in. */
  static async begin(options: GatheringOptions): Promise<Gathering> {
    const gathering = new Gathering(options);
    await Promise.all(gathering.members.map((member) => member.isIn()));
    return gathering;
  }

  /** Ends of connections, and of sessions, that no member had a part in. */
  get ends(): readonly End[] {
    return this.members.flatMap(({ ends }) => ends);
  }

  /**
   * Has all of them speak, in bursts by chance, until each has said so much and heard it.
   *
   * @param fault Something that happens when about half of that is said.
   */
  async talk(each: number, fault?: () => Promise<void>): Promise<void> {
    const random = numbers(this.#options.seed);
    const half = Promise.withResolvers<void>();
    const all = each * this.members.length;
    let said = 0;
    const talking = this.members.map(async (member, index) => {
      const own = numbers(random(2 ** 31) + index);
      for (let left = each; left > 0;) {
        const count = Math.min(left, 1 + own(20));
        await member.speak(count);
        left -= count;
        said += count;
        if (said >= all / 2) half.resolve();
      }
    });
    await Promise.all([...talking, half.promise.then(fault)]);
    await Promise.all(this.members.map((member) => member.isHeard()));
  }

  /**
   * Waits until all have heard the last word of one who has just come in, so that nothing is under way any more.
   *
   * @returns What is wrong; nothing where all of it is as it has to be.
   */
  async verdict(judging: Judging = {}): Promise<readonly string[]> {
    const { url, begins } = this.#options;
    await using last = new Member({
      name: `last${this.record.sure}`,
      url: () => url(this.members.length),
      record: this.record,
      ...(begins && { begins }),
    });
    const all = [last, ...this.members];
    for (let [number, isOver] = [1, false]; !isOver; number++) {
      // Who is told only now that he has missed something comes in again behind it, perhaps before it is said.
      const [own, ...others] = all.map((member) => member.hears(last.name, number));
      await Promise.all(all.map((member) => member.isIn()));
      await last.speak(1);
      // Where its own connection has ended with it, nobody may ever hear it, but the next one.
      isOver = await own === true && (await Promise.all(others)).every(Boolean);
    }
    return this.record.faults(judging);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.members.map((member) => member[Symbol.asyncDispose]()));
  }
}
