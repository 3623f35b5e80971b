import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/client.ts";
import {
  type Form,
  runToEnd,
  testBoth,
  testEach,
  TestServer,
  testTable,
} from "../support/server.ts";
import { Tree } from "../support/tree.ts";

/** Serves the module `a.js` at `/a`. */
async function serving(
  form: Form,
  text: string,
  test: (server: TestServer, tree: Tree) => Promise<void>,
): Promise<void> {
  await using tree = await Tree.make({ "a.js": text });
  await using server = await TestServer.start(
    [`--route=/a/:name=module ${tree.root}/a.js`, "--echo"],
    { form },
  );
  await test(server, tree);
}

testEach("stdws serves a module with the request, its messages and its end", async (form) => {
  const text = `export default {
    open(connection, request) {
      connection.send(\`Hello, \${request.params.name}, \${request.query}\`);
      return {
        message: (data) => connection.send(data),
        close: (code, reason) => console.log(\`closed \${code} \${reason}\`),
      };
    },
  };`;
  await serving(form, text, async (server) => {
    using client = await RawClient.open(server.url, { target: "/a/J%C3%BC?x=1" });
    assertEquals(await client.text(), "Hello, Jü, x=1");
    await client.send("text");
    assertEquals(await client.text(), "text");
    await client.send(Uint8Array.of(0, 255));
    assertEquals(await client.next(), { kind: "binary", data: Uint8Array.of(0, 255) });
    await client.close(4001, "bye");
    await server.stdout.until(/^closed 4001 bye$/);
  });
});

testEach("stdws lets a module close a connection with a code and a reason", async (form) => {
  await serving(form, `export default { open: (c) => c.close(4000, "full") };`, async (server) => {
    using client = await RawClient.open(`${server.url}a/b`);
    assertEquals(await client.rest(), { texts: [], closed: "4000 full" });
  });
});

testEach("stdws lets a module refuse with a response", async (form) => {
  const text = `export default {
    accept: (request) => request.params.name === "me"
      ? { open: (connection) => connection.send("welcome") }
      : new Response("not you", { status: 403, headers: { "x-why": "name", "content-length": "7" } }),
  };`;
  await serving(form, text, async (server) => {
    using refused = await RawClient.request(`${server.url}a/you`);
    const { status, headers, body } = refused.answer;
    assertEquals([status, headers.get("x-why"), body], [403, "name", "not you"]);
    using client = await RawClient.open(`${server.url}a/me`);
    assertEquals(await client.text(), "welcome");
  });
});

testEach(
  "stdws lets a module choose the subprotocol among those that are offered",
  async (form) => {
    const text = `export default {
    accept: ({ params }) => Promise.resolve({
      subprotocol: params.name,
      open: (connection) => connection.send(connection.subprotocol),
    }),
  };`;
    await serving(form, text, async (server) => {
      const headers = { "Sec-WebSocket-Protocol": "v1,v2" };
      using client = await RawClient.open(`${server.url}a/v2`, { headers });
      assertEquals(client.answer.headers.get("sec-websocket-protocol"), "v2");
      assertEquals(await client.text(), "v2");
      using refused = await RawClient.request(`${server.url}a/v3`, { headers });
      assertEquals(refused.answer.status, 500);
      await server.stdout.until(/The handler failed: It chose the subprotocol "v3"/);
    });
  },
);

testEach("stdws lets a module accept something and take the connection with it", async (form) => {
  const text = `export default {
    accept: ({ params }) => ({
      open: (connection) => connection.send("accepted " + params.name),
      abandon: () => console.log("abandoned"),
    }),
    open: (connection) => connection.send("not this one"),
  };`;
  await serving(form, text, async (server) => {
    using client = await RawClient.open(`${server.url}a/b`);
    assertEquals(await client.text(), "accepted b");
  });
});

testEach("stdws tells a module that what it accepted does not come about", async (form) => {
  const text = `export default {
    accept: () => ({ subprotocol: "none", open() {}, abandon: () => console.log("abandoned") }),
  };`;
  await serving(form, text, async (server) => {
    using refused = await RawClient.request(`${server.url}a/b`);
    assertEquals(refused.answer.status, 500);
    await server.stdout.until(/^abandoned$/);
  });
});

testEach("stdws starts a module once and disposes it at the end", async (form) => {
  const text = `export default {
    start: () => console.log("started"),
    open: (connection) => connection.send("open"),
    [Symbol.asyncDispose]: () => Promise.resolve(console.log("disposed")),
  };`;
  await using tree = await Tree.make({ "a.js": text });
  const route = `module ${tree.root}/a.js`;
  await using server = await TestServer.start([`--route=/a=${route}`, `--route=/b=${route}`], {
    form,
  });
  using client = await RawClient.open(`${server.url}b`);
  assertEquals(await client.text(), "open");
  await server.stop();
  const said = server.stdout.all.filter((line) => /^(started|disposed)$/.test(line));
  assertEquals(said, ["started", "disposed"]);
});

