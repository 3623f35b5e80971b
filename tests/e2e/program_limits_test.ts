import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { HttpClient } from "../support/http_client.ts";
import { Scripts } from "../support/scripts.ts";
import { runToEnd, testBoth, testEach, TestServer } from "../support/server.ts";

const TOOLS = ["prlimit", "nice"];

/** The niceness that a program has whose route lowers it by so much. */
async function lowered(by: number): Promise<string> {
  const { stdout } = await new Deno.Command("nice").output();
  return String(Math.min(19, Number(new TextDecoder().decode(stdout)) + by));
}

const SHOW = "ulimit -v; ulimit -t; ulimit -Ht; nice";

testEach("stdws holds the programs of each route to the limits that it says", async (form) => {
  await using scripts = await Scripts.write({
    show: `#!/bin/sh\n${SHOW}\n`,
    cgi: `#!/bin/sh\necho Content-Type: text/plain; echo; ${SHOW}\n`,
  });
  const { folder } = scripts;
  const limits = "memory=100M&cpu=7&nice=3";
  const expected = [String(100 * 1024), "7", "8", await lowered(3)];
  await using server = await TestServer.start([
    `--route=/process=process?${limits} ${folder}/show`,
    `--route=/shared=shared?${limits} ${folder}/show`,
    `--route=/in/*=directory?${limits} ${folder}`,
    `--route=/cgi/*=cgi?${limits} ${folder}`,
    `--route=/free=process ${folder}/show`,
  ], { form });
  for (const target of ["/process", "/shared", "/in/show"]) {
    using client = await RawClient.open(server.url, { target });
    const shown = [];
    for (const _ of expected) shown.push(await client.text());
    assertEquals(shown, expected, target);
    assertEquals(await client.next(), { kind: "close", code: 1000, reason: "" });
  }
  using web = await HttpClient.connect(server.url);
  assertEquals((await web.ask("GET /cgi/cgi")).body, expected.join("\n") + "\n");
  using free = await RawClient.open(server.url, { target: "/free" });
  assertEquals(await free.text(), "unlimited");
}, TOOLS);

const ENDS: [what: string, limit: string, script: string, code: number, reason: string][] = [
  [
    "eats memory",
    "--memory=64M",
    "head -c 300000000 /dev/zero | tail -c 300000000",
    4001,
    "exit status 1",
  ],
  ["takes all of a processor", "--cpu=1", "while :; do :; done", 4152, "SIGXCPU"],
  ["ignores SIGXCPU", "--cpu=1", "trap '' XCPU; while :; do :; done", 4137, "SIGKILL"],
];
for (const [what, limit, script, code, reason] of ENDS) {
  testEach(`stdws ${limit} ends a program that ${what}, and the log says how`, async (form) => {
    const args = ["--loglevel=info", limit, "bash", "-c", script];
    await using server = await TestServer.start(args, { form });
    const client = await RawClient.open(server.url);
    assertEquals(await client.next(), { kind: "close", code, reason });
    client[Symbol.dispose]();
    await server.stdout.until(new RegExp(`Closed by the program with ${code} "${reason}"`));
    if (limit !== "--memory=64M") return;
    await server.stdout.until(/ ERROR .* stderr .*tail: memory exhausted/);
  }, [...TOOLS, "bash"]);
}

testEach("stdws knows a program with limits by its own number, status and end", async (form) => {
  const limits = ["--memory=1G", "--cpu=60", "--nice=1"];
  const script = "echo $$; read -r line; exit 7";
  await using server = await TestServer.start([...limits, "sh", "-c", script], { form });
  using client = await RawClient.open(server.url);
  const pid = await client.text();
  await server.stdout.until(new RegExp(`pid:'${pid}' \\| CONNECT`));
  await client.send("go");
  assertEquals(await client.next(), { kind: "close", code: 4007, reason: "exit status 7" });
}, TOOLS);

testEach("stdws says of a program with limits that it is not there any more", async (form) => {
  await using scripts = await Scripts.write({ program: "#!/bin/sh\n" });
  const program = `${scripts.folder}/program`;
  await using server = await TestServer.start(["--memory=1G", program], { form });
  await Deno.remove(program);
  using client = await RawClient.request(server.url);
  assertEquals(client.answer.status, 500);
  await server.stdout.until(/ ERROR .*Could not launch process .*there is no such file/);
}, TOOLS);

testBoth("stdws refuses limits that this machine cannot hold programs to", async (form) => {
  const cases: [args: string[], message: RegExp][] = [
    [["--memory=64K"], /^stdws: Cannot run programs with memory=64K: not even a shell starts \(/],
    [
      ["--route=/a=process?memory=64K&cpu=3 true"],
      /^stdws: Cannot serve the route \/a: Cannot run programs with memory=64K and cpu=3: not even/,
    ],
  ];
  for (const [args, message] of cases) {
    const { code, stderr } = await runToEnd(["--port=0", ...args, "true"], { form });
    assertEquals(code, 1, args.join(" "));
    assertMatch(stderr, message);
  }
}, TOOLS);

testBoth("stdws refuses limits where the program that sets them is not there", async (form) => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.symlink("/bin/sh", `${folder}/sh`);
    for (
      const [limit, tool] of [["memory=64M", "prlimit"], ["cpu=1", "prlimit"], ["nice=1", "nice"]]
    ) {
      const args = ["--port=0", `--${limit}`, "sh"];
      const { code, stderr } = await runToEnd(args, { form, env: { PATH: folder } });
      assertEquals(code, 1);
      assertStringIncludes(
        stderr,
        `Cannot run programs with ${limit}: Cannot run "${tool}": it is not in PATH`,
      );
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("stdws refuses limits that are none", async () => {
  for (
    const [option, value] of [
      ["memory", "64MB"],
      ["memory", "-1"],
      ["cpu", "1.5s"],
      ["nice", "20"],
      [
        "nice",
        "-1",
      ],
    ]
  ) {
    const { code, stderr } = await runToEnd(["--port=0", `--${option}=${value}`, "true"]);
    assertEquals(code > 0, true);
    assertMatch(stderr, new RegExp(`^stdws: Invalid value "${value}" for --${option}: expected `));
  }
});
