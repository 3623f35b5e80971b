import { assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { readConfig } from "../../lib/cli/read_config.ts";
import type { Config } from "../../lib/config.ts";
import { FLAGS, type Options } from "../../lib/handlers/flags.ts";

/** What each layer says. */
interface Said {
  readonly words?: Options;
  readonly command?: readonly string[];
  readonly file?: unknown;
  readonly variables?: Record<string, string>;
}

async function read({ words = {}, command = [], file, variables = {} }: Said): Promise<Config> {
  if (file === undefined) return (await readConfig({ options: words, command }, variables)).config;
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, JSON.stringify(file));
    return (await readConfig({ options: { ...words, config: path }, command }, variables)).config;
  } finally {
    await Deno.remove(path);
  }
}

const PORTS: [said: Said, port: number | undefined][] = [
  [{}, undefined],
  [{ variables: { STDWS_PORT: "1" } }, 1],
  [{ file: { port: 2 } }, 2],
  [{ file: { port: 2 }, variables: { STDWS_PORT: "1" } }, 2],
  [{ words: { port: 3 }, file: { port: 2 }, variables: { STDWS_PORT: "1" } }, 3],
  [{ words: { port: 3 }, variables: { STDWS_PORT: "1" } }, 3],
  [{ words: { port: 0 }, file: { port: 2 } }, 0],
  [{ file: { ssl: false }, variables: { STDWS_PORT: "1" } }, 1],
];
for (const [said, port] of PORTS) {
  Deno.test(`readConfig() takes the port ${port} of ${JSON.stringify(said)}`, async () => {
    const config = await read({ ...said, words: { echo: true, ...said.words } });
    assertEquals(config.listen.port, port);
  });
}

const OVERRIDDEN: [what: string, said: Said][] = [
  ["an option", { words: { port: 3 }, variables: { STDWS_PORT: "x" } }],
  ["an option of the file", { file: { port: 3 }, variables: { STDWS_PORT: "99999" } }],
  ["an address of Kubernetes", { words: { port: 3 }, variables: { STDWS_PORT: "tcp://a:1" } }],
  ["a switch", { words: { ssl: false, port: 3 }, variables: { STDWS_SSL: "maybe" } }],
  ["a list", { words: { address: ["a"], port: 3 }, variables: { STDWS_ADDRESS: "" } }],
  ["what is served", { words: { echo: true, port: 3 }, variables: { STDWS_BROADCAST: "maybe" } }],
  [
    "another name of an option",
    { words: { framing: "lines", port: 3 }, variables: { STDWS_BINARY: "maybe" } },
  ],
  ["another file", { file: { port: 3 }, variables: { STDWS_CONFIG: "/nowhere" } }],
];
for (const [what, said] of OVERRIDDEN) {
  Deno.test(`readConfig() does not read a variable that is overridden by ${what}`, async () => {
    const config = await read({ ...said, words: { echo: true, ...said.words } });
    assertEquals(config.listen.port, 3);
  });
}

Deno.test("readConfig() takes a list from one layer alone", async () => {
  const variables = { STDWS_ADDRESS: "c", STDWS_SUBPROTOCOL: "z" };
  const file = { address: ["a", "b"] };
  const { listen, dispatch } = await read({ words: { echo: true }, file, variables });
  assertEquals(listen.addresses, ["a", "b"]);
  assertEquals(dispatch.subprotocols, ["z"]);
});

Deno.test("readConfig() lets a higher layer switch off what a lower one switches on", async () => {
  const said = { words: { echo: true, reverselookup: false }, file: { reverselookup: true } };
  assertEquals((await read(said)).reverseLookup, false);
});

Deno.test("readConfig() has the routes of all layers, from the highest on", async () => {
  const { routes } = await read({
    words: { route: ["/words=echo", "/same=echo"] },
    file: { routes: { "/file": "echo", "/same": "broadcast" }, route: ["/list=echo"] },
    variables: { STDWS_ROUTE: "/variable=echo\n/same=echo" },
  });
  assertEquals(routes.map(({ path, handler }) => `${path} ${handler}`), [
    "/words echo",
    "/same echo",
    "/file echo",
    "/same broadcast",
    "/list echo",
    "/variable echo",
    "/same echo",
  ]);
});

