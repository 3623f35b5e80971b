import type { IncomingRequest } from "./request.ts";

/** The place of a message in a log: what a client says that it has, so that it gets what follows. */
export interface Mark {
  /** The id of the log: another one begins to number anew. */
  readonly log: string;
  /** The number of the message there, from 1 on. */
  readonly number: number;
}

/** The mark of a text, as `markText` writes it; undefined where it is none. */
export function parseMark(text: string | null): Mark | undefined {
  const [, log, number] = /^([a-z0-9]{1,16})\.(\d{1,15})$/.exec(text ?? "") ?? [];
  return log === undefined ? undefined : { log, number: Number(number) };
}

/** The last message that a client has which comes back: its browser says the id of the last event. */
export function seenBy({ headers }: Pick<IncomingRequest, "headers">): Mark | undefined {
  return parseMark(headers.get("last-event-id"));
}

/** A mark as the id of an event. */
export function markText({ log, number }: Mark): string {
  return `${log}.${number}`;
}
