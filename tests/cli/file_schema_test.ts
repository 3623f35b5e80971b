import { assertEquals } from "@std/assert";
import { Ajv2020 } from "ajv";
import { parse } from "jsonc-parser";
import schema from "../../lib/cli/stdws.schema.json" with { type: "json" };
import { parseConfigFile } from "../../lib/cli/file.ts";
import { LAYERED } from "../../lib/handlers/flags.ts";
import { HANDLER_NAMES, registry } from "../../lib/handlers/registry.ts";
import { schemaText } from "../../scripts/schema.ts";
import { ROOT } from "../support/server.ts";

Deno.test({
  name: "stdws.schema.json is what `deno task schema` makes of the tables",
  // Some defaults are those of the system.
  ignore: Deno.build.os !== "linux",
  async fn() {
    assertEquals(await Deno.readTextFile(`${ROOT}lib/cli/stdws.schema.json`), schemaText());
  },
});

// No part of the project: what an editor would say of a file. `title` and others are no constraints.
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
  schema,
);

Deno.test("stdws.schema.json describes every option, with its default", () => {
  const { properties } = schema as unknown as {
    properties: Record<string, { description: string; default?: unknown }>;
  };
  for (const { name, doc } of LAYERED) {
    assertEquals(properties[name]?.description.startsWith(doc), true, name);
  }
  assertEquals(properties.maxframesize?.default, 1_048_576);
  assertEquals(properties.loglevel?.default, "access");
  assertEquals(properties.ssl?.default, false);
});

Deno.test("stdws.schema.json knows every handler with its options", () => {
  const [, { oneOf }] = schema.properties.routes.additionalProperties.anyOf as unknown as [
    unknown,
    { oneOf: { title: string; properties: Record<string, unknown>; required: string[] }[] },
  ];
  assertEquals(oneOf.map(({ title }) => title), [...HANDLER_NAMES]);
  for (const name of HANDLER_NAMES) {
    const found = oneOf.find(({ title }) => title === name);
    const { argument, options } = registry[name];
    const names = Object.keys(found?.properties ?? {});
    for (const option of options) assertEquals(names.includes(option.name), true, option.name);
    assertEquals(found?.required, ["handler", ...(argument ? [argument.name] : [])]);
  }
});

const GOOD = [
  "{}",
  `{
    "$schema": "./lib/cli/stdws.schema.json",
    // Where
    "port": 8080, "address": ["127.0.0.1", "::1"], "unixsocket": "/run/a.sock", "unixsocket-mode": "0660",
    "header": "Server: me", "header-ws": ["A: b"], "origin": ["a.example"], "passenv": "PATH,HOME",
    "devconsole": "/_console", "loglevel": "debug", "maxforks": 0, "engine": "node",
    "command": ["cat", "-n"],
    "routes": {
      "/echo": "echo",
      "/chat/:room": "broadcast?history=50&echo=false",
      "/top": { "handler": "shared", "command": "top -b", "linger": "30s", "restart": "on-failure" },
      "/game": { "handler": "module", "file": "./game.ts", "pingms": 5000 },
      "/vnc": { "handler": "tcp", "address": "127.0.0.1:5900", "subprotocol": ["binary"] },
      "/run/*": { "handler": "directory", "dir": "programs", "env": { "A": "b" } },
      "/one": { "handler": "shared", "command": ["one"], "linger": 1500.5, "slow": "latest" },
      "*": { "handler": "process", "command": ["sh", "-c", "ls"], "cwd": "/", "framing": "binary" },
    },
  }`,
];
for (const text of GOOD) {
  Deno.test(`stdws.schema.json admits what the program admits: ${text.replace(/\s+/g, " ")}`, () => {
    parseConfigFile(text, "a");
    assertEquals([validate(parse(text)), validate.errors], [true, null]);
  });
}

const BAD = [
  "[]",
  '{ "prot": 1 }',
  '{ "config": "a" }',
  '{ "port": "80" }',
  '{ "port": 65536 }',
  '{ "port": 1.5 }',
  '{ "loglevel": "all" }',
  '{ "devconsole": "x" }',
  '{ "header": ["x"] }',
  '{ "dir": "" }',
  '{ "command": [] }',
  '{ "routes": [] }',
  '{ "routes": { "top": "echo" } }',
  '{ "routes": { "/a": 5 } }',
  '{ "routes": { "/a": {} } }',
  '{ "routes": { "/a": { "handler": "shard" } } }',
  '{ "routes": { "/a": { "handler": "shared" } } }',
  '{ "routes": { "/a": { "handler": "echo", "command": "ls" } } }',
  '{ "routes": { "/a": { "handler": "shared", "command": "a", "linger": "5 minutes" } } }',
  '{ "routes": { "/a": { "handler": "shared", "command": "a", "linger": -1 } } }',
  '{ "routes": { "/a": { "handler": "shared", "command": "a", "slow": "no" } } }',
  '{ "routes": { "/a": { "handler": "process", "command": "a", "env": ["A=b"] } } }',
  '{ "routes": { "/a": { "handler": "broadcast", "history": -1 } } }',
];
for (const text of BAD) {
  Deno.test(`stdws.schema.json refuses what the program refuses: ${text}`, () => {
    let refused = false;
    try {
      parseConfigFile(text, "a");
    } catch {
      refused = true;
    }
    assertEquals([refused, validate(parse(text))], [true, false]);
  });
}
