import { Space } from "./space.ts";

/** The rooms of a server's broadcast routes: those of the same space meet in the same rooms. */
export class Spaces {
  readonly #spaces = new Map<string, Space>();

  /** The space of a name, which is made where there is none yet. */
  of(name: string): Space {
    let space = this.#spaces.get(name);
    if (!space) this.#spaces.set(name, space = new Space());
    return space;
  }
}
