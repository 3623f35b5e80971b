import type { Batch } from "../base/batch.ts";
import type { JoinOptions, Member, Room } from "../contract.ts";
import { Audience } from "./audience.ts";
import { RoomLog } from "./room_log.ts";
import type { RoomOwner } from "./space.ts";

/** A room of members, with a log of what was said in it. */
export class LiveRoom extends Audience implements Room {
  readonly log = new RoomLog();
  readonly #owner: RoomOwner<LiveRoom>;

  constructor(name: string, owner: RoomOwner<LiveRoom>) {
    super(name);
    this.#owner = owner;
  }

  get size(): number {
    return this.here;
  }

  /** Whether it is to be kept while nobody is in it. */
  get remembers(): boolean {
    return this.log.bytes > 0;
  }

  join(member: Member, { last = 0, seen, watches = false }: JoinOptions = {}): void {
    if (this.has(member.id)) return;
    if (this.here === 0) this.#owner.entered(this);
    if (last > 0) member.replay(this.log.after(seen, last));
    this.add(member);
    if (watches) this.watch(member);
    this.notify("join", member.id, this.here);
  }

  leave({ id }: Pick<Member, "id">): void {
    if (!this.remove(id)) return;
    this.notify("leave", id, this.here);
    if (this.here === 0) this.#owner.emptied(this);
  }

  publish(batch: Batch, except?: ReadonlySet<string>): number {
    return this.deliver(this.#noted(batch), except);
  }

  #noted(batch: Batch): Batch {
    const { keeps } = this.#owner;
    if (keeps === 0) return batch;
    // What an empty room holds is counted.
    if (this.here === 0) this.#owner.entered(this);
    const noted = this.log.add(batch, keeps);
    if (this.here === 0) this.#owner.emptied(this);
    return noted;
  }
}
