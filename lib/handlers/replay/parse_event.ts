import { isCloseCode } from "../../base/close_code.ts";
import type { Message } from "../../contract.ts";

/** The forms of recordings: `lib/connection/record/README.md` has them both. */
export type Form = "messages" | "asciicast";

/** An event of a recording: what was sent or came, and how it ended. */
export type RecordedEvent =
  & { /** Seconds since the beginning. */ readonly time: number }
  & (
    // A part of a message is followed by the next one.
    | { readonly type: "output"; readonly data: Message; readonly goesOn: boolean }
    | { readonly type: "input" }
    | { readonly type: "close"; readonly code: number; readonly reason: string }
    // Nothing that is played.
    | { readonly type: "note" }
  );

/**
 * Reads the first line of a recording.
 *
 * @throws {Error} If it is none.
 */
export function parseHead(line: string): Form {
  const head = parseJson(line);
  if (typeof head === "object" && head !== null) {
    const { stdws, version } = head as Readonly<Record<string, unknown>>;
    if (stdws === 1) return "messages";
    if (version === 2) return "asciicast";
    if (version !== undefined) {
      throw new Error(`it is an asciicast of version ${version}: expected 2`);
    }
  }
  throw new Error("it is no head of a recording, nor of an asciicast");
}

/**
 * Reads a line behind the first.
 *
 * @throws {Error} If it is none of a recording.
 */
export function parseEvent(form: Form, line: string): RecordedEvent {
  const event = parseJson(line);
  if (!Array.isArray(event)) throw new Error("it is no list [seconds, code, …]");
  const [time, code, ...rest] = event as unknown[];
  if (typeof time !== "number" || !(time >= 0)) {
    throw new Error(`${JSON.stringify(time)} is no time: expected seconds`);
  }
  if (typeof code !== "string") throw new Error(`${JSON.stringify(code)} is no code of an event`);
  return { time, ...form === "messages" ? messageEvent(code, rest) : castEvent(code, rest) };
}

/** Events without their time. */
type Untimed = RecordedEvent extends infer E ? E extends unknown ? Omit<E, "time"> : never : never;

const NOTE = { type: "note" } as const;

function messageEvent(code: string, [data, reason = ""]: readonly unknown[]): Untimed {
  switch (code) {
    case "o":
    case "o+":
      return { type: "output", data: textOf(data), goesOn: code === "o+" };
    case "O":
    case "O+":
      return { type: "output", data: bytesOf(data), goesOn: code === "O+" };
    case "i":
    case "I":
      return { type: "input" };
    case "close":
      if (typeof data === "number") return closeOf(data, textOf(reason));
      throw new Error(`${JSON.stringify(data)} is no close code`);
    case "lost":
    case "full":
      return NOTE;
  }
  throw new Error(`"${code}" is no code of an event`);
}

/** Events of an asciicast; codes of other programs count for nothing, as asciinema has it. */
function castEvent(code: string, [data]: readonly unknown[]): Untimed {
  if (code === "o") return { type: "output", data: textOf(data), goesOn: false };
  if (code === "i") return { type: "input" };
  const [, close, reason = ""] =
    (code === "m" && /^close (\d{4})(?: (.*))?$/s.exec(textOf(data))) ||
    [];
  return close === undefined ? NOTE : closeOf(Number(close), reason);
}

/** A client that has left said no code, or one that says nothing of the server. */
function closeOf(code: number, reason: string): Untimed {
  return { type: "close", ...isCloseCode(code) ? { code, reason } : { code: 1000, reason: "" } };
}

function textOf(data: unknown): string {
  if (typeof data === "string") return data;
  throw new Error(`${JSON.stringify(data)} is no text`);
}

function bytesOf(data: unknown): Uint8Array {
  try {
    return Uint8Array.fromBase64(textOf(data));
  } catch {
    throw new Error("its bytes are not in base64");
  }
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw new Error("it is no JSON");
  }
}
