import { assert, assertEquals, assertMatch } from "@std/assert";
import project from "../../deno.json" with { type: "json" };
import { publishedSpecifier } from "../../scripts/npm.ts";
import { RawClient } from "../support/client.ts";
import { CommandServer } from "../support/command_server.ts";
import { Lines } from "../support/lines.ts";
import { pidIn, untilGone } from "../support/processes.ts";
import { needing } from "../support/programs.ts";
import { needingRegistry } from "../support/registry.ts";
import { ROOT, TestServer } from "../support/server.ts";
import { Tree } from "../support/tree.ts";
import { installedPackage, removePackage } from "./npm_package.ts";

const ENV = Deno.env.toObject();

const SPECIFIERS: [source: string, expected: string][] = [
  ["./a.ts", "./a.js"],
  ["../a/b.d.ts", "../a/b.d.js"],
  ["../../deno.json", "../../package.json"],
  ["node:http", "node:http"],
  ["npm:zod@4.6.7", "zod"],
  ["npm:@logtape/logtape@2.4.2", "@logtape/logtape"],
  ["npm:deno-std@1.4.0/http/etag.js", "deno-std/http/etag.js"],
  ["@stdws/stdws/edge", "stdws/edge"],
];
Deno.test("publishedSpecifier() names what is in the package", () => {
  for (const [source, expected] of SPECIFIERS) assertEquals(publishedSpecifier(source), expected);
  const dependencies = new Map<string, string>();
  publishedSpecifier("npm:@logtape/logtape@2.4.2/x.js", dependencies);
  assertEquals([...dependencies], [["@logtape/logtape", "2.4.2"]]);
});

/** Defines a test of the installed package. */
function testPackage(
  name: string,
  fn: (folder: string) => Promise<void>,
  ...needs: string[]
): void {
  Deno.test({
    ...needingRegistry(`The npm package ${name}`, "npm", ...needs),
    fn: async () => await fn((await installedPackage()).folder),
  });
}

testPackage("tells Node.js that its library needs Deno", async (folder) => {
  for (const what of ["* as all", "{ serve, echo }"]) {
    const text = `import ${what} from "stdws";`;
    const args = ["--input-type=module", "--eval", text];
    const { code, stderr } = await new Deno.Command("node", { args, cwd: folder }).output();
    assertEquals(code, 1);
    assertMatch(new TextDecoder().decode(stderr), /^Error: The library of .* runs on Deno, /m);
  }
}, "node");

testPackage("has its code, its pages and nothing else", async () => {
  const { files } = await installedPackage();
  const top = files.filter((path) => !path.startsWith("lib/")).sort();
  assertEquals(top, [
    "CHANGELOG.md",
    "LICENSE",
    "README.md",
    "bin.js",
    "main.js",
    "needs_deno.js",
    "package.json",
  ]);
  const others = files.filter((path) => !top.includes(path) && !/\.(js|css|html|md)$/.test(path));
  // Types are there for what the library exports.
  for (const name of ["mod", "edge", "client/client"]) assert(others.includes(`lib/${name}.d.ts`));
  assertEquals(others.filter((path) => !path.endsWith(".d.ts")), [
    "lib/cli/stdws.schema.json",
    // Of the terminal that the page is made with.
    "lib/console/terminal/xterm/LICENSE",
  ]);
});

testPackage("serves, whatever is in the folder where it is started", async (folder) => {
  await using elsewhere = await Tree.make({
    "deno.json": "this is no JSON",
    "package.json": '{ "dependencies": { "zod": "1.0.0" } }',
    ".npmrc": "registry=http://127.0.0.1:1/",
  });
  const command = [`${folder}/node_modules/.bin/stdws`];
  await using server = await CommandServer.start(command, ["--", "cat"], { cwd: elsewhere.root });
  using client = await RawClient.open(server.url);
  await client.send("hi");
  assertEquals(await client.text(), "hi");
});

testPackage("has the console and reads handlers in TypeScript", async (folder) => {
  await using tree = await Tree.make({
    "a.ts": `import type { Handler } from "stdws";
      export default { open(connection) { connection.send("Hello"); } } satisfies Handler;`,
  });
  const args = ["--devconsole", "--handlers=."];
  await using server = await CommandServer.start([`${folder}/node_modules/.bin/stdws`], args, {
    cwd: tree.root,
  });
  using client = await RawClient.open(`${server.url}a`);
  assertEquals(await client.text(), "Hello");
  const page = await fetch(server.url.replace("ws", "http"));
  assertEquals([page.status, (await page.text()).includes("bufferedAmount")], [200, true]);
});

