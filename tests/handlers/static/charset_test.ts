import { assertEquals } from "@std/assert";
import { isKnownUtf8 } from "../../../lib/handlers/static/charset.ts";

const UTF8 = new TextEncoder().encode("für");
const LATIN1 = Uint8Array.of(0x66, 0xfc, 0x72);
const MARK = Uint8Array.of(0xef, 0xbb, 0xbf);

/** Bytes of texts, a byte for a character, and of bytes. */
function join(...parts: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => {
    return typeof part === "string" ? Array.from(part, (char) => char.charCodeAt(0)) : [...part];
  }));
}

const PAGES: [what: string, page: readonly (string | Uint8Array)[], known: boolean][] = [
  ["nothing", [], true],
  ["ASCII", ["<p>fur"], true],
  ["UTF-8", ["<p>", UTF8], true],
  ["UTF-8 that is cut at the end", ["<p>", UTF8, Uint8Array.of(0xe2, 0x82)], true],
  ["UTF-8 with a mark", [MARK, "<p>", UTF8], true],
  ["Latin-1", ["<p>", LATIN1], false],
  ["UTF-16 with a mark, little end first", [Uint8Array.of(0xff, 0xfe), "<\0p\0>\0"], false],
  ["UTF-16 with a mark, big end first", [Uint8Array.of(0xfe, 0xff), "\0<\0p\0>"], false],
  ["UTF-16 without a mark", ["<\0p\0>\0"], false],
  ["ISO-2022-JP", ["<p>\x1b$BF|K\\\x1b(B"], false],
  // What the page says itself.
  ["its own UTF-8", ['<meta charset="utf-8"><p>', UTF8], true],
  ["its own utf8 without quotes", ["<META CHARSET=UTF8><p>", UTF8], true],
  ["its own UTF-8, broken", ['<meta charset="utf-8"><p>', LATIN1], true],
  ["its own Latin-1", ['<meta charset="iso-8859-1"><p>', LATIN1], false],
  ["its own Latin-1, in ASCII", ["<!doctype html><meta charset='latin1'><p>fur"], false],
  ["its own Latin-1, in what would be UTF-8", ["<meta charset=windows-1252><p>", UTF8], false],
  ["its own Shift_JIS", ["<head><meta charset=Shift_JIS /><p>", Uint8Array.of(0x93, 0xfa)], false],
  ["its own UTF-16, which it cannot be", ['<meta charset="utf-16"><p>', UTF8], true],
  ["its own, which there is not", ['<meta charset="klingon"><p>', UTF8], true],
  ["its own, which there is not, and Latin-1", ['<meta charset="klingon"><p>', LATIN1], false],
  [
    "one in place of a header",
    ['<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">', UTF8],
    false,
  ],
  [
    "one in place of a header, turned round",
    ["<meta content='text/html;charset = windows-1251' http-equiv=content-type>", UTF8],
    false,
  ],
  ["another element with that word", ['<meta name="d" content="a charset=latin1">', UTF8], true],
  ["one in a comment", ["<!-- <meta charset=latin1> -->", UTF8], true],
  ["one behind a comment", ["<!-- > --><meta charset=latin1>", UTF8], false],
  ["one in a comment without an end", ["<!-- <meta charset=latin1>", UTF8], true],
  ["one behind another that says nothing", ["<meta name=a><meta charset=latin1>", UTF8], false],
  ["the first of two", ["<meta charset=utf-8><meta charset=latin1>", UTF8], true],
  ["one far behind", [`<!-- ${"x".repeat(3_000)} --><meta charset=latin1>`, UTF8], false],
  ["a mark that stands above it", [MARK, "<meta charset=latin1>", UTF8], true],
  ["an element that has no end", [`<meta ${"<meta ".repeat(2_000)}`, UTF8], true],
];
for (const [what, page, known] of PAGES) {
  Deno.test(`isKnownUtf8() says ${known} to a page with ${what}`, () => {
    assertEquals(isKnownUtf8("text/html", join(...page)), known);
  });
}

const OTHERS: [type: string, text: readonly (string | Uint8Array)[], known: boolean][] = [
  ["text/css", ['@charset "iso-8859-1"; a { content: "x" }'], false],
  ["text/css", ['@charset "UTF-8"; a { content: "', UTF8, '" }'], true],
  ["text/css", ['/**/ @charset "iso-8859-1";'], true],
  ["text/css", ['a { content: "', LATIN1, '" }'], false],
  ["text/javascript", ["let a = '", LATIN1, "'"], false],
  ["text/javascript", ["let a = '<meta charset=latin1>", UTF8, "'"], true],
  ["text/plain", [LATIN1], false],
  ["text/plain", ['@charset "iso-8859-1";', UTF8], true],
];
for (const [type, text, known] of OTHERS) {
  const bytes = join(...text);
  const shown = new TextDecoder("latin1").decode(bytes);
  Deno.test(`isKnownUtf8() says ${known} to ${type} with ${shown}`, () => {
    assertEquals(isKnownUtf8(type, bytes), known);
  });
}
