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

/** How a {@linkcode RoomRecord} is judged. */
export interface Judging {
  /**
   * Whether there is one order for all; otherwise everybody MUST have what somebody has said in that one's. Not who has
   * come in later, though, as when servers were apart: he gets what was said before that in one of them when they
   * are joined again. Default: there is.
   */
  readonly isOne?: boolean;
  /**
   * Whether the engine has forgotten everything: so it may have told some of a message, and takes it as a new one when
   * it is said again, because whoever said it has no answer. Nobody is told it twice in one stay. Default false.
   */
  readonly forgets?: boolean;
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

  /** What is wrong, a sentence for each; ten at most. */
  faults({ isOne = true, forgets = false }: Judging = {}): string[] {
    const found = isOne ? this.#faults(forgets) : this.#faultsOfEach();
    return [...new Set(found)].slice(0, 10);
  }

  #faultsOfEach(): string[] {
    const known = new Set<string>();
    return this.#stays.flatMap((stay) => {
      if (known.has(stay.who)) return twice(stay);
      known.add(stay.who);
      return this.#faultsOf(stay);
    });
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

  #faults(forgets: boolean): string[] {
    const next = new Map<string, { readonly word: string; readonly who: string }>();
    const before = new Map<string, { readonly word: string; readonly who: string }>();
    const found: string[] = [];
    const all = new Set<string>();
    for (const stay of this.#stays) {
      const { who, heard } = stay;
      found.push(...twice(stay));
      let last: string | undefined;
      for (const word of heard) {
        if (typeof word !== "string") {
          last = undefined;
          continue;
        }
        all.add(word);
        // It may have two places.
        if (forgets && this.#doubtful.has(word)) continue;
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
    if (found.length === 0 && !forgets) {
      found.push(...this.#misplaced(placesOf(next, before, this.#stays)));
    }
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

/** Messages that were heard before in the same stay. */
function twice({ who, heard }: Stay): string[] {
  const known = new Set<string>();
  return heard.flatMap((word) => {
    if (typeof word !== "string") return [];
    const isKnown = known.has(word);
    known.add(word);
    return isKnown ? [`${who} has heard "${word}" twice`] : [];
  });
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
