import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { UsageError } from "../../base/errors.ts";
import { BEARER_TOKEN } from "../../base/header_forms.ts";
import type { Authenticator } from "./authenticator.ts";
import { type Line, WatchedFile } from "./watched_file.ts";

// Fewer characters can be guessed.
const LEAST = 16;

// Of no use to anybody who might read it, as what is compared is made with it.
const key = randomBytes(32);

/** A token that is known. */
interface Known {
  readonly name: string;
  /** The token, made into what tells nothing by how long it takes to compare. */
  readonly digest: Uint8Array;
}

/**
 * Lets in who has one of the tokens in a file: one a line, with or without a name and a colon before it.
 *
 * @throws {UsageError} If the file cannot be read, or a line of it cannot be used.
 */
export async function token(path: string): Promise<Authenticator> {
  const file = await WatchedFile.read(path, (lines) => tokensIn(lines, path));
  return {
    kind: "token",
    challenge: 'Bearer realm="stdws"',
    // deno-lint-ignore require-await -- so that it is a promise
    async check(_, { token }) {
      if (token === undefined) return undefined;
      const given = digestOf(token);
      // All of them, wherever the right one stands.
      const [found] = file.content.filter(({ digest }) => timingSafeEqual(digest, given));
      return found
        ? { user: found.name, type: "Bearer" }
        : { status: 401, reason: "the token is not known" };
    },
    // deno-lint-ignore require-await -- so that it is a promise
    async [Symbol.asyncDispose]() {
      file[Symbol.dispose]();
    },
  };
}

function tokensIn(lines: readonly Line[], path: string): readonly Known[] {
  const places = new Map<string, string>();
  const known = lines.map(({ text, place }) => {
    const refuse = (why: string): never => {
      throw new UsageError(`Cannot use the token at ${place}: ${why}`);
    };
    const colon = text.lastIndexOf(":");
    const secret = text.slice(colon + 1).trim();
    if (secret.length < LEAST) {
      refuse(`it has fewer than ${LEAST} characters; openssl rand -hex 24 makes one`);
    }
    // Another one cannot be sent.
    if (!BEARER_TOKEN.test(secret)) {
      refuse("it has other characters than A-Z a-z 0-9 - . _ ~ + /; a line is TOKEN or NAME:TOKEN");
    }
    const before = places.get(secret);
    if (before !== undefined) refuse(`it is the same as that at ${before}`);
    places.set(secret, place);
    return { name: colon < 0 ? "" : text.slice(0, colon).trim(), digest: digestOf(secret) };
  });
  if (known.length === 0) throw new UsageError(`Cannot use "${path}": there is no token in it`);
  return known;
}

function digestOf(secret: string): Uint8Array {
  return createHmac("sha256", key).update(secret).digest();
}
