import type { Direction, Notation } from "./notation.ts";

/** Any messages: lines of JSON, a head and then `[seconds, code, …]`, as in the README beside this. */
export const messageNotation: Notation = {
  extension: "ndjson",
  head: ({ time, ...facts }) =>
    `${JSON.stringify({ stdws: 1, time: new Date(time).toISOString(), ...facts })}\n`,
  messages(time, direction, batch, goesOn) {
    const code = codeOf(direction, batch.binary) + (goesOn ? "+" : "");
    return Array.from(
      batch,
      (message) =>
        `[${time},"${code}",${
          JSON.stringify(typeof message === "string" ? message : message.toBase64())
        }]\n`,
    );
  },
  lost: (time, count) => `[${time},"lost",${count}]\n`,
  full: (time, bytes) => `[${time},"full",${bytes}]\n`,
  close: (time, code, reason) => `[${time},"close",${code},${JSON.stringify(reason)}]\n`,
};

function codeOf(direction: Direction, binary: boolean): string {
  return binary ? direction.toUpperCase() : direction;
}
