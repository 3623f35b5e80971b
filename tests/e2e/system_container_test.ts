import { parse } from "@std/yaml/parse";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { dirname } from "node:path";
import { RawClient } from "../support/client.ts";
import { run } from "../support/certificates.ts";
import { needing } from "../support/programs.ts";
import { ROOT, runToEnd, testBoth, TestServer } from "../support/server.ts";

const DEPLOY = `${ROOT}scripts/deploy`;

/** An instruction of a Dockerfile. */
interface Instruction {
  readonly name: string;
  readonly rest: string;
}

async function instructions(): Promise<Instruction[]> {
  const text = await Deno.readTextFile(`${DEPLOY}/Dockerfile`);
  const lines = text.split("\n").filter((line) => !line.startsWith("#")).join("\n");
  return lines.replace(/\\\n\s*/g, "").split("\n").filter(Boolean).map((line) => {
    const [, name = "", rest = ""] = /^([A-Z]+) (.*)$/.exec(line) ?? [];
    return { name, rest };
  });
}

/** The last instruction of a name, which is that of the image. */
async function last(name: string): Promise<string> {
  return (await instructions()).findLast((each) => each.name === name)?.rest ?? "";
}

/** The words of an instruction that no shell reads. */
async function wordsOf(name: string): Promise<string[]> {
  return JSON.parse((await last(name)).replace(/^[^[]*/, ""));
}

Deno.test("scripts/deploy/Dockerfile copies all that the executable is made of, and nothing is missing", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const copies = (await instructions()).filter(({ name, rest }) =>
      name === "COPY" && !rest.startsWith("--from")
    );
    for (const { rest } of copies) {
      const words = rest.split(" ");
      const target = words.pop() ?? "";
      for (const source of words) {
        const to = `${folder}/${target === "./" ? source : target}`;
        await Deno.mkdir(dirname(to), { recursive: true });
        assert((await run("cp", "-r", `${ROOT}${source}`, to)).success, source);
      }
    }
    for (const root of ["main.ts", "scripts/compile.ts"]) {
      const info = await new Deno.Command(Deno.execPath(), {
        args: ["info", "--json", root],
        cwd: folder,
      }).output();
      const { modules } = JSON.parse(new TextDecoder().decode(info.stdout)) as {
        modules: readonly { specifier: string; error?: string }[];
      };
      assert(modules.length > 1, root);
      // Types are no part of it.
      const missing = modules.filter(({ specifier, error }) =>
        error && !specifier.endsWith(".d.ts")
      );
      assertEquals(missing, []);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("scripts/deploy/Dockerfile has an image that runs as nobody else, by no shell, and ends by SIGTERM", async () => {
  assertMatch(await last("USER"), /^[1-9]\d*:[1-9]\d*$/);
  assertEquals(await last("STOPSIGNAL"), "SIGTERM");
  assertEquals((await wordsOf("ENTRYPOINT")).length, 1);
  for (const { name, rest } of await instructions()) {
    if (/^(RUN|CMD|ENTRYPOINT|HEALTHCHECK)$/.test(name)) assertMatch(rest, /^[^"]*\["/, name);
  }
});

testBoth(
  "scripts/deploy/Dockerfile starts a server that its health check finds, and misses when it is gone",
  async (form) => {
    const args = (await wordsOf("CMD")).map((word) => word.replace("/etc/stdws/", `${DEPLOY}/`));
    const free = ["--port=0", "--address=127.0.0.1", "--admin=127.0.0.1:0", "--log-format=text"];
    await using server = await TestServer.startAt([...args, ...free], { form });
    const line = await server.stdout.until(/Starting admin server/);
    const port = /http:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.[1] ?? "";
    const [program = "", ...check] = (await wordsOf("HEALTHCHECK")).map((word) =>
      word.replaceAll("9090", port)
    );
    const healthy = await run(program, ...check);
    assertEquals(healthy, { success: true, text: "" });
    using client = await RawClient.open(`${server.url}clock`);
    assert((await client.text()).length > 10);
    client[Symbol.dispose]();
    assertEquals((await server.stop()).code, 0);
    assertEquals((await run(program, ...check)).success, false);
  },
  ["bash"],
);

/** As much of a service of compose as is looked at. */
interface Service {
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly stop_grace_period?: string;
}

Deno.test("scripts/deploy/compose.yaml names files and options that there are, and gives a drain its time", async () => {
  const { services } = parse(await Deno.readTextFile(`${DEPLOY}/compose.yaml`)) as {
    services: Readonly<Record<string, Service>>;
  };
  const { build, environment = {}, volumes = [], stop_grace_period = "" } = services.stdws ?? {};
  assert((await Deno.stat(`${DEPLOY}/${build?.context}/${build?.dockerfile}`)).isFile);
  for (const volume of volumes) {
    assert((await Deno.stat(`${DEPLOY}/${volume.split(":")[0]}`)).isFile);
  }
  const [, drain] = /--drain=(\d+)/.exec((await wordsOf("CMD")).join(" ")) ?? [];
  assert(Number(drain) < parseInt(stop_grace_period));
  const args = ["--check", `--config=${DEPLOY}/stdws.jsonc`];
  const { code, stderr } = await runToEnd(args, { env: { ...environment } });
  assertEquals([code, stderr], [0, ""]);
});

/** Whether images can be built and run here. */
async function hasDocker(): Promise<boolean> {
  if (needing("", "docker").ignore) return false;
  return (await run("docker", "info")).success;
}

const BUILT = "scripts/deploy/Dockerfile builds an image that becomes healthy";
if (await hasDocker()) {
  Deno.test(BUILT, async () => {
    const built = await run("docker", "build", "-q", "-f", `${DEPLOY}/Dockerfile`, ROOT);
    assert(built.success, built.text);
    const image = built.text.trim().split("\n").at(-1) ?? "";
    const started = await run(
      "docker",
      "run",
      "-d",
      "--rm",
      "--read-only",
      "--tmpfs=/tmp",
      "--cap-drop=ALL",
      image,
    );
    assert(started.success, started.text);
    const id = started.text.trim();
    try {
      const waits =
        'until [ "$(docker inspect -f "{{.State.Health.Status}}" "$0")" = healthy ]; do sleep 1; done';
      assert((await run("timeout", "120", "sh", "-c", waits, id)).success);
    } finally {
      await run("docker", "stop", id);
    }
  });
} else Deno.test({ name: `${BUILT} [needs a docker daemon]`, ignore: true, fn() {} });
