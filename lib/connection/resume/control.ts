import { isObject } from "../../base/is_object.ts";

/** The first character of a control message (DLE); a text that begins with it gets one more of it. */
export const DLE = "\x10";

/** Bytes of a control message; those of this protocol have far fewer. */
const LONGEST = 1_024;

/** A message of a client that is none of this protocol: its session ends with 1002. */
export class ControlError extends Error {
  override readonly name = "ControlError";
}

/** The parts of a client's control message that this side knows; others are for those who come later. */
export interface Control {
  /** The number of the last message that it has. */
  readonly ack?: number;
  /** The same where it comes back: the first thing that it says. */
  readonly received?: number;
}

/** The first message of a server on each transport. */
export interface Greeting {
  /** The id, which nobody else may know. */
  readonly session: string;
  /** Milliseconds that the session waits for its client. */
  readonly for: number;
  /** Bytes that either side may send before they are acknowledged. */
  readonly bytes: number;
  /** How many messages of the client were taken. */
  readonly received: number;
  /** The number of the last message before the one that comes first now. */
  readonly sent: number;
  /** How many are missing before that; left out where none are. */
  readonly lost?: number;
  /** The subprotocol of what is carried; empty where there is none. */
  readonly subprotocol: string;
}

/** A control message as it is sent. */
export function controlText(fields: Greeting | Control): string {
  return DLE + JSON.stringify(fields);
}

/**
 * Reads a control message of a client.
 *
 * @param text The message behind its DLE.
 * @throws {ControlError} If it is none.
 */
export function readControl(text: string): Control {
  if (text.length > LONGEST) throw new ControlError("A control message is too long");
  let fields: unknown;
  try {
    fields = JSON.parse(text);
  } catch {
    throw new ControlError("A control message is no JSON");
  }
  if (!isObject(fields)) throw new ControlError("A control message is no object");
  const { ack, received } = fields;
  return {
    ...(ack === undefined ? {} : { ack: numberOf(ack, "ack") }),
    ...(received === undefined ? {} : { received: numberOf(received, "received") }),
  };
}

function numberOf(value: unknown, name: string): number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw new ControlError(`"${name}" of a control message is no number of messages`);
}
