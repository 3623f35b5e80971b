import { isCloseCode } from "../../base/close_code.ts";
import { isObject } from "../../base/is_object.ts";

/** A command of a process, one line of its output. */
export type Command =
  | {
    readonly type: "send";
    /** Ids, a room, or all. */
    readonly to: readonly string[] | { readonly room: string } | "*";
    readonly except: readonly string[];
    readonly data: string | Uint8Array;
  }
  | { readonly type: "join" | "leave"; readonly id: string; readonly room: string }
  | { readonly type: "close"; readonly id: string; readonly code: number; readonly reason: string };

/** A line that is no command. */
export class CommandError extends Error {
  override readonly name = "CommandError";
}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a line of a process that speaks in events.
 *
 * @throws {CommandError} If it is no command.
 */
export function parseCommand(line: string): Command {
  const fields = fieldsOf(line);
  const { type } = fields;
  switch (type) {
    case "send":
      return {
        type,
        to: targetOf(fields),
        except: fields.except === undefined ? [] : texts(fields, "except"),
        data: dataOf(fields),
      };
    case "join":
    case "leave":
      return { type, id: text(fields, "id"), room: text(fields, "room") };
    case "close":
      return { type, id: text(fields, "id"), code: codeOf(fields), reason: reasonOf(fields) };
    case undefined:
      throw new CommandError('"type" is missing');
    default:
      throw new CommandError(
        `"type" is ${show(type)}: expected "send", "join", "leave" or "close"`,
      );
  }
}

function fieldsOf(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new CommandError("it is no JSON");
  }
  if (isObject(value)) return value;
  throw new CommandError("it is no JSON object");
}

function targetOf(fields: Fields): Extract<Command, { type: "send" }>["to"] {
  const { to } = fields;
  if (to === "*") return to;
  if (typeof to === "string") return [to];
  if (Array.isArray(to)) return [...new Set(texts(fields, "to"))];
  if (typeof to === "object" && to !== null && "room" in to && typeof to.room === "string") {
    return { room: to.room };
  }
  throw expected("to", to, 'an id, a list of ids, "*" or {"room":"…"}');
}

function dataOf({ data, base64 }: Fields): string | Uint8Array {
  if ((data === undefined) === (base64 === undefined)) {
    throw new CommandError('expected either "data" or "base64"');
  }
  if (data !== undefined) {
    if (typeof data === "string") return data;
    throw expected("data", data, "a string");
  }
  try {
    if (typeof base64 === "string") return Uint8Array.fromBase64(base64);
  } catch {
    // As what is no string at all.
  }
  throw expected("base64", base64, "bytes in base64");
}

function codeOf({ code = 1000 }: Fields): number {
  if (isCloseCode(code)) return code;
  throw expected("code", code, "a close code, such as 1000, or 3000 to 4999");
}

function reasonOf({ reason = "" }: Fields): string {
  if (typeof reason === "string") return reason;
  throw expected("reason", reason, "a string");
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string") return value;
  throw expected(name, value, "a string");
}

function texts(fields: Fields, name: string): string[] {
  const value = fields[name];
  if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
  throw expected(name, value, "a list of ids");
}

function expected(name: string, value: unknown, what: string): CommandError {
  return new CommandError(
    value === undefined
      ? `"${name}" is missing: expected ${what}`
      : `"${name}" is ${show(value)}: expected ${what}`,
  );
}

function show(value: unknown): string {
  return shorten(JSON.stringify(value));
}

// Bytes of a line that the log cites.
const CITED = 120;

/** As much of a text as the log shall cite. */
export function shorten(cited: string): string {
  return cited.length > CITED ? `${cited.slice(0, CITED)}…` : cited;
}