const OTHERWISE: [said: Said, otherwise: string][] = [
  [{ command: ["ls"], file: { echo: true } }, "process ls"],
  [{ words: { dir: "a" }, file: { command: ["ls"] } }, "directory a"],
  [{ words: { echo: true }, file: { dir: "a" }, variables: { STDWS_BROADCAST: "true" } }, "echo "],
  [{ file: { command: "ls -l" }, variables: { STDWS_DIR: "a" } }, "process ls -l"],
  [{ words: { port: 1 }, file: { dir: "a" }, variables: { STDWS_ECHO: "true" } }, "directory a"],
  [{ variables: { STDWS_DIR: "a" } }, "directory a"],
  [{ words: { echo: false }, file: { echo: true, dir: "a" } }, "directory a"],
  [{ words: { echo: false }, file: { broadcast: true } }, "broadcast "],
];
for (const [said, expected] of OTHERWISE) {
  Deno.test(`readConfig() serves ${expected.trim()} with ${JSON.stringify(said)}`, async () => {
    const { otherwise } = await read(said);
    assertEquals(`${otherwise?.handler} ${otherwise?.words.join(" ")}`, expected);
  });
}

Deno.test("readConfig() refuses two in one layer", async () => {
  const reading = read({ file: { dir: "a", echo: true }, variables: { STDWS_BROADCAST: "1" } });
  await assertRejects(() => reading, UsageError, "Only one of them can be served: --dir=a, --echo");
});

Deno.test("readConfig() takes the file that the environment names, not beside --config", async () => {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, '{ "echo": true, "maxforks": 7 }');
  const variables = { STDWS_CONFIG: path };
  const reading = await readConfig({ options: {}, command: [] }, variables);
  assertEquals([reading.config.maxForks, reading.file], [7, path]);
  assertEquals(reading.variables, ["STDWS_CONFIG"]);
  const missing = { options: { config: "stdws-no-such" }, command: [] };
  await assertRejects(() => readConfig(missing, variables), UsageError, '"stdws-no-such"');
  await Deno.remove(path);
});

Deno.test("readConfig() refuses nothing at all to serve", async () => {
  await assertRejects(() => read({}), UsageError, "There is nothing to serve: name a COMMAND");
});

const FRAMINGS: [said: Said, framing: string][] = [
  [{}, "lines"],
  [{ file: { framing: "binary" } }, "binary"],
  [{ words: { framing: "streams" }, file: { framing: "binary" } }, "streams"],
  // By its old names as well, the highest layer that says one decides.
  [{ words: { framing: "lines" }, file: { binary: true } }, "lines"],
  [{ words: { binary: true }, file: { framing: "lines" } }, "binary"],
  [{ words: { binary: true }, file: { passstderr: true } }, "binary"],
  [{ file: { passstderr: true }, variables: { STDWS_FRAMING: "binary" } }, "streams"],
  [{ words: { binary: false }, file: { binary: true } }, "lines"],
  [{ words: { binary: false }, file: { passstderr: true } }, "streams"],
];
for (const [said, framing] of FRAMINGS) {
  Deno.test(`readConfig() has the framing ${framing} with ${JSON.stringify(said)}`, async () => {
    const { otherwise } = await read({ ...said, command: ["cat"] });
    assertEquals(otherwise?.values.framing, framing);
  });
}

Deno.test("readConfig() refuses two framings in one layer", async () => {
  const reading = read({ command: ["cat"], file: { binary: true, framing: "lines" } });
  await assertRejects(() => reading, UsageError, "--framing=lines cannot be used with --binary");
});

/** Options that make no sense without another. */
const NEEDED: Readonly<Record<string, Options>> = {
  "proxy-headers": { "trust-proxy": ["unix"] },
};
const LIMITED = FLAGS.filter(({ kind, wordsOnly }) => /number|choice/.test(kind) && !wordsOnly);
for (const { name, least = 0, most, choices } of LIMITED) {
  Deno.test(`readConfig() has the limits of --${name} that its table says`, async () => {
    const good: unknown[] = choices ? [...choices] : [Math.max(least, -1)];
    const bad: unknown[] = choices ? ["nothing", ""] : [];
    if (!choices && least > -Infinity) bad.push(least - 1);
    if (most !== undefined) {
      good.push(most);
      bad.push(most + 1);
    }
    const echo = { echo: true, ...NEEDED[name] };
    for (const value of good) {
      await read({ words: { ...echo, [name]: value } as Options });
      await read({ words: echo, file: { [name]: value } });
    }
    for (const value of bad) {
      const words = { ...echo, [name]: value } as Options;
      await assertRejects(() => read({ words }), UsageError, `"${value}" for --${name}`);
      await assertRejects(
        () => read({ words: echo, file: { [name]: value } }),
        UsageError,
        `for ${name}`,
      );
    }
  });
}
