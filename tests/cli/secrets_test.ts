/** What somebody says at the start, with a mistake beside a secret, and is told of it where others read it. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { createApp } from "../../lib/app.ts";
import { parseArgs } from "../../lib/cli/args.ts";
import { check } from "../../lib/cli/check.ts";
import { clientOptionsOf } from "../../lib/cli/connect/client_options.ts";
import { readEnvironment } from "../../lib/cli/environment.ts";
import { parseConfigFile } from "../../lib/cli/file.ts";
import { readConfig } from "../../lib/cli/read_config.ts";
import { makeAuthenticator } from "../../lib/gate/auth/auth.ts";
import { process } from "../../lib/handlers/process.ts";

const SECRET = "s3cret";

function words(...argv: string[]): unknown {
  const args = parseArgs(argv);
  if (args.kind === "connect") return clientOptionsOf(args.url, args.options, args);
  return args.kind === "serve" ? readConfig(args, {}) : args;
}

const CONNECT = [
  [`--connect=ws://u:${SECRET}@h/#x`],
  [`--connect=u:${SECRET}@h/#x`],
  [`--connect=ftp://u:p/${SECRET}@h/`],
  [`--connect=ws://u:${SECRET}@h/?access_token=${SECRET}`, "cat"],
  [`--connect=ws://h/?access_token=${SECRET}`, "--port=1"],
  [`ws://u:${SECRET}@h/?access_token=${SECRET}`],
  [`--bus=redi://u:${SECRET}@h`, "cat"],
  [`--bus=redis://u:${SECRET}@h@x/9999999`, "cat"],
];

const ROUTES = [
  `/a=process?env=PW=${SECRET}&rest=x cat`,
  `/a=process?env=PW%3D${SECRET}&rest=x cat`,
  `/a=process?rest=x&env=PW=${SECRET}&env=B=${SECRET} cat`,
  `/a=process?env=PW=${SECRET}&framing=x cat`,
  `/a=process?env=PW=${SECRET}&framing cat`,
  `/a=process?env=PW=${SECRET}`,
  `/a=process?env=PW=100%${SECRET} cat`,
  `/a=process?env==${SECRET} cat`,
  `/a=process?env=PW=${SECRET}%00 cat`,
  `/a=proces?env=PW=${SECRET} cat`,
  `/a=process?env=PW=${SECRET} 'cat`,
  `/a{=process?env=PW=${SECRET} cat`,
  `a=process?env=PW=${SECRET} cat`,
  `/a=echo?auth=forward:https://h/?k=${SECRET}&rest=x`,
];

const VARIABLES: Record<string, string>[] = [
  { STDWS_BUS: `redi://u:${SECRET}@h` },
  { STDWS_BUS: `redis://u:pass/${SECRET}@h` },
  { STDWS_AUTH: `forwrd:https://u:${SECRET}@h` },
];

const FILES: unknown[] = [
  { bus: `redi://:${SECRET}@h` },
  { bus: [`redis://:${SECRET}@h`] },
  { auth: { forward: `https://u:${SECRET}@h` } },
  { auth: `forwrd:https://h/?k=${SECRET}`, port: "x" },
  { routes: [{ path: "/a", handler: "process", env: { PW: SECRET } }] },
  { routes: { "/a": [`process?env=PW=${SECRET} cat`] } },
  ...[`PW=${SECRET}`, [`PW=${SECRET}`], [SECRET], { PW: [SECRET] }, { "P=W": SECRET }].map(
    (env) => ({ routes: { "/a": { handler: "process", command: "cat", env } } }),
  ),
  ...ROUTES.map((text) => ({ routes: { "/a": text.slice(3) } })),
  ...ROUTES.map((route) => ({ route })),
];

const CASES: [what: string, read: () => unknown][] = [
  ...CONNECT.map((argv): [string, () => unknown] => [argv.join(" "), () => words(...argv)]),
  ...ROUTES.map((text): [string, () => unknown] => [text, () => words(`--route=${text}`)]),
  ...[...VARIABLES, ...ROUTES.map((text) => ({ STDWS_ROUTE: text }))].map(
    (variables): [string, () => unknown] => [
      JSON.stringify(variables),
      () => readEnvironment(variables),
    ],
  ),
  ...FILES.map((value): [string, () => unknown] => {
    const text = JSON.stringify(value);
    return [text, () => parseConfigFile(text, "stdws.json")];
  }),
  ...[
    `https//u:${SECRET}@h`,
    `http//h?x=${SECRET}`,
    `ftp://h/?x=${SECRET}`,
    `https://u:${SECRET}@h`,
  ]
    .map((rest): [string, () => unknown] => {
      return [`forward:${rest}`, () => makeAuthenticator({ kind: "forward", rest })];
    }),
  ["process({ env })", () => process(["cat"], { env: { A: 5, PW: SECRET } as never })],
];
for (const [what, read] of CASES) {
  Deno.test(`UsageError of ${what} has no secret in it`, async () => {
    // deno-lint-ignore require-await -- what is thrown at once is a rejection as well
    const { message } = await assertRejects(async () => read(), UsageError);
    assertEquals(message.includes(SECRET), false, message);
  });
}

Deno.test("check() shows a command that works with its variables, and addresses without their queries", async () => {
  const args = parseArgs([
    "--check",
    "--auth=forward:https://h/check?key=s3cret",
    "--route=/a=process?env=A=b&pingms=5 cat",
  ]);
  assert(args.kind === "check");
  const reading = await readConfig(args, {});
  const app = await createApp(reading.config);
  const text = check(reading, app.routes, args);
  assertEquals(text.includes(SECRET), false, text);
  assert(text.includes("'--route=/a=process?env=A=b&pingms=5 cat'"), text);
  assert(text.includes("'--auth=forward:https://h/check?***'"), text);
});
