import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Folder } from "../support/folder.ts";
import { ConfigFile } from "../support/config_file.ts";
import { freePort } from "../support/free_port.ts";
import { Scripts } from "../support/scripts.ts";
import { runToEnd, testBoth, testEach, TestServer } from "../support/server.ts";

testBoth("stdws --check prints the routes in their order and the permissions", async (form) => {
  await using scripts = await Scripts.write({ "it's one": "exec cat" });
  const program = `${scripts.folder}/it's one`;
  await using file = await ConfigFile.write({
    port: 8080,
    address: ["127.0.0.1", "::1"],
    closems: 5,
    routes: {
      "/chat/:room": "broadcast?history=50&echo=true&slow=latest",
      "/run": {
        handler: "process",
        command: [program, "-n", "{x}"],
        unsafe: true,
        env: { SECRET: "hidden" },
        maxforks: 3,
        origin: "https://a.example:1",
        subprotocol: ["x", "y"],
      },
      "*": "echo",
    },
  });
  const args = [`--config=${file.path}`, "--route=/first=echo?pingms=5", "--check"];
  const { code, stdout, stderr } = await runToEnd(args, { form });
  assertEquals({ code, stderr }, { code: 0, stderr: "" });
  const command = `'${scripts.folder}/it'"'"'s one' -n '{x}'`;
  const blank = " ".repeat(command.length);
  const [routes = "", , permissions = ""] = stdout.split("\n\n");
  assertEquals(routes.split("\n"), [
    "Routes, the first that matches wins:",
    `  /first       echo       ${blank}  pingms=5`,
    `  /chat/:room  broadcast  ${blank}  history=50 slow=latest`,
    `  /run         process    ${command}  env=SECRET maxforks=3 closems=5 unsafe=true origin=https://a.example:1 subprotocol=x,y`,
    "  *            echo",
  ]);
  const [title, line = ""] = permissions.split("\n");
  assertEquals(title, "Permissions that Deno has to give, as a command:");
  for (
    const flag of [
      "--allow-env=LD_LIBRARY_PATH,PATH",
      "'--allow-net=127.0.0.1:8080,[::1]:8080'",
      `'--allow-run=${scripts.folder}/it'"'"'s one'`,
      `main.ts '--route=/first=echo?pingms=5' --config=${file.path}`,
    ]
  ) assertStringIncludes(line, flag);
  assertEquals(stdout.includes("hidden"), false);
});

testBoth("stdws --check refuses an address with a port in it, as the start does", async (form) => {
  for (const more of [[], ["--check"]]) {
    const { code, stderr } = await runToEnd(["--address=127.0.0.1:8080", "--echo", ...more], {
      form,
    });
    assertEquals(code, 1);
    assertStringIncludes(stderr, 'Cannot listen on "127.0.0.1:8080": an address has no port in it');
  }
});

