/** Messages that a member was told it will not get; undefined where nobody can know how many. */
export interface Gap {
  readonly lost: number | undefined;
}

/** What one member has heard in one go, from when it came in until it left, was told to leave, or its connection broke. */
export interface Stay {
  readonly who: string;
  readonly heard: (string | Gap)[];
}

/** A message by who says it, and the number that it has there, from 1 on. */
export function wordOf(who: string, number: number): string {
  return `${who} ${number}`;
}

/**
 * Everything that was said and heard in one room, at whatever server, and what is wrong about that.
 *
 * It knows nothing of when something came: who was there at all has heard an unbroken piece of what was said, and all
 * such pieces fit together to one order.
 */
export class RoomRecord {
  readonly #stays: Stay[] = [];
  /** How many messages each has said. */
  readonly #said = new Map<string, number>();
  /** Messages that perhaps were never taken, because the connection ended before anybody could know. */
  readonly #doubtful = new Set<string>();

  /** How often something was heard. */
  get heard(): number {
    return this.#stays.reduce((sum, { heard }) => sum + heard.length, 0);
  }

  /** How many messages were said that are not doubtful. */
  get sure(): number {
    return [...this.#said.values()].reduce((sum, count) => sum + count, 0) - this.#doubtful.size;
  }

  /** Somebody has come in. */
  begin(who: string): Stay {
    const stay: Stay = { who, heard: [] };
    this.#stays.push(stay);
    return stay;
  }

  /** The next message of somebody, as it is to be sent. */
  say(who: string): string {
    const number = (this.#said.get(who) ?? 0) + 1;
    this.#said.set(who, number);
    return wordOf(who, number);
  }

  /** The connection has ended with these on their way: they may be missing, but not for some only. */
  doubt(who: string, from: number, to: number): void {
    for (let number = from; number <= to; number++) this.#doubtful.add(wordOf(who, number));
  }

  /**
   * What is wrong, a sentence for each; ten at most.
   *
   * @param isOne Whether there is one order for all; otherwise everybody MUST have what somebody has said in that one's.
   */
  faults(isOne = true): string[] {
    const found = isOne ? this.#faults() : this.#stays.flatMap((stay) => this.#faultsOf(stay));
    return [...new Set(found)].slice(0, 10);
  }

  /** What is wrong with what one has heard, whatever others have. */
  #faultsOf({ who, heard }: Stay): string[] {
    const latest = new Map<string, number>();
    return heard.flatMap((word, index) => {
      if (typeof word !== "string") {
        latest.clear();
        return [];
      }
      const [, speaker = "", digits] = /^(.*) (\d+)$/.exec(word) ?? [];
      const number = Number(digits);
      if (!(number <= (this.#said.get(speaker) ?? 0))) return [`Nobody has said "${word}"`];
      // What was on its way when a connection ended may come later than what was said on the next.
      if (this.#doubtful.has(word)) return [];
      const last = latest.get(speaker);
      latest.set(speaker, number);
      if (last === undefined) return [];
      if (number <= last) {
        const at = heard.indexOf(word);
        return [
          `${who} has heard "${word}" as number ${index} of ${heard.length}, after ${last} of the same` +
          (at < index ? `, and before that as number ${at}` : ""),
        ];
      }
      const missing = Array.from({ length: number - last - 1 }, (_, at) => last + 1 + at)
        .filter((number) => !this.#doubtful.has(wordOf(speaker, number)));
      return missing.length === 0
        ? []
        : [`${who} has not heard ${missing.join(", ")} of ${speaker}`];
    });
  }

  #faults(): string[] {
    const next = new Map<string, { readonly word: string; readonly who: string }>();
    const before = new Map<string, { readonly word: string; readonly who: string }>();
    const found: string[] = [];
    const all = new Set<string>();
    for (const { who, heard } of this.#stays) {
      const known = new Set<string>();
      let last: string | undefined;
      for (const word of heard) {
        if (typeof word !== "string") {
          last = undefined;
          continue;
        }
        if (known.has(word)) found.push(`${who} has heard "${word}" twice`);
        known.add(word);
        all.add(word);
        if (last !== undefined) {
          found.push(
            ...tie(next, last, word, who, "after"),
            ...tie(before, word, last, who, "before"),
          );
        }
        last = word;
      }
    }
    // Whatever does not fit together is in no order.
    if (found.length === 0) found.push(...this.#misplaced(placesOf(next, before, this.#stays)));
    for (const [who, count] of this.#said) {
      for (let number = 1; number <= count; number++) {
        const word = wordOf(who, number);
        if (!all.has(word) && !this.#doubtful.has(word)) {
          found.push(`Nobody has heard "${word}"`);
        }
      }
    }
    return found;
  }

  /** What is not where it has to be in the one order of all. */
  #misplaced(places: ReadonlyMap<string, Place>): string[] {
    return this.#stays.flatMap(({ who, heard }) => {
      const latest = new Map<string, number>();
      return heard.flatMap((word, index) => {
        if (typeof word !== "string") {
          const [from, to] = [heard[index - 1], heard[index + 1]].map((it) => places.get(`${it}`));
          if (!from || !to || from.piece !== to.piece || word.lost === undefined) return [];
          const missing = to.place - from.place - 1;
          if (missing === word.lost) return [];
          return [`${who} was told that ${word.lost} are lost, and ${missing} are`];
        }
        const [, speaker = "", digits] = /^(.*) (\d+)$/.exec(word) ?? [];
        const number = Number(digits);
        if (!(number <= (this.#said.get(speaker) ?? 0))) return [`Nobody has said "${word}"`];
        // What was on its way when a connection ended may come later than what was said on the next.
        if (this.#doubtful.has(word)) return [];
        const last = latest.get(speaker) ?? 0;
        latest.set(speaker, number);
        return number > last ? [] : [`${who} has heard "${word}" after ${last} of the same`];
      });
    });
  }
}

interface Place {
  /** Pieces of what was said that nobody has heard both of. */
  readonly piece: number;
  readonly place: number;
}

/** Notes what somebody has heard beside something; says where another has heard something else there. */
function tie(
  ties: Map<string, { readonly word: string; readonly who: string }>,
  at: string,
  word: string,
  who: string,
  where: string,
): string[] {
  const known = ties.get(at);
  if (!known) ties.set(at, { word, who });
  if (!known || known.word === word) return [];
  return [`${where} "${at}" ${known.who} has heard "${known.word}", and ${who} "${word}"`];
}

type Ties = ReadonlyMap<string, { readonly word: string }>;

/** Where each message is among all. */
function placesOf(next: Ties, before: Ties, stays: readonly Stay[]): Map<string, Place> {
  const places = new Map<string, Place>();
  let piece = 0;
  for (const { heard } of stays) {
    for (const first of heard) {
      if (typeof first !== "string" || before.has(first) || places.has(first)) continue;
      piece++;
      let place = 0;
      for (let word: string | undefined = first; word !== undefined && !places.has(word);) {
        places.set(word, { piece, place: place++ });
        word = next.get(word)?.word;
      }
    }
  }
  return places;
}
