import { CodecError } from "../../base/errors.ts";
import type { Screen } from "../../contract.ts";
import type { TerminalSize } from "../../process/pty/pty.ts";
import { parseControl } from "./control.ts";

/** Options of {@linkcode recordedScreen}. */
export interface RecordedScreenOptions {
  /** Whether its client speaks the protocol of terminals. */
  readonly speaks: boolean;
  /** The size of the terminal when its client comes. */
  readonly size: TerminalSize;
  /** Whether others are at it as well, so that it has the size that its client is told, not that of its client. */
  readonly shared: boolean;
}

/** A terminal, as a recording of one client at it has to know it. */
export function recordedScreen({ speaks, size, shared }: RecordedScreenOptions): Screen {
  return {
    ...size,
    read(message, from) {
      if (!speaks || typeof message !== "string") {
        return { type: from === "client" ? "input" : "output", data: message };
      }
      const said = from === (shared ? "server" : "client") ? sizeIn(message) : undefined;
      return said && { type: "resize", ...said };
    },
  };
}

/** The size in a text message; undefined where there is none, or where it is no such message, which others say. */
function sizeIn(text: string): TerminalSize | undefined {
  try {
    return parseControl(text).size;
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}
