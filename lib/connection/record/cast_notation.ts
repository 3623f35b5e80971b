import type { Message } from "../../base/batch.ts";
import type { Screen, ScreenEvent } from "../../contract.ts";
import type { Direction, Notation } from "./notation.ts";

/**
 * A terminal, as an asciicast of version 2, which asciinema and others play: what it has shown, what was typed, and
 * its sizes. The end of the connection, and what was left out, are markers.
 *
 * @param screen Says what messages are to it.
 */
export function castNotation(screen: Screen): Notation {
  // Characters may go on in the next message.
  const decoders = { input: new TextDecoder(), output: new TextDecoder() };

  function textOf(type: "input" | "output", data: Message): string {
    return typeof data === "string" ? data : decoders[type].decode(data, { stream: true });
  }
  function eventOf(event: ScreenEvent | undefined): readonly [code: string, data: string] {
    if (!event) return NOTHING;
    if (event.type === "resize") return ["r", `${event.columns}x${event.rows}`];
    return [event.type === "input" ? "i" : "o", textOf(event.type, event.data)];
  }
  function lineOf(time: string, direction: Direction, message: Message): string[] {
    const [code, data] = eventOf(screen.read(message, direction === "i" ? "client" : "server"));
    return data === "" ? [] : [event(time, code, data)];
  }
  return {
    extension: "cast",
    head({ time, command, ...facts }) {
      return `${
        JSON.stringify({
          version: 2,
          width: screen.columns,
          height: screen.rows,
          timestamp: Math.floor(time / 1000),
          command,
          env: { TERM: "xterm-256color" },
          stdws: facts,
        })
      }\n`;
    },
    // A part of a message is as good as one.
    messages: (time, direction, batch) =>
      Array.from(batch).flatMap((message) => lineOf(time, direction, message)),
    lost: (time, count) => event(time, "m", `${count} left out`),
    full: (time, bytes) => event(time, "m", `No more than ${bytes} bytes are recorded`),
    close: (time, code, reason) => event(time, "m", `close ${code} ${reason}`.trimEnd()),
  };
}

const NOTHING = ["", ""] as const;

function event(time: string, code: string, data: string): string {
  return `[${time},"${code}",${JSON.stringify(data)}]\n`;
}
