import { assert, assertEquals } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { snapshot } from "../../lib/base/request.ts";
import { mutateText } from "../support/mutate.ts";
import { numbers, oneOf } from "../support/numbers.ts";

const TARGETS = [
  "/",
  "/a%20b?c=d",
  "http://a.example:80/b?c",
  "*",
  "//a//b/../c",
  "/%e2%82%ac#x",
  "",
];

const WORDS = [
  "%",
  "%00",
  "%zz",
  "%c3",
  "?",
  "#",
  "//",
  "://",
  "..",
  "\\",
  "@",
  "\0",
  " ",
  "é",
  "\ud800",
];

/**
 * Takes the snapshot of a request whose target and Host header are broken.
 *
 * @throws {Error} If it fails but with a `HandshakeError`, or leaves a NUL in the path.
 */
export function fuzzSnapshot(seed: number): void {
  const random = numbers(seed);
  // No engine lets a bare NUL through.
  const target = mutateText(oneOf(random, TARGETS), random, WORDS).replaceAll("\0", "");
  const headers = new Headers();
  try {
    headers.set("host", mutateText(oneOf(random, ["a.example", "[::1]:80", ""]), random, WORDS));
  } catch {
    // What is no header, no engine has ever made one of.
  }
  const remoteAddr: Deno.Addr = random(2)
    ? { transport: "tcp", hostname: oneOf(random, ["::ffff:1.2.3.4", "::1", ""]), port: 1 }
    : { transport: "unix", path: "a" };
  try {
    const request = snapshot({ method: "GET", target, headers }, {
      remoteAddr,
      secure: random(2) > 0,
    });
    assert(!request.path.includes("\0"), `NUL in ${request.path}`);
  } catch (error) {
    assert(error instanceof HandshakeError, `${JSON.stringify(target)}: ${error}`);
    assertEquals(error.status, 400);
  }
}
