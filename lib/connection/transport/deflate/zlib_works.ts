import { messageOf } from "../../../base/errors.ts";
import { Log } from "../../../base/log.ts";
import { Assembly } from "../assembly.ts";
import { Deflater } from "./deflater.ts";
import { Inflater } from "./inflater.ts";
import { Output } from "./output.ts";
import { SlidingWindow } from "./sliding_window.ts";

let works: boolean | undefined;

/** Whether the inside of this runtime's `node:zlib` is as it is used here, which nobody promises; tried once. */
export function zlibWorks(): boolean {
  return works ??= isUsable();
}

function isUsable(): boolean {
  try {
    const text = new TextEncoder().encode("said twice, it is short the second time");
    const deflater = Deflater.of(9);
    const inflater = Inflater.of({ clientBits: 9, clientContext: true });
    const window = new SlidingWindow(9);
    const output = new Output();
    const sizes = ["first", "second"].map((turn) => {
      output.length = 0;
      deflater.deflate(text, 0, text.length, output, window);
      const payload = new Assembly(false);
      payload.add(output.bytes.subarray(0, output.length), output.length);
      const { bytes } = inflater.inflate(payload, text.length);
      if (!text.every((byte, index) => byte === bytes[index])) throw new Error(turn);
      // Somebody else's message, so that the window has to be shown.
      deflater.deflate(text, 0, text.length, output);
      return payload.length;
    });
    const [first, second] = sizes as [number, number];
    if (second > first / 2) throw new Error(`${first} bytes became ${second}`);
    return true;
  } catch (error) {
    new Log().together(
      "error",
      "server",
      `Cannot compress with the zlib of this Deno: ${messageOf(error)}`,
    );
    return false;
  }
}
