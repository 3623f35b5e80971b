import { assertMatch } from "@std/assert";
import { ConfigFile } from "../support/config_file.ts";
import type { TestServer } from "../support/server.ts";
import { abuse, type Attack } from "./abuse.ts";
import { QuietClient } from "./quiet_client.ts";

const LOCAL = { port: 0, address: "127.0.0.1" };

function routes(count: number, of: (index: number) => unknown): Record<string, unknown> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => {
    return [`/p${index}/:id`, of(index)];
  }));
}

/** Has the server read its file again while a client is served; the line that says what came of it. */
async function reload(attack: Attack, server: TestServer): Promise<string> {
  const quiet = await QuietClient.connect(`${server.url}echo`);
  try {
    const known = server.stdout.all.length;
    Deno.kill(server.pid, "SIGHUP");
    return await server.stdout.after(known, /Reloaded:|Cannot reload/);
  } finally {
    // Its last answer counts, too.
    await quiet[Symbol.asyncDispose]();
    attack.note({ longestWait: quiet.longestWait });
  }
}

abuse("a configuration of 8,000 routes that is read again", async (attack) => {
  const always = { "/echo": "echo" };
  await using file = await ConfigFile.write({ ...LOCAL, routes: always });
  await using server = await attack.start([`--config=${file.path}`]);
  for (const handler of ["echo", "process cat"]) {
    const many = routes(8_000, (index) => index % 2 ? handler : { handler: "broadcast" });
    await file.change({ ...LOCAL, routes: { ...many, ...always } });
    assertMatch(await reload(attack, server), /Reloaded: 8001 routes$/);
  }
  attack.note({ counted: 16_002 });
});

abuse("a configuration full of mistakes that is read again", async (attack) => {
  const always = { "/echo": "echo" };
  await using file = await ConfigFile.write({ ...LOCAL, routes: always });
  await using server = await attack.start([`--config=${file.path}`]);
  const WRONG: [text: string, says: RegExp][] = [
    ['{ "a": '.repeat(2_000) + "1" + "}".repeat(2_000), /:1:449: It is nested more than 64 deep$/],
    ["[".repeat(1_000_000), /:1:65: It is nested more than 64 deep$/],
    [JSON.stringify(routes(8_000, () => "echo")), /and 7980 more mistakes$/],
    [JSON.stringify({ routes: routes(8_000, () => "ecko") }), /and 7980 more mistakes$/],
    [JSON.stringify({ routes: routes(8_000, () => 5) }), /and 7980 more mistakes$/],
    [`{ "port": "${"x".repeat(8_000_000)}" }`, /" for port: expected a whole number, 0 to 65535$/],
    ["x".repeat(20_000_000), /it is larger than 16 MiB$/],
    ['{ "port": 1, \0 }', /It is no JSON/],
  ];
  for (const [text, says] of WRONG) {
    await Deno.writeTextFile(file.path, text);
    const line = await reload(attack, server);
    assertMatch(line, /Cannot reload, the routes stay as they were: /);
    assertMatch(line, says);
  }
  attack.note({ counted: WRONG.length });
});

abuse("a configuration that became a pipe on which nobody writes", async (attack) => {
  const always = { "/echo": "echo" };
  await using file = await ConfigFile.write({ ...LOCAL, routes: always });
  await using server = await attack.start([`--config=${file.path}`]);
  await Deno.remove(file.path);
  await new Deno.Command("mkfifo", { args: [file.path] }).output();
  assertMatch(await reload(attack, server), /it does not come to its end within 10 s$/);
}, { needs: ["mkfifo"] });
