import { isUtf8 } from "node:buffer";
import { isCloseCode } from "../../base/close_code.ts";
import { FrameError } from "./frame_error.ts";

/** The close code and reason of a close frame. */
export interface Close {
  /** The close code; 1005 where the frame has none. */
  readonly code: number;
  readonly reason: string;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads the payload of a close frame (RFC 6455 §5.5.1): nothing, or two bytes at least.
 *
 * @throws {FrameError} If it has no code that may be sent, or its reason is no text.
 */
export function readClose(payload: Uint8Array): Close {
  if (payload.length === 0) return { code: 1005, reason: "" };
  const code = (payload[0] as number) << 8 | (payload[1] as number);
  if (!isCloseCode(code)) throw new FrameError(1002, `A close frame has the code ${code}`);
  const reason = payload.subarray(2);
  if (!isUtf8(reason)) throw new FrameError(1007, "The reason of a close frame is no UTF-8");
  return { code, reason: decoder.decode(reason) };
}