testBoth("stdws --check neither listens nor starts anything", async (form) => {
  await using server = await TestServer.start(["--echo"], { form });
  const folder = await Deno.makeTempDir();
  const args = [`--port=${server.port}`, "--address=127.0.0.1", "--check"];
  const command = ["--", "sh", "-c", `echo started > ${folder}/started`];
  const { code, stdout } = await runToEnd([...args, ...command], { form });
  assertEquals(code, 0);
  assertMatch(stdout, /^ {2}\* {2}process {2}sh -c 'echo started/m);
  // It is empty, otherwise that fails.
  await Deno.remove(folder);
});

testBoth("stdws --check names what is wrong as a start does", async (form) => {
  await using file = await ConfigFile.write({ routes: { "/a": "ecko" } });
  const found = await runToEnd([`--config=${file.path}`, "--check"], { form });
  assertEquals([found.code, found.stdout], [1, ""]);
  assertMatch(found.stderr, /:3:11: Unknown handler "ecko" in routes\["\/a"\]/);
  const missing = await runToEnd(["--check", "stdws-no-such-program"], { form });
  assertEquals([missing.code, missing.stdout], [1, ""]);
  assertMatch(missing.stderr, /"stdws-no-such-program"/);
});

testBoth("stdws --check takes variables into account and warns of unknown ones", async (form) => {
  const port = String(freePort());
  const env = { STDWS_PORT: port, STDWS_ADDRESS: "127.0.0.1", STDWS_ECHO: "1", STDWS_PROT: "1" };
  const { code, stdout, stderr } = await runToEnd(["--check"], { form, env });
  assertEquals(code, 0);
  assertMatch(stderr, /^stdws: Warning: .*STDWS_PROT \(did you mean "STDWS_PORT"\?\)\n$/);
  const flags = `--allow-env=STDWS_ADDRESS,STDWS_ECHO,STDWS_PORT --allow-net=127.0.0.1:${port}`;
  assertStringIncludes(stdout, `deno run --no-prompt ${flags} main.ts\n`);
});

testBoth("stdws --check warns of a route that another one hides", async (form) => {
  const args = ["--check", "--route=/a/*=echo", "--route=/a/b=broadcast"];
  const { code, stderr } = await runToEnd(args, { form });
  assertEquals(code, 0);
  assertEquals(
    stderr,
    "stdws: Warning: The route /a/b is never reached: /a/* before it takes all of its WebSockets\n",
  );
});

const OPEN: [args: string[], lines: string[]][] = [
  [["--route=/chat=broadcast?maxperip=5"], [
    "To strangers, this is open:",
    "  Everybody on the way can read and change what is sent: --ssl, or --trust-proxy for a proxy that ends TLS",
    "  Anybody may come in, at /chat: --auth or --sslca",
    "  Pages of any site can connect, in the name of who looks at them: --sameorigin or --origin",
    "  One address can take all places, at /feed: --maxperip",
    "  One address can connect as often as it likes: --connectrate",
    "  One client can send as much as it likes: --messagerate, and --maxframesize other than 0",
    "  Clients that are silent, or gone, keep their places: --pingms, --idletimeout or --maxlifetime",
  ]],
  [
    [
      "--route=/chat=broadcast",
      "--address=127.0.0.1",
      "--sameorigin",
      "--maxperip=9",
      "--pingms=30000",
      "--messagerate=9",
    ],
    [
      "Only this machine can connect. To strangers who come by a proxy, this is open:",
      "  Every client is taken for the proxy in front: --trust-proxy=loopback, or =unix",
      "  Anybody may come in, at /chat: --auth or --sslca",
      "  One address can connect as often as it likes: --connectrate",
    ],
  ],
  [
    [
      "--unixsocket=stdws.sock",
      "--trust-proxy=unix",
      "--sameorigin",
      "--maxperip=9",
      "--pingms=30000",
      "--messagerate=9",
      "--connectrate=9",
      "--auth=program:true",
      "--route=/chat=broadcast",
    ],
    ["Only this machine can connect. To strangers who come by a proxy, this is open: nothing"],
  ],
];
for (const [args, lines] of OPEN) {
  testBoth(`stdws --check ${args.join(" ")} tells what is open to strangers`, async (form) => {
    const routes = ["--route=/feed=echo?auth=program:true"];
    const { code, stdout, stderr } = await runToEnd(["--check", ...routes, ...args], { form });
    assertEquals({ code, stderr }, { code: 0, stderr: "" });
    assertEquals(stdout.split("\n\n").at(-1), `${lines.join("\n")}\n`);
  });
}

const ENGINES: [args: string[], line: RegExp][] = [
  [[], /^Engine: (node, because it can hold|native, because the other one needs Deno 2\.8)/m],
  [["--engine=native"], /^Engine: native, because it was asked for$/m],
];
for (const [args, line] of ENGINES) {
  testBoth(`stdws --check ${args.join(" ")} says which engine serves, and why`, async (form) => {
    const { stdout } = await runToEnd(["--check", "--echo", ...args], { form });
    assertMatch(stdout, line);
  });
}

testBoth("stdws says at level debug which engine serves, and why", async (form) => {
  const args = ["--engine=auto", "--loglevel=debug", "--echo"];
  await using server = await TestServer.start(args, { form });
  const line = server.stdout.all.find((each) => each.includes("Using the engine"));
  assertMatch(line ?? "", /DEBUG +\| server .* \| Using the engine (node|native): /);
});

testBoth("stdws --check looks into the file of --bus, as a start does", async (form) => {
  await using folder = await Folder.make();
  const path = `${folder.path}/bus`;
  await Deno.writeTextFile(path, "redis://:secret@127.0.0.1:1?ttl=5");
  for (const more of [[], ["--check"]]) {
    const args = [`--bus=file:${path}`, "--port=0", "--echo", ...more];
    const { code, stderr } = await runToEnd(args, { form });
    assertEquals([code, stderr.includes("secret")], [1, false]);
    assertStringIncludes(
      stderr,
      `Cannot use --bus=file:${path}: invalid URL of the bus: ttl is "5"`,
    );
  }
});

testEach("stdws refuses an engine that its runtime has not, also with --check", async (form) => {
  const proxied = ["--proxy-protocol", "--trust-proxy=loopback"];
  const plain = await runToEnd(["--check", "--echo"], { form });
  const [, version] = /this is Deno (\S+)/.exec(plain.stdout) ?? [];
  const [options, says] = version === undefined
    ? [["--engine=native", ...proxied], "--proxy-protocol cannot be used with --engine=native: "]
    : [proxied, `--proxy-protocol needs Deno 2.8 or later, and this is Deno ${version}\n`];
  for (const more of [[], ["--check"], ["--workers=2"], ["--admin=127.0.0.1:0"]]) {
    const args = ["--port=0", "--address=127.0.0.1", ...options, ...more, "--echo"];
    const found = await runToEnd(args, { form });
    assertEquals([found.code, found.stdout], [1, ""], args.join(" "));
    assertStringIncludes(found.stderr, `stdws: ${says}`);
  }
});
