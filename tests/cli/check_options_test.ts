import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { parseArgs } from "../../lib/cli/args.ts";
import { checkOptions } from "../../lib/cli/check_options.ts";
import { FLAGS } from "../../lib/handlers/flags.ts";
import { KINDS } from "../../lib/options/kinds.ts";

function check(...argv: string[]): void {
  const args = parseArgs(argv);
  if ("options" in args) checkOptions(args.options, args.texts);
}

const TAKEN = [
  ["--port=0", "--port=65535"],
  ["--redirport=65535"],
  ["--workers=1024"],
  ["--workers=auto"],
  ["--maxforks=-1"],
  ["--maxframesize=0", "--pingms=86400000", "--closems=86400000", "--maxqueue=1"],
  // As with websocketd, an empty one is none.
  ["--dir=", "--staticdir=", "--cgidir=", "--sslcert=", "--sslkey=", "--origin=", "--passenv="],
  ["--connect=ws://localhost/", "--quietms=2147483647"],
];
for (const argv of TAKEN) {
  Deno.test(`checkOptions() takes ${argv.join(" ")}`, () => check(...argv));
}

const REFUSED: [word: string, expected: string][] = [
  ["--port=-1", "a whole number, 0 to 65535"],
  ["--port=65536", "a whole number, 0 to 65535"],
  ["--redirport=-1", "a whole number, 0 to 65535"],
  ["--workers=0", "a whole number, 1 to 1024, or auto"],
  ["--workers=100000", "a whole number, 1 to 1024, or auto"],
  ["--redirport=65536", "a whole number, 0 to 65535"],
  ["--maxframesize=-1", "a whole number, 0 or more, also with K, M or G"],
  ["--pingms=-1", "a whole number, 0 to 86400000, also with ms, s, m or h"],
  ["--pingms=86400001", "a whole number, 0 to 86400000, also with ms, s, m or h"],
  ["--closems=-1", "a whole number, 0 to 86400000, also with ms, s, m or h"],
  ["--closems=86400001", "a whole number, 0 to 86400000, also with ms, s, m or h"],
  ["--resume=25h", "milliseconds, or a number with ms, s, m or h, at most 24h"],
  ["--resumebytes=15K", "bytes, or a number with K, M or G, at least 16K"],
  ["--pingms=25h", "a whole number, 0 to 86400000, also with ms, s, m or h"],
  ["--workers=00", "a whole number, 1 to 1024, or auto"],
  ["--maxqueue=0", "a whole number, 1 or more, also with K, M or G"],
  ["--loglevel=verbose", "debug, trace, access, info, error, fatal"],
  ["--loglevel=", "debug, trace, access, info, error, fatal"],
  ["--loglevel=ACCESS", "debug, trace, access, info, error, fatal"],
  ["--loglevel=constructor", "debug, trace, access, info, error, fatal"],
  ["--log-format=xml", "text, json"],
  ["--framing=words", "lines, binary, streams, nul, length, content-length, json"],
  ["--framing=", "lines, binary, streams, nul, length, content-length, json"],
  ["--engine=deno", "auto, native, node"],
  ["--engine=", "auto, native, node"],
  ["--engine=Node", "auto, native, node"],
  ["--engine=constructor", "auto, native, node"],
  // Empty, as from a variable that is not set, some would open the server to everybody.
  ["--unixsocket=", "PATH"],
  ["--sslca=", "FILE"],
  ["--handlers=", "DIR"],
  ["--config=", "FILE"],
  ["--address=", "HOST, or several of them"],
];
for (const [word, expected] of REFUSED) {
  Deno.test(`checkOptions() refuses ${word} with exit code 1`, () => {
    const error = assertThrows(() => check(word), UsageError);
    const [, name, text] = /^(--[\w-]+)=(.*)$/.exec(word) ?? [];
    assertEquals(error.message, `Invalid value "${text}" for ${name}: expected ${expected}`);
    assertEquals(error.exitCode, 1);
  });
}

/** Texts that are outside of what options take, or of another unit or spelling than their values. */
const TEXTS = (
  "-1 0 00 007 +1 0777 65536 9999999999999 0K 1K 9999G 1ms 25h 90061s 9000000h forever 0:0 1K:1 0.0 x"
).split(" ");
for (const flag of FLAGS) {
  // The one says that it is a client, the others have values with the one of which somebody else is wrong.
  if (flag.name === "connect" || KINDS[flag.kind].adds) continue;
  Deno.test(`checkOptions() names the text itself that --${flag.name} does not take`, () => {
    const others = flag.group === "Client" ? ["--connect=ws://localhost/"] : [];
    for (const text of TEXTS) {
      try {
        check(...others, `--${flag.name}=${text}`);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        assertStringIncludes(error.message, `Invalid value "${text}" for --${flag.name}: `);
      }
    }
  });
}

Deno.test("checkOptions() refuses one empty address among others", () => {
  assertThrows(() => check("--address=a", "--address="), UsageError, '"" for --address');
});
