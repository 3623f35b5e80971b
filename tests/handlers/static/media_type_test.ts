import { assertEquals } from "@std/assert";
import { isText, mediaType } from "../../../lib/handlers/static/media_type.ts";
import { Tree } from "../../support/tree.ts";

const BY_NAME: [name: string, type: string][] = [
  ["app.js.map", "application/json; charset=UTF-8"],
  ["data.json", "application/json; charset=UTF-8"],
  ["app.webmanifest", "application/manifest+json; charset=UTF-8"],
  ["module.wasm", "application/wasm"],
  ["titles.vtt", "text/vtt; charset=UTF-8"],
  ["image.svg", "image/svg+xml"],
  ["image.png", "image/png"],
  ["image.jpg", "image/jpeg"],
  ["image.webp", "image/webp"],
  ["image.avif", "image/avif"],
  ["favicon.ico", "image/vnd.microsoft.icon"],
  ["font.woff2", "font/woff2"],
  ["film.mp4", "video/mp4"],
  ["film.webm", "video/webm"],
  ["song.mp3", "audio/mpeg"],
  ["paper.pdf", "application/pdf"],
  ["pack.zip", "application/zip"],
  ["pack.tar.gz", "application/gzip"],
];
for (const [name, type] of BY_NAME) {
  Deno.test(`mediaType() says ${type} to ${name}, without a look at the file`, async () => {
    const read = () => Promise.reject(new Error("It was read"));
    assertEquals(await mediaType(`/folder.d/${name}`, { read }), type);
  });
}

const NAMED: [name: string, type: string][] = [
  ["page.html", "text/html"],
  ["page.htm", "text/html"],
  ["PAGE.HTML", "text/html"],
  ["style.css", "text/css"],
  ["app.js", "text/javascript"],
  ["app.mjs", "text/javascript"],
  ["app.min.js", "text/javascript"],
  ["note.txt", "text/plain"],
  ["note.md", "text/markdown"],
  ["table.csv", "text/csv"],
];
const CONTENTS: [content: string | Uint8Array, charset: string][] = [
  ["", "; charset=UTF-8"],
  ["für", "; charset=UTF-8"],
  [Uint8Array.of(0x66, 0xfc, 0x72), ""],
];
for (const [name, type] of NAMED) {
  Deno.test(`mediaType() says ${type} to ${name}, and the charset where it is UTF-8`, async () => {
    for (const [content, charset] of CONTENTS) {
      await using tree = await Tree.make({ [name]: content });
      const path = `${tree.root}/${name}`;
      using file = await Deno.open(path);
      assertEquals(await mediaType(path, file), type + charset);
    }
  });
}

const TEXT = "text/plain; charset=UTF-8";
const BINARY = "application/octet-stream";
const BY_CONTENT: [name: string, content: string | Uint8Array, type: string][] = [
  ["README", "Read me.\n", TEXT],
  ["main.py", "print('ü')\n", TEXT],
  [".gitignore", "node_modules\n", TEXT],
  ["ends-with-dot.", "text", TEXT],
  ["folder.html/README", "text", TEXT],
  ["constructor", "text", TEXT],
  ["a.__proto__", "text", TEXT],
  ["empty", "", TEXT],
  // Not more than text, whatever it looks like.
  ["page", "<!doctype html><script>alert(1)</script>", TEXT],
  ["program", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0]), BINARY],
  ["a.unknown", "a\0b", BINARY],
  ["latin-1", new Uint8Array([0x66, 0xfc, 0x72]), BINARY],
];
for (const [name, content, type] of BY_CONTENT) {
  Deno.test(`mediaType() says ${type} to the content of ${name}`, async () => {
    await using tree = await Tree.make({ [name]: content });
    const path = `${tree.root}/${name}`;
    using file = await Deno.open(path);
    assertEquals(await mediaType(path, file), type);
  });
}

const SAMPLES: [what: string, bytes: number[], text: boolean][] = [
  ["tabs, line ends and form feeds", [9, 10, 11, 12, 13, 65], true],
  ["colours of a terminal", [27, 91, 51, 49, 109], true],
  ["a character that is cut at the end", [65, 0xe2, 0x82], true],
  ["a character that is broken", [0xe2, 0x82, 65], false],
  ["UTF-16", [0xff, 0xfe, 65, 0], false],
  ["a byte 0", [65, 0], false],
  ["a control character", [65, 7], false],
  ["DEL", [65, 127], false],
];
for (const [what, bytes, text] of SAMPLES) {
  Deno.test(`isText() says ${text} to ${what}`, () => {
    assertEquals(isText(new Uint8Array(bytes)), text);
  });
}