const ROOMS = `const name = ({ query }) => query;
export default {
  open(connection, request) {
    connection.join("lobby");
    connection.send("joined");
    return {
      message(text) {
        if (text === "leave") connection.leave("lobby");
        const echo = text !== "not to me";
        connection.send("to " + connection.publish("lobby", name(request) + ": " + text, { echo }));
      },
    };
  },
};`;

testEach("stdws lets the connections of two modules meet in a room", async (form) => {
  await using tree = await Tree.make({ "one.js": ROOMS, "two.js": ROOMS });
  await using server = await TestServer.start([`--handlers=${tree.root}`], { form });
  using one = await RawClient.open(`${server.url}one?1`);
  assertEquals(await one.text(), "joined");
  using two = await RawClient.open(`${server.url}two?2`);
  assertEquals(await two.text(), "joined");
  await one.send("hi");
  assertEquals([await one.text(), await one.text(), await two.text()], ["1: hi", "to 2", "1: hi"]);
  await two.send("not to me");
  assertEquals([await two.text(), await one.text()], ["to 1", "2: not to me"]);
  await one.send("leave");
  assertEquals([await one.text(), await two.text()], ["to 1", "1: leave"]);
  await two.send("alone");
  assertEquals([await two.text(), await two.text()], ["2: alone", "to 1"]);
});

/** Where a module fails once the connection is open; `fail` is a client's message where it takes one. */
const FAILURES: [where: string, text: string][] = [
  ["open", "export default { open() { throw new Error('oh no'); } };"],
  [
    "an asynchronous open",
    "export default { async open() { await 1; throw new Error('oh no'); } };",
  ],
  ["message", "export default { open: () => ({ message() { throw new Error('oh no'); } }) };"],
  [
    "an asynchronous message",
    "export default { open: () => ({ async message() { await 1; throw new Error('oh no'); } }) };",
  ],
];
const testFailure = testTable();
for (const [where, text] of FAILURES) {
  testFailure(`stdws closes the one connection whose module fails in ${where}`, async (form) => {
    await serving(form, text, async (server) => {
      using other = await RawClient.open(`${server.url}elsewhere`);
      using client = await RawClient.open(`${server.url}a/b`);
      if (where.endsWith("message")) await client.send("fail");
      assertEquals(await client.rest(), { texts: [], closed: "1011 Internal error" });
      assertMatch(
        await server.stdout.until(/The handler failed/),
        / \| The handler failed: oh no \(.*\/a\.js:\d+:\d+\)$/,
      );
      await other.send("still here");
      assertEquals(await other.text(), "still here");
    });
  });
}

testEach("stdws says that an asynchronous open cannot make a session", async (form) => {
  const text = "export default { open: async () => ({ message() {} }) };";
  await serving(form, text, async (server) => {
    using client = await RawClient.open(`${server.url}a/b`);
    assertEquals(await client.rest(), { texts: [], closed: "1011 Internal error" });
    await server.stdout.until(/failed: open returned a promise of a session/);
  });
});

for (const how of ["throw new Error('oh no');", "return Promise.reject(new Error('oh no'));"]) {
  testEach(`stdws answers 500 where a module does this in accept: ${how}`, async (form) => {
    await serving(form, `export default { accept() { ${how} } };`, async (server) => {
      using other = await RawClient.open(`${server.url}elsewhere`);
      using refused = await RawClient.request(`${server.url}a/b`);
      assertEquals(refused.answer.status, 500);
      await server.stdout.until(/The handler failed: oh no \(.*\/a\.js:\d+:\d+\)$/);
      await other.send("still here");
      assertEquals(await other.text(), "still here");
    });
  });
}

