import { assertEquals, assertThrows } from "@std/assert";
import { HandshakeError } from "../../lib/base/errors.ts";
import { isUpgrade } from "../../lib/base/is_upgrade.ts";
import { checkHandshake } from "../../lib/gate/handshake.ts";

const UPGRADES: [upgrade: string | undefined, connection: string | undefined, is: boolean][] = [
  ["websocket", "Upgrade", true],
  ["WebSocket", "upgrade", true],
  ["WEBSOCKET", "UPGRADE", true],
  ["websocket", "keep-alive, Upgrade", true],
  ["websocket", "Upgrade, keep-alive", true],
  ["websocket", "keep-alive,upgrade,x", true],
  ["websocket", "keep-alive ,\tupgrade ,x", true],
  [undefined, "Upgrade", false],
  ["websocket", undefined, false],
  [undefined, undefined, false],
  ["h2c", "Upgrade", false],
  ["websocket2", "Upgrade", false],
  ["", "Upgrade", false],
  ["websocket", "", false],
  ["websocket", "keep-alive", false],
  ["websocket", "close", false],
  ["websocket", "no-upgrade", false],
  ["websocket", "upgrade-insecure", false],
  ["websocket", "upgraded", false],
  // A list, which may be repeated, and has empty ones (RFC 9110 §5.6.1).
  ["foo, websocket", "Upgrade", true],
  ["WebSocket,h2c", "Upgrade", true],
  ["websocket, websocket", "Upgrade", true],
  [",\twebsocket ,", "Upgrade", true],
  ["foo websocket", "Upgrade", false],
  ["websocket/13", "Upgrade", false],
  ["foo/websocket", "Upgrade", false],
];
for (const [upgrade, connection, is] of UPGRADES) {
  Deno.test(`isUpgrade() says ${is} to Upgrade: ${upgrade}, Connection: ${connection}`, () => {
    const headers = new Headers();
    if (upgrade !== undefined) headers.set("Upgrade", upgrade);
    if (connection !== undefined) headers.set("Connection", connection);
    assertEquals(isUpgrade(headers), is);
  });
}

Deno.test("isUpgrade() finds upgrade in a Connection header that is repeated", () => {
  const headers = new Headers({ Upgrade: "websocket", Connection: "keep-alive" });
  headers.append("Connection", "Upgrade");
  assertEquals(isUpgrade(headers), true);
});

const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

function headersOf(version: string | undefined, key: string | undefined): Headers {
  const headers = new Headers();
  if (version !== undefined) headers.set("Sec-WebSocket-Version", version);
  if (key !== undefined) headers.set("Sec-WebSocket-Key", key);
  return headers;
}

const KEYS = [KEY, "AAAAAAAAAAAAAAAAAAAAAA==", "+/+/+/+/+/+/+/+/+/+/+w=="];
for (const key of KEYS) {
  Deno.test(`checkHandshake() accepts the key ${key}`, () => {
    assertEquals(checkHandshake(headersOf("13", key)), undefined);
  });
}

type Refusal = [
  version: string | undefined,
  key: string | undefined,
  status: number,
  message: string,
];
const REFUSALS: Refusal[] = [
  [undefined, KEY, 426, "Sec-WebSocket-Version has to be 13: there is none"],
  ["", KEY, 426, 'not ""'],
  ["8", KEY, 426, 'not "8"'],
  ["14", KEY, 426, 'not "14"'],
  ["013", KEY, 426, 'not "013"'],
  ["13, 8", KEY, 426, 'not "13, 8"'],
  ["13", undefined, 400, "There is no Sec-WebSocket-Key"],
  ["13", "", 400, "16 bytes of base64"],
  ["13", "AAAAAAAAAAAAAAAAAAAA", 400, "16 bytes of base64"],
  ["13", "AAAAAAAAAAAAAAAAAAAAAAAA", 400, "16 bytes of base64"],
  ["13", "AAAAAAAAAAAAAAAAAAAAAAA=", 400, "16 bytes of base64"],
  ["13", "AAAAAAAAAAAAAAAAAAAAAA", 400, "16 bytes of base64"],
  ["13", "AAAAAAAAAAAAAAAAAAAA-_==", 400, "16 bytes of base64"],
  ["13", "AAAAAAAAAA AAAAAAAAAAA==", 400, "16 bytes of base64"],
  ["13", `${KEY}, ${KEY}`, 400, "16 bytes of base64"],
];
for (const [version, key, status, message] of REFUSALS) {
  Deno.test(`checkHandshake() refuses version ${version} and key ${key}`, () => {
    const error = assertThrows(
      () => checkHandshake(headersOf(version, key)),
      HandshakeError,
      message,
    );
    assertEquals(error.status, status);
    // RFC 6455 §4.4 and RFC 9110 §15.5.22.
    const headers = { "Sec-WebSocket-Version": "13", Upgrade: "websocket", Connection: "Upgrade" };
    assertEquals(error.headers, status === 426 ? headers : {});
  });
}
