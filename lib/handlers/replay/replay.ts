import { resolve } from "node:path";
import { messageOf, UsageError } from "../../base/errors.ts";
import { looksOf } from "../../base/file_watch.ts";
import type { Handler } from "../../contract.ts";
import { checkProperties } from "../../options/check_properties.ts";
import type { Option } from "../../options/option.ts";
import { kindOf } from "../kind.ts";
import { Player } from "./player.ts";
import { readRecording } from "./read_recording.ts";

/** The options of `replay`. */
const OPTIONS = [
  {
    name: "speed",
    kind: "factor",
    value: "N",
    default: 1,
    doc: "How many times faster the recording plays: 2, 0.5",
  },
  {
    name: "loop",
    kind: "boolean",
    default: false,
    doc: "Whether the recording begins again at its end, in place of the close",
  },
  {
    name: "wait",
    kind: "boolean",
    default: false,
    doc:
      "Whether the replay waits at each recorded message of the client for one, whatever that says",
  },
] as const satisfies readonly Option[];

/** Options of {@linkcode replay}: how a recording is played. */
export interface ReplayOptions {
  /** How many times faster the recording plays; default 1. */
  readonly speed?: number;
  /** Whether it begins again at its end; default false. */
  readonly loop?: boolean;
  /** Whether the replay waits at each recorded message of the client for one of this client; default false. */
  readonly wait?: boolean;
}

/**
 * Plays a recording to everybody who connects, each from its beginning: what was sent, at its times, and how it was
 * closed. While the client takes nothing, it is held up.
 *
 * @param file A recording of the option `record`, or an asciicast of version 2.
 * @throws {UsageError} If it cannot be read, or is none, or an option does not take its value.
 *
 * @example
 * ```ts
 * import { replay, serve } from "@stdws/stdws";
 *
 * const file = await Deno.makeTempFile();
 * await Deno.writeTextFile(file, '{"stdws":1}\n[0,"o","hello"]\n');
 * const routes = [{ path: "*", handler: await replay(file) }];
 * await using server = await serve({ port: 0, addresses: ["127.0.0.1"], routes });
 * const socket = new WebSocket(`${server.addresses[0]}`);
 * const heard = await new Promise((resolve) => socket.onmessage = (event) => resolve(event.data));
 * if (heard !== "hello") throw new Error("not what was recorded");
 * await new Promise((resolve) => socket.onclose = resolve);
 * ```
 */
export async function replay(file: string, options: ReplayOptions = {}): Promise<Handler> {
  checkProperties(OPTIONS, options, " of replay()");
  await expectRecording(file);
  const { speed = 1, loop = false, wait = false } = options;
  return {
    label: `Serving a recording         : ${file}`,
    accept: (_, { log }) => ({
      open(connection) {
        const player = new Player(connection, { speed, loop, wait });
        player.play(file).catch((error) => {
          log.error("session", `Cannot replay "${file}": ${messageOf(error)}`);
          connection.close(1011, "Internal error");
        });
        return {
          batch: ({ size }) => player.hear(size),
          close: () => player.leave(),
        };
      },
    }),
  };
}

/** `replay` for the registry. */
export const replayKind = kindOf({
  doc: "Plays a recording to everybody who connects",
  argument: { name: "file", kind: "word", value: "FILE" },
  example: [
    `printf '%s\\n' '{"stdws":1}' '[0,"o","Hello"]' '[1,"o","again"]' >hello.ndjson`,
    "stdws --port=8080 --route='/hello=replay?loop=true hello.ndjson'",
  ],
  options: OPTIONS,
  make: ({ words: [file = ""], values }) => replay(file, values),
  stamp: ({ words: [file = ""] }) => Promise.resolve(looksOf([file])),
  needs: ({ words: [file = ""] }, permissions) => permissions.add("read", resolve(file)),
});

/** Reads all of it once, so that a mistake in it is found before anybody comes. */
async function expectRecording(file: string): Promise<void> {
  try {
    for await (const _ of readRecording(file));
  } catch (error) {
    throw new UsageError(`Cannot replay "${file}": ${messageOf(error)}`);
  }
}
