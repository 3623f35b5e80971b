import { compareSync } from "npm:bcryptjs@3.0.3";
import { timingSafeEqual } from "node:crypto";
import type { PasswordHash } from "./password_hash.ts";
import { SHA_ROUNDS, shaCrypt } from "./sha_crypt.ts";

/** Whether a password is the one that was hashed. Takes as long as the hash is costly. */
export function matchesHash(password: string, { scheme, text }: PasswordHash): boolean {
  if (scheme === "bcrypt") return compareSync(password, text);
  const [, , ...parts] = text.split("$");
  const [, rounds] = /^rounds=(\d+)$/.exec(parts[0] ?? "") ?? [];
  const [salt = "", hash = ""] = rounds === undefined ? parts : parts.slice(1);
  const encoder = new TextEncoder();
  const most = Math.max(1_000, Number(rounds ?? SHA_ROUNDS));
  const found = shaCrypt(scheme, encoder.encode(password), salt, most);
  return timingSafeEqual(encoder.encode(found), encoder.encode(hash));
}
