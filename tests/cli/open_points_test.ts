import { assertEquals, assertLess } from "@std/assert";
import { parseArgs } from "../../lib/cli/args.ts";
import type { CheckedRoute } from "../../lib/cli/check_routes.ts";
import { openPoints } from "../../lib/cli/open_points.ts";
import { POINTS } from "../../lib/cli/points.ts";
import { readConfig } from "../../lib/cli/read_config.ts";
import type { RouteConfig } from "../../lib/route_config.ts";

const PUBLIC = "To strangers, this is open:";
const LOCAL = "Only this machine can connect. To strangers who come by a proxy, this is open:";

const TLS = ["--ssl", "--sslcert=cert.pem", "--sslkey=key.pem"];
const AUTH = "--auth=token:tokens";
const ENTRY = ["--sameorigin", "--maxperip=9", "--connectrate=9"];
const SOCKETS = [...ENTRY, "--messagerate=9", "--pingms=9000"];
const PROGRAMS = ["--timeout=1m", "--memory=1G"];
const ROUTES = ["--route=/chat=broadcast", "--route=/top=process top"];

/** The lines about a command line, of which nothing is made. */
async function linesOf(argv: readonly string[], root = false): Promise<string[]> {
  const args = parseArgs(["--check", ...argv]);
  if (args.kind !== "check") throw new Error(`It is ${args.kind}`);
  const { config } = await readConfig(args, {});
  const { routes, otherwise, pages } = config;
  const all = [...routes, ...(otherwise ? [otherwise] : []), ...pages];
  return openPoints({ config, root }, all.map(checked));
}

function checked(config: RouteConfig): CheckedRoute {
  const isPage = ["static", "cgi", "console"].includes(config.handler);
  return { config, handler: isPage ? { respond: () => undefined } : { open: () => undefined } };
}

const CLOSED: [what: string, argv: readonly string[]][] = [
  ["everything", [...TLS, AUTH, ...SOCKETS, ...PROGRAMS, ...ROUTES]],
  ["everything, by certificates of clients", [...TLS, "--sslca=ca.pem", ...SOCKETS, "--echo"]],
  ["everything, at its routes", [
    ...TLS,
    "--sameorigin",
    "--route=/chat=broadcast?auth=token:t&maxperip=1&connectrate=1&messagerate=1&idletimeout=1m",
    "--route=/top=process?auth=token:t&maxperip=1&connectrate=1&messagerate=1&maxlifetime=1m&memory=1G top",
  ]],
  ["everything, with a list of origins", [
    ...TLS,
    AUTH,
    ...SOCKETS.slice(1),
    "--origin=https://a.example",
    "--echo",
  ]],
  ["what pages need", [...TLS, AUTH, ...ENTRY.slice(1), "--staticdir=site"]],
  ["a terminal, which takes pages of its own site alone", [
    ...TLS,
    AUTH,
    ...SOCKETS.slice(1),
    ...PROGRAMS,
    "--route=/shell=terminal top",
  ]],
  ["what the one process of all clients needs", [
    ...TLS,
    AUTH,
    ...SOCKETS,
    "--memory=1G",
    "--route=/clock=shared date",
  ]],
  ["a console", [...TLS, AUTH, ...SOCKETS, "--echo", "--devconsole"]],
  ["a proxy elsewhere that ends TLS", [AUTH, ...SOCKETS, "--trust-proxy=10.0.0.0/8", "--echo"]],
  ["the place of whoever runs it", [
    ...TLS,
    AUTH,
    ...SOCKETS,
    "--echo",
    "--admin=unix:/run/admin.sock",
  ]],
  ["that place by its own auth", [
    ...TLS,
    AUTH,
    ...SOCKETS,
    "--echo",
    "--admin=:9100",
    "--adminauth=token:t",
  ]],
];
for (const [what, argv] of CLOSED) {
  Deno.test(`openPoints() finds nothing open where a configuration closes ${what}`, async () => {
    assertEquals(await linesOf(argv), [`${PUBLIC} nothing`]);
  });
}

const BEHIND: [what: string, argv: readonly string[]][] = [
  ["loopback", ["--address=127.0.0.1", "--address=[::1]", "--trust-proxy=loopback"]],
  ["localhost", ["--address=localhost", "--trust-proxy=127.0.0.1"]],
  ["a Unix socket", ["--unixsocket=/run/a.sock", "--trust-proxy=unix"]],
  ["both", ["--unixsocket=/run/a.sock", "--address=127.0.0.1", "--trust-proxy=loopback,unix"]],
];
for (const [what, argv] of BEHIND) {
  Deno.test(`openPoints() says that only this machine reaches ${what}`, async () => {
    assertEquals(await linesOf([...argv, AUTH, ...SOCKETS, "--echo"]), [`${LOCAL} nothing`]);
  });
}

const ALL = [...TLS, AUTH, ...SOCKETS, ...PROGRAMS, ...ROUTES];

