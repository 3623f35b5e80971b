import { assert } from "@std/assert";
import { Batch, type Message } from "../../lib/base/batch.ts";
import type { Admission, Handler, Place, Session } from "../../lib/contract.ts";
import { acceptOf } from "../../lib/gate/route.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";
import { FakeConnection } from "../support/fake_connection.ts";
import { fakePlace } from "../support/fake_place.ts";

/** The server of each handler: those of one server are given the same. */
const places = new WeakMap<Handler, Place>();

/** Says that handlers are of one server. */
export function together(...handlers: readonly Handler[]): Place {
  const place = handlers.map((handler) => places.get(handler)).find(Boolean) ?? fakePlace();
  for (const handler of handlers) places.set(handler, place);
  return place;
}

/** Says what a handler finds of its server. */
export function settle(handler: Handler, place: Place): void {
  places.set(handler, place);
}

function placeOf(handler: Handler): Place {
  return places.get(handler) ?? together(handler);
}

/** What a handler admits a request with; fails where it refuses with a response. */
export async function accept(handler: Handler, changes: RequestChanges = {}): Promise<Admission> {
  const admission = await acceptOf(handler)?.(fakeRequest(changes), placeOf(handler));
  assert(admission, "it takes no WebSockets");
  assert(!(admission instanceof Response), "refused with a response");
  return admission;
}

/** A connection at a handler, as a server would lead it there. */
export class Talk implements AsyncDisposable {
  readonly connection: FakeConnection;
  readonly admission: Admission;
  readonly #handler: Handler;
  readonly #session: Session;
  #left = false;

  private constructor(
    handler: Handler,
    connection: FakeConnection,
    admission: Admission,
    session: Session,
  ) {
    this.#handler = handler;
    this.connection = connection;
    this.admission = admission;
    this.#session = session;
  }

  /** Is admitted and opens. */
  static async open(
    handler: Handler,
    changes: RequestChanges = {},
    connection: FakeConnection = new FakeConnection(),
  ): Promise<Talk> {
    const admission = await accept(handler, changes);
    const session = admission.open(connection) ?? {};
    return new Talk(handler, connection, admission, session);
  }

  /** The client sends a message. */
  say(data: Message): void {
    if (this.#session.batch) this.#session.batch(Batch.of(data));
    else this.#session.message?.(data);
  }

  /** The client leaves. */
  leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#session.close?.(1001, "");
  }

  /** Leaves, and waits until everything of the handler has ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.leave();
    await this.#handler[Symbol.asyncDispose]?.();
  }
}
