import { fileURLToPath } from "node:url";
import { messageOf, UsageError } from "../../../base/errors.ts";
import type { Authenticator, Denial, Evidence, Identity } from "../authenticator.ts";
import { WatchedFile } from "../watched_file.ts";
import { parseHtpasswd } from "./htpasswd.ts";
import { KnownPasswords } from "./known_passwords.ts";
import type { PasswordHash } from "./password_hash.ts";
import { Verifier, WORKER_FOLDER } from "./verifier.ts";

// Bytes of a password, as of htpasswd: SHA-crypt takes as long as it is.
const MOST = 255;

/**
 * Lets in who has the name and the password of somebody in a file of `htpasswd`.
 *
 * @throws {UsageError} If the file cannot be read, or a line of it cannot be used.
 */
export async function basic(path: string): Promise<Authenticator> {
  expectPermission();
  const file = await WatchedFile.read(path, (lines) => parseHtpasswd(lines, path));
  const known = new KnownPasswords();
  const verifier = new Verifier();
  const running = new Map<string, Promise<boolean>>();

  /** The hash of a user; where there is none, that of somebody else, so that it costs as much to find that out. */
  function hashFor(user: string): { hash: PasswordHash; isOwn: boolean } {
    const { users, hashes } = file.content;
    const own = users.get(user);
    const other = hashes[known.numberOf(user) % hashes.length] as PasswordHash;
    return { hash: own ?? other, isOwn: own !== undefined };
  }

  function markOf({ user, password }: NonNullable<Evidence["basic"]>, hash: PasswordHash): string {
    return known.markOf(user, password, hash.text);
  }

  /** Verifies it once for all who ask meanwhile: a browser asks for several things at once. */
  function verify(mark: string, password: string, hash: PasswordHash): Promise<boolean> {
    const before = running.get(mark);
    if (before) return before;
    const verifying = verifier.matches(password, hash).finally(() => running.delete(mark));
    running.set(mark, verifying);
    return verifying;
  }

  async function check({ basic }: Evidence): Promise<Identity | Denial | undefined> {
    if (!basic) return undefined;
    const { user, password } = basic;
    const { hash, isOwn } = hashFor(user);
    const mark = markOf(basic, hash);
    if (!isOwn || !known.has(mark)) {
      const isLong = new TextEncoder().encode(password).length > MOST;
      try {
        const isRight = !isLong && await verify(mark, password, hash);
        if (!isRight || !isOwn) return { status: 401, reason: "name or password is wrong" };
      } catch (error) {
        return { status: 503, reason: `its password cannot be verified: ${messageOf(error)}` };
      }
    }
    known.add(mark);
    return { user, type: "Basic" };
  }

  return {
    kind: "basic",
    challenge: 'Basic realm="stdws", charset="UTF-8"',
    check: (_, evidence) => check(evidence),
    knows({ basic }) {
      if (!basic) return false;
      const { hash, isOwn } = hashFor(basic.user);
      return isOwn && known.has(markOf(basic, hash));
    },
    // deno-lint-ignore require-await -- so that it is a promise
    async [Symbol.asyncDispose]() {
      file[Symbol.dispose]();
      verifier[Symbol.dispose]();
    },
  };
}

/** Asks before the first client comes: the files of a worker are read like any others. */
function expectPermission(): void {
  if (WORKER_FOLDER.protocol !== "file:") return;
  const path = fileURLToPath(WORKER_FOLDER);
  if (Deno.permissions.querySync({ name: "read", path }).state === "granted") return;
  throw new UsageError(`Cannot verify passwords: Requires read access to "${path}"`);
}