/** What is said in place of which options, the start of the line, and whether the server is root. */
const OPEN: [without: readonly string[], argv: readonly string[], line: string, root?: boolean][] =
  [
    [TLS, [], "Everybody on the way can read"],
    [TLS, ["--unixsocket=/run/a.sock", "--address=10.0.0.1"], "Everybody on the way can read"],
    [TLS, ["--address=127.0.0.1"], "Every client is taken for the proxy in front: "],
    [TLS, ["--address=127.0.0.1", "--trust-proxy=unix"], "Every client is taken for the proxy"],
    [TLS, ["--unixsocket=/run/a.sock"], "Every client is taken for the proxy in front: "],
    [
      TLS,
      ["--unixsocket=/run/a.sock", "--address=::1", "--trust-proxy=loopback"],
      "Every client is taken for the proxy in front: ",
    ],
    [[], ["--trust-proxy=10.0.0.1,0.0.0.0/0"], "Clients can say that they are anybody else: "],
    [[], ["--trust-proxy=::/0"], "Clients can say that they are anybody else: "],
    [[AUTH], [], "Anybody may come in: "],
    [[AUTH], ["--auth=none"], "Anybody may come in: "],
    [[], ["--route=/up=echo?auth=none"], "Anybody may come in, at /up: "],
    [
      [AUTH, ...ROUTES],
      ["--route=/a=console?auth=none", "--route=/b=echo?auth=token:t"],
      "Anybody gets the console: ",
    ],
    [["--sameorigin"], ["--route=/shell=terminal?origin=* top"], "Pages of any site can connect, "],
    [["--sameorigin"], [], "Pages of any site can connect, in the name of who looks at them: "],
    [["--sameorigin"], ["--origin=a.example,*"], "Pages of any site can connect, "],
    [
      ["--sameorigin"],
      ["--staticdir=site"],
      "Pages of any site can connect, in the name of who looks at them: ",
    ],
    [
      ["--sameorigin"],
      ["--route=/a=echo?origin=https://a.example"],
      "Pages of any site can connect, in the name of who looks at them, at /chat, /top: ",
    ],
    [["--maxperip=9"], [], "One address can take all places: "],
    [["--maxperip=9"], ["--maxperip=0"], "One address can take all places: "],
    [["--connectrate=9"], ["--connectrate=0"], "One address can connect as often as it likes: "],
    [["--messagerate=9"], [], "One client can send as much as it likes: "],
    [["--messagerate=9"], ["--byterate=9"], "One client can send as much as it likes: "],
    [[], ["--maxframesize=0"], "One client can send as much as it likes: "],
    [[], ["--route=/a=echo?messagerate=0"], "One client can send as much as it likes, at /a: "],
    [["--pingms=9000"], [], "Clients that are silent, or gone, keep their places: "],
    [
      ["--pingms=9000"],
      ["--idletimeout=forever", "--maxlifetime=0"],
      "Clients that are silent, or gone, ",
    ],
    [["--timeout=1m"], [], "Programs may run for ever, and take all memory: "],
    [["--timeout=1m"], ["--timeout=0"], "Programs may run for ever, and take all memory: "],
    [["--memory=1G"], [], "Programs may run for ever, and take all memory: "],
    [
      ["--timeout=1m"],
      ["--maxlifetime=1h", "--cgidir=bin"],
      "Programs may run for ever, and take all memory, at *: ",
    ],
    [[], [], "Programs are root, as the server is: ", true],
    [[], ["--user=root"], "Programs are root, as the server is: ", true],
    [[], ["--user=0"], "Programs are root, as the server is: ", true],
    [
      [],
      ["--route=/a=process?unsafe=true sh -c {x}"],
      "Clients can write words of a command as they like, at /a: ",
    ],
    [[], ["--admin=:9100"], "Programs and users of this machine can use --admin: "],
  ];
for (const [without, argv, start, root] of OPEN) {
  const said = `${argv.join(" ")}${without.length > 0 ? ` without ${without.join(" ")}` : ""}`;
  Deno.test(`openPoints() says of ${said}${root ? " as root" : ""}: ${start}`, async () => {
    const lines = await linesOf([...argv, ...ALL.filter((word) => !without.includes(word))], root);
    assertEquals(lines.length, 2, lines.join("\n"));
    assertEquals(lines[1]?.slice(0, start.length + 2), `  ${start}`);
  });
}

Deno.test("openPoints() finds each point open somewhere above", () => {
  const found = POINTS.filter(({ open }) =>
    OPEN.some(([, , line]) => open.startsWith(line.replace(/(?:, at .*)?: $/, "")))
  );
  assertEquals(found, [...POINTS]);
});

Deno.test("openPoints() takes it that root runs programs as somebody else", async () => {
  assertEquals(await linesOf([...ALL, "--user=nobody"], true), [`${PUBLIC} nothing`]);
});

Deno.test("openPoints() names a few of many routes, each once and on a line", async () => {
  const many = Array.from({ length: 3_000 }, (_, at) => `--route=/r${at}=echo?auth=none`);
  const odd = ["--route=/\u2028=echo?auth=none", `--route=/${"x".repeat(9_000)}=echo?auth=none`];
  const [, line = "", ...others] = await linesOf([...ALL, ...odd, ...many, ...many]);
  assertEquals(others, []);
  assertEquals(
    line,
    `  Anybody may come in, at /\\u2028, /${
      "x".repeat(59)
    }…, /r0, /r1, /r2 and 2997 more: --auth or --sslca`,
  );
  assertLess(line.length, 200);
});