/** What fails where nobody waits for it. */
const LATE: [where: string, text: string, line: RegExp][] = [
  [
    "close",
    "() => ({ close() { throw new Error('oh no'); } })",
    /The handler failed: oh no \(.*\/a\.js:\d+:\d+\)$/,
  ],
  [
    "an asynchronous close",
    "() => ({ async close() { await 1; throw new Error('oh no'); } })",
    /The handler failed: oh no \(.*\/a\.js:\d+:\d+\)$/,
  ],
  [
    "a timer",
    "() => { setTimeout(() => { throw new Error('oh no'); }); }",
    /Uncaught: oh no \(.*\/a\.js:\d+:\d+\)$/,
  ],
  [
    "a promise",
    "() => { Promise.reject(new Error('oh no')); }",
    /Unhandled: oh no \(.*\/a\.js:\d+:\d+\)$/,
  ],
];
const testLate = testTable();
for (const [where, open, line] of LATE) {
  testLate(`stdws goes on when a module fails in ${where}`, async (form) => {
    await serving(form, `export default { open: ${open} };`, async (server) => {
      using other = await RawClient.open(`${server.url}elsewhere`);
      using client = await RawClient.open(`${server.url}a/b`);
      await client.close();
      await server.stdout.until(line);
      await other.send("still here");
      assertEquals(await other.text(), "still here");
    });
  });
}

testBoth("stdws --handlers serves every module at the path of its name", async (form) => {
  const says = (text: string) => `export default { open: (c) => c.send("${text}") };`;
  await using tree = await Tree.make({
    "echo.js": says("echo"),
    "chat/lobby.mjs": `import { text } from "../_lib/text.js";\n${
      says("lobby").replace('"lobby"', "text")
    }`,
    "_lib/text.js": "export const text = 'lobby';",
    "index.js": says("index"),
    "a+b.js": says("a+b"),
    "echo_test.js": "throw new Error('a test');",
  });
  await using server = await TestServer.start(
    [`--handlers=${tree.root}`, "--route=/echo=echo"],
    { form },
  );
  const SERVED = [["", "index"], ["chat/lobby", "lobby"], ["a+b", "a+b"]] as const;
  for (const [path, text] of SERVED) {
    using client = await RawClient.open(server.url + path);
    assertEquals(await client.text(), text);
  }
  // A route is before them.
  using echo = await RawClient.open(`${server.url}echo`);
  await echo.send("hi");
  assertEquals(await echo.text(), "hi");
  for (const path of ["chat", "_lib/text", "echo_test", "aab", "chat/lobby.mjs"]) {
    using refused = await RawClient.request(server.url + path);
    assertEquals(refused.answer.status, 404, path);
  }
});

/** What stops the start; `…` is the folder of the modules. */
const STOPS: [what: string, files: Record<string, string>, args: string[], line: RegExp][] = [
  [
    "a module that does not parse",
    { "a.js": "export default {\n  open( {\n};" },
    ["--route=/a=module …/a.js"],
    /^Cannot serve the route \/a: Cannot load "…\/a\.js": SyntaxError: .* \(…\/a\.js:\d+:\d+\)$/,
  ],
  [
    "a module that throws",
    { "a.js": `import "./b.js";`, "b.js": "\nthrow new Error('oh no');" },
    ["--route=/a=module …/a.js"],
    /^Cannot serve the route \/a: Cannot load "…\/a\.js": it threw Error: oh no \(…\/b\.js:2:7\)$/,
  ],
  [
    "a module that is not there",
    {},
    ["--route=/a=module …/a.js"],
    /^Cannot serve the route \/a: Cannot load "…\/a\.js": No such file or directory/,
  ],
  [
    "a module whose import is not there",
    { "a.js": `\nimport "./b.js";` },
    ["--route=/a=module …/a.js"],
    /^Cannot serve the route \/a: Cannot load "…\/a\.js": .*…\/b\.js.* \(…\/a\.js:2:8\)$/,
  ],
  [
    "a module without a handler",
    { "a.js": "export const open = 1;" },
    ["--handlers=…"],
    /^Cannot serve the route \/a: Cannot load "…\/a\.js": there is no default export in it$/,
  ],
  [
    "a folder without modules",
    { "a.txt": "" },
    ["--handlers=…"],
    /^Cannot serve handlers from "…": there is no module in it$/,
  ],
  [
    "a folder that is not there",
    {},
    ["--handlers=…/none"],
    /^Cannot serve handlers from "…\/none": No such file/,
  ],
  [
    "--watch without modules",
    {},
    ["--watch", "--echo"],
    /^--watch needs modules: name --handlers=DIR or a --route to a module$/,
  ],
];
for (const [what, files, args, line] of STOPS) {
  testBoth(`stdws does not start with ${what}`, async (form) => {
    await using tree = await Tree.make(files);
    const { code, stdout, stderr } = await runToEnd(
      ["--port=0", "--address=127.0.0.1", ...args.map((arg) => arg.replace("…", tree.root))],
      { form },
    );
    assertEquals([code, stdout], [1, ""]);
    const [first = "", usage = ""] = stderr.replaceAll(tree.root, "…").split("\n");
    assertMatch(first.replace(/^stdws: /, ""), line);
    assertStringIncludes(usage, "Usage: stdws");
  });
}
