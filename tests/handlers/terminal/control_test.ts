import { assertEquals, assertThrows } from "@std/assert";
import { CodecError, HandshakeError } from "../../../lib/base/errors.ts";
import { parseControl, speaksProtocol } from "../../../lib/handlers/terminal/control.ts";
import { sizeIn } from "../../../lib/handlers/terminal/size.ts";

Deno.test("parseControl() takes a size, and how much was shown, and leaves out what it does not know", () => {
  assertEquals(parseControl('{"columns":80,"rows":24}'), { size: { columns: 80, rows: 24 } });
  assertEquals(parseControl('{"read":0,"later":[1]}'), { read: 0 });
  assertEquals(parseControl("{}"), {});
});

Deno.test("parseControl() refuses what it cannot understand", () => {
  const texts = ["", "1", "null", '"x"', '{"rows":1}', '{"columns":1.5,"rows":1}', '{"read":"1"}'];
  for (const text of texts) assertThrows(() => parseControl(text), CodecError, "stdws.terminal.v1");
});

Deno.test("speaksProtocol() finds it among what a client offers", () => {
  const of = (offered: string) =>
    speaksProtocol(new Headers({ "sec-websocket-protocol": offered }));
  assertEquals([of("stdws.terminal.v1"), of("a , stdws.terminal.v1"), of("stdws.terminal.v2")], [
    true,
    true,
    false,
  ]);
  assertEquals(speaksProtocol(new Headers()), false);
});

Deno.test("sizeIn() takes both or one of them, and refuses what is none", () => {
  assertEquals(sizeIn("a=1"), undefined);
  assertEquals(sizeIn("columns=100&rows=30"), { columns: 100, rows: 30 });
  assertEquals(sizeIn("rows=30"), { columns: 80, rows: 30 });
  for (const query of ["rows=", "rows=-1", "rows=1e3", "columns=01000x", "columns=1001"]) {
    assertThrows(() => sizeIn(query), HandshakeError, "Invalid");
  }
});
