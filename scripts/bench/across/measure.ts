import { percentile } from "../percentile.ts";
import type { Dialect } from "./dialects.ts";
import { Guest } from "./guest.ts";

/** Figures of one kind of servers. */
export interface Figures {
  /** Messages that clients have got, of all together, a second. */
  readonly deliveries: number;
  /** Milliseconds until a message was there, one at a time. */
  readonly p50: number;
  readonly p99: number;
}

/** The size of the work. */
export interface Work {
  readonly guests: number;
  readonly messages: number;
  readonly single: number;
}

// So much more is said before everybody has heard what was said before.
const STEP = 100;

/**
 * Has clients of all servers talk in one room: one of each server speaks in turn.
 *
 * @param ports Where the servers listen; clients are shared out evenly.
 * @throws {Error} If somebody is closed, or hears more than was said.
 */
export async function measure(
  ports: readonly number[],
  dialect: Dialect,
  { guests: count, messages, single }: Work,
): Promise<Figures> {
  using stack = new DisposableStack();
  const guests: Guest[] = [];
  for (let index = 0; index < count; index++) {
    const port = ports[index % ports.length] as number;
    guests.push(stack.use(await Guest.enter(port, dialect)));
  }
  let said = 0;
  const speak = async (messages: number, step: number) => {
    for (const end = said + messages; said < end;) {
      const some = Math.min(step, end - said);
      guests[Math.floor(said / step) % ports.length]?.say(some);
      said += some;
      // Half of it is under way when more is said.
      await Promise.all(guests.map((guest) => guest.hears(said - Math.floor(step / 2))));
    }
    await Promise.all(guests.map((guest) => guest.hears(said)));
  };
  await speak(Math.ceil(messages / 5), STEP);
  const begin = performance.now();
  await speak(messages, STEP);
  const deliveries = guests.length * messages / (performance.now() - begin) * 1000;
  for (const guest of guests) guest.delays = [];
  await speak(single, 1);
  const delays = guests.flatMap(({ delays }) => delays);
  const wrong = guests.find(({ heard }) => heard !== said);
  if (wrong) throw new Error(`One has heard ${wrong.heard} messages of ${said}`);
  return { deliveries, p50: percentile(delays, 0.5), p99: percentile(delays, 0.99) };
}
