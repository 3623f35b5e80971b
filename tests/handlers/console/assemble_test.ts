import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { assemble } from "../../../lib/handlers/console/assemble.ts";

const PAGE = '<head><link rel="stylesheet" href="a.css">\n<link rel="stylesheet" href="b.css">\n' +
  '<script type="module" src="main.js"></script></head>$&';

function reader(files: Record<string, string>): (name: string) => string {
  const all: Record<string, string> = {
    "page.html": PAGE,
    "a.css": "a {}",
    "b.css": "b {}",
    "main.js": "",
    ...files,
  };
  return (name) => {
    const text = all[name];
    if (text === undefined) throw new Error(`Cannot read "${name}"`);
    return text;
  };
}

Deno.test("assemble() joins styles and modules, each behind the ones that it needs", () => {
  const { html } = assemble(reader({
    "main.js":
      'import { b } from "./b.js";\nimport {\n  c,\n  d,\n} from "./c.js";\nmain(b, c, d);\n',
    "b.js": 'import { c } from "./c.js";\n\nexport function b() {}\n',
    "c.js": "export const c = '$&';\nexport class d {}\n// export it\n",
  }));
  assertEquals(
    html,
    "<head><style>a {}b {}</style>" +
      "<script type=\"module\">const c = '$&';\nclass d {}\n// export it\n\n\n" +
      "function b() {}\n\nmain(b, c, d);\n</script></head>$&",
  );
});

Deno.test("assemble() hashes what stands between the tags", () => {
  const page = assemble(reader({ "main.js": "" }));
  // printf 'a {}b {}' | openssl dgst -sha256 -binary | base64
  assertEquals(page.styleHash, "sha256-DsQm/cWkp+/YEfA+DpxAgvtXOfA25khN6AcpAWBcCQg=");
  assertEquals(page.scriptHashes, ["sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="]);
});

Deno.test("assemble() puts other scripts before the modules, each by itself", () => {
  const { html, scriptHashes } = assemble(reader({
    "page.html": '<head><script src="lib/a-b.js"></script>\n<script src="b.js"></script>\n' +
      '<script type="module" src="main.js"></script></head>',
    "lib/a-b.js": "const x = 1;",
    "b.js": "{ const x = 2; }",
  }));
  assertEquals(
    html,
    "<head><style></style><script>const x = 1;</script><script>{ const x = 2; }</script>" +
      '<script type="module"></script></head>',
  );
  assertEquals(scriptHashes.length, 3);
});

Deno.test("assemble() finds what a page in a folder shares with others, and takes it once", () => {
  const files = reader({
    "in/page.html": '<head><link rel="stylesheet" href="../a.css">' +
      '<script type="module" src="main.js"></script></head>',
    "in/main.js":
      'import { own } from "./own.js";\nimport { shared } from "../shared.js";\nown(shared);\n',
    "in/own.js": 'import { shared } from "../shared.js";\nexport const own = shared;\n',
    "shared.js": "export function shared() {}\n",
  });
  const { html } = assemble(files, "in/page.html");
  assertEquals(
    html,
    '<head><style>a {}</style><script type="module">function shared() {}\n\n' +
      "const own = shared;\n\nown(shared);\n</script></head>",
  );
});

const REFUSED: [files: Record<string, string>, message: string][] = [
  [{ "main.js": 'import { x } from "./x.js";\n' }, 'Cannot read "x.js"'],
  [{ "main.js": 'import x from "./x.js";\n' }, "Cannot join main.js: import x"],
  [{ "main.js": 'import { x as y } from "./x.js";\n' }, "Cannot join main.js: import { x as y }"],
  [{ "main.js": 'import { x } from "npm:x";\n' }, "Cannot join main.js: import { x }"],
  [{ "main.js": "export default 1;\n" }, "Cannot join main.js: export default"],
  [{ "main.js": "export { x };\n" }, "Cannot join main.js: export { x }"],
  [{ "main.js": "const x = 1;\nfunction x() {}\n" }, "two declare x"],
  [
    {
      "main.js": 'import { a } from "./a.js";\nclass x {}\n',
      "a.js": "async function x() {}\nexport const a = 1;\n",
    },
    "two declare x",
  ],
  [{ "main.js": "'</script>'" }, 'Cannot put "</script"'],
  [{ "main.js": "'<!--'" }, 'Cannot put "<!--"'],
  [{ "a.css": "/* </STYLE> */" }, 'Cannot put "</STYLE"'],
];
for (const [files, message] of REFUSED) {
  Deno.test(`assemble() refuses ${JSON.stringify(files)}`, () => {
    const error = assertThrows(() => assemble(reader(files)), Error);
    assertStringIncludes(error.message, message);
  });
}
