import { assertThrows } from "@std/assert";
import { expectOwnHost } from "../../lib/gate/expect_own_host.ts";
import { HandshakeError } from "../../lib/base/errors.ts";

const check = (host: string) => expectOwnHost({ host, secure: false });

const OWN = [
  "localhost",
  "localhost:9100",
  "a.localhost:1",
  "127.0.0.1:9100",
  "[::1]:9100",
  "[::1]",
];
for (const host of OWN) {
  Deno.test(`expectOwnHost() lets the Host ${host} pass`, () => check(host));
}

const OTHERS = [
  "",
  "example.com",
  "example.com:9100",
  "127.0.0.1.example.com",
  "localhost.com",
  "a:b:c",
];
for (const host of OTHERS) {
  Deno.test(`expectOwnHost() refuses the Host ${JSON.stringify(host)}`, () => {
    assertThrows(() => check(host), HandshakeError, "no address of this machine");
  });
}