/** The ways to start the command, by the folder where it is installed. */
const WAYS: [way: string, words: (folder: string) => string[]][] = [
  ["node_modules/.bin", (folder) => [`${folder}/node_modules/.bin/stdws`]],
  ["npx", () => ["npx", "--no-install", "stdws"]],
  ["npm run", () => ["npm", "run", "--silent", "serve", "--"]],
];
for (const [way, words] of WAYS) {
  testPackage(`ends with its programs by SIGTERM, started by ${way}`, async (folder) => {
    const program = ["--", "sh", "-c", "echo $$; exec cat"];
    const server = await CommandServer.start(words(folder), program, { cwd: folder });
    using client = await RawClient.open(server.url);
    const pid = pidIn(await client.text());
    // Resolves when nobody has its output open any more, the server neither.
    const { code } = await server.stop("SIGTERM");
    // npm has codes of its own.
    if (way === "node_modules/.bin") assertEquals(code, 0);
    await untilGone(pid);
    assertEquals((await client.rest()).closed.slice(0, 4), "1001");
  });

  testPackage(`ends with the server's exit code, started by ${way}`, async (folder) => {
    const [program = "", ...before] = words(folder);
    const args = [...before, "--port=0", "--nonsense"];
    const output = await new Deno.Command(program, { args, cwd: folder }).output();
    const told = new TextDecoder().decode(output.stderr).split("\n")[0];
    assertEquals([output.code, told], [2, "stdws: Unknown option --nonsense"]);
  });
}

testPackage("ends in peace by Ctrl-C in a terminal", async (folder) => {
  // It takes a while to end, in which a second signal would end the server at once, by the code of that.
  const program = `sh -c 'trap "" INT; echo up; cat; sleep 0.3'`;
  // The shell that `script` starts leaves its place: some are ended by the key themselves, and by that code.
  const command =
    `exec ${folder}/node_modules/.bin/stdws --port=0 --address=127.0.0.1 -- ${program}`;
  const terminal = new Deno.Command("script", {
    args: ["--quiet", "--return", "--flush", "--command", command, "/dev/null"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const shown = new Lines(terminal.stdout);
  const line = await shown.until(/Starting WebSocket server/);
  using client = await RawClient.open(line.match(/ws:\S+\//)?.[0] ?? "");
  assertEquals(await client.text(), "up");
  const keys = terminal.stdin.getWriter();
  await keys.write(Uint8Array.of(3));
  const { code } = await terminal.status;
  await keys.close().catch(() => {});
  await shown.ended;
  assertEquals([code, (await client.rest()).closed.slice(0, 4)], [0, "1001"]);
}, "script");

Deno.test({
  ...needing("The npm package says what is missing where its Deno is not there", "node"),
  async fn() {
    const bin = await Deno.readTextFile(`${ROOT}scripts/npm/bin.js`);
    await using tree = await Tree.make({ "bin.js": bin, "package.json": '{ "type": "module" }' });
    const command = new Deno.Command("node", { args: [`${tree.root}/bin.js`, "--version"] });
    const { code, stderr } = await command.output();
    assertEquals(code, 1);
    assertMatch(
      new TextDecoder().decode(stderr),
      /^stdws: Cannot start the Deno of the npm package "deno": .*'deno\/install_api.cjs'\n$/,
    );
  },
});

/** A program for Node.js whose connection breaks between two of its messages. */
const NODE_CLIENT = `
import { ResumingWebSocket } from "stdws/client";
import { WebSocket } from "ws";

const sockets = [];
class Noted extends WebSocket {
  constructor(...args) {
    super(...args);
    sockets.push(this);
  }
}
const options = { WebSocket: Noted, minDelay: 1 };
const socket = new ResumingWebSocket(process.argv[2], [], options);
socket.binaryType = "arraybuffer";
socket.onopen = () => socket.send(Uint8Array.of(1));
socket.onmessage = ({ data }) => {
  console.log(data instanceof ArrayBuffer ? "binary" : data);
  if (sockets.length > 1) return socket.close(1000);
  sockets[0].terminate();
  socket.send("text");
};
socket.onresumed = () => console.log("resumed");
socket.onclose = ({ code }) => console.log(code, socket.resumes);
`;

testPackage("has a client for Node.js, whose own WebSocket is that of ws", async (folder) => {
  await Deno.writeTextFile(`${folder}/client.js`, NODE_CLIENT);
  await using server = await TestServer.start(["--route=/=echo?resume=60s"]);
  const { stdout, stderr } = await new Deno.Command("node", {
    args: ["client.js", server.url],
    cwd: folder,
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(new TextDecoder().decode(stdout), "binary\nresumed\ntext\n1000 true\n");
}, "node");

testPackage("serves a user who can write nowhere and has no home", async (folder) => {
  const words = Deno.uid() === 0
    ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    : ["env"];
  const env = { PATH: ENV.PATH ?? "", HOME: "/nonexistent", DENO_DIR: "/proc/nowhere" };
  await using server = await CommandServer.start(
    [...words, `${folder}/node_modules/.bin/stdws`],
    ["--", "sh", "-c", "id -u; exec cat"],
    { cwd: "/", env },
  );
  using client = await RawClient.open(server.url);
  assertEquals(await client.text(), `${Deno.uid() === 0 ? 65534 : Deno.uid()}`);
  assertEquals(server.stderr.all, []);
}, "setpriv");

testPackage("says its version", async (folder) => {
  const command = new Deno.Command(`${folder}/node_modules/.bin/stdws`, { args: ["--version"] });
  const { stdout } = await command.output();
  assertEquals(new TextDecoder().decode(stdout).split(/[\n ]/)[1], project.version);
});

Deno.test.afterAll(removePackage);
