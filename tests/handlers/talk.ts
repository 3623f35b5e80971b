import { assert } from "@std/assert";
import type { Admission, Handler, Session } from "../../lib/handlers/handler.ts";
import { fakeRequest, type RequestChanges } from "../base/fake_request.ts";
import { FakeConnection } from "../support/fake_connection.ts";

/** What a handler prepares for a request; fails where it refuses with a response. */
export async function prepare(handler: Handler, changes: RequestChanges = {}): Promise<Admission> {
  const prepared = await handler.prepare?.(fakeRequest(changes));
  assert(!(prepared instanceof Response), "refused with a response");
  return prepared ?? {};
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

  /** Prepares and opens. */
  static async open(
    handler: Handler,
    changes: RequestChanges = {},
    connection: FakeConnection = new FakeConnection(),
  ): Promise<Talk> {
    const admission = await prepare(handler, changes);
    const session = admission.open?.(connection) ??
      (admission.open ? {} : handler.open(connection, fakeRequest(changes)) ?? {});
    return new Talk(handler, connection, admission, session);
  }

  /** The client sends a message. */
  say(data: string | Uint8Array): void {
    this.#session.message?.(data);
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
