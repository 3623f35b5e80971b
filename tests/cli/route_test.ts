import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { parseHandler, parseRoute } from "../../lib/cli/route.ts";
import type { RouteSettings } from "../../lib/settings.ts";
import { HANDLER_NAMES, optionsOf } from "../../lib/handlers/registry.ts";
import { ROUTE_OPTIONS } from "../../lib/options/tables/route_options.ts";

type Values = RouteSettings["values"];

const ROUTES: [text: string, path: string, handler: string, words: string[], values: Values][] = [
  ["/=echo", "/", "echo", [], {}],
  ["*=echo", "*", "echo", [], {}],
  ["/*=echo", "/*", "echo", [], {}],
  ["/rooms/:room=broadcast", "/rooms/:room", "broadcast", [], {}],
  ["/a{/:b}?=echo", "/a{/:b}?", "echo", [], {}],
  ["/a/:n(\\d+)=echo", "/a/:n(\\d+)", "echo", [], {}],
  ["/a b=echo", "/a b", "echo", [], {}],
  ["/ü=echo", "/ü", "echo", [], {}],
  // A pattern with a `=`: the first that a handler can follow ends it.
  ["/a=b/c=echo", "/a=b/c", "echo", [], {}],
  ["/a=b=echo", "/a=b", "echo", [], {}],
  ["/a=:x=process cat", "/a=:x", "process", ["cat"], {}],
  ["/a=process x=echo", "/a", "process", ["x=echo"], {}],
  ["/a=process?env=B=echo cat", "/a", "process", ["cat"], { env: { B: "echo" } }],
  // Words.
  ["/a=process ls", "/a", "process", ["ls"], {}],
  ["/a=process   ls   -l  ", "/a", "process", ["ls", "-l"], {}],
  ["/a=process\tls\n-l", "/a", "process", ["ls", "-l"], {}],
  [`/a=process echo "a b" 'c d' e\\ f`, "/a", "process", ["echo", "a b", "c d", "e f"], {}],
  [`/a=process echo "" ''`, "/a", "process", ["echo", "", ""], {}],
  [`/a=process echo a"b c"d`, "/a", "process", ["echo", "ab cd"], {}],
  [`/a=process echo 'it'"'"'s'`, "/a", "process", ["echo", "it's"], {}],
  [`/a=process echo "a\\"b" 'a\\b'`, "/a", "process", ["echo", 'a"b', "a\\b"], {}],
  ["/a=process echo 'a\nb'", "/a", "process", ["echo", "a\nb"], {}],
  ["/a=process echo ü 😀", "/a", "process", ["echo", "ü", "😀"], {}],
  // Nothing is expanded, and nothing is a comment.
  ["/a=process echo $HOME ${A} `id` $(id)", "/a", "process", [
    "echo",
    "$HOME",
    "${A}",
    "`id`",
    "$(id)",
  ], {}],
  ["/a=process echo * ~ a? [b] {c,d} !e", "/a", "process", [
    "echo",
    "*",
    "~",
    "a?",
    "[b]",
    "{c,d}",
    "!e",
  ], {}],
  ["/a=process echo a;b | c > d & # e", "/a", "process", [
    "echo",
    "a;b",
    "|",
    "c",
    ">",
    "d",
    "&",
    "#",
    "e",
  ], {}],
  ["/a=process cat {room} ?a=b", "/a", "process", ["cat", "{room}", "?a=b"], {}],
  // Options.
  ["/a=process?framing=binary cat", "/a", "process", ["cat"], { framing: "binary" }],
  ["/a=process?cwd=/a%20b%26c&closems=5 cat", "/a", "process", ["cat"], {
    cwd: "/a b&c",
    closems: 5,
  }],
  ["/a=process?cwd=/a+b cat", "/a", "process", ["cat"], { cwd: "/a+b" }],
  ["/a=process?cwd=/%C3%BC cat", "/a", "process", ["cat"], { cwd: "/ü" }],
  ["/a=process?env=A=1&env=B=x%20=%3D&env=C= cat", "/a", "process", ["cat"], {
    env: { A: "1", B: "x ==", C: "" },
  }],
  ["/a=process?passenv=A,B&passenv=C cat", "/a", "process", ["cat"], { passenv: ["A", "B", "C"] }],
  ["/a=process?passenv= cat", "/a", "process", ["cat"], { passenv: [] }],
  ["/a=process?maxforks=0&maxqueue=1 cat", "/a", "process", ["cat"], { maxforks: 0, maxqueue: 1 }],
  ["/a=echo?", "/a", "echo", [], {}],
  ["/a=echo?&", "/a", "echo", [], {}],
  ["/a=echo?pingms=1&pingms=2", "/a", "echo", [], { pingms: 2 }],
  ["/a=echo?origin=https://b:1,c", "/a", "echo", [], {
    origin: [{ scheme: "https", host: "b", port: "1" }, { host: "c" }],
  }],
  ["/a=echo?origin=b&origin=c", "/a", "echo", [], { origin: [{ host: "c" }] }],
  ["/a=echo?subprotocol=", "/a", "echo", [], { subprotocol: [] }],
  ["/a=echo?subprotocol=x,y&maxframesize=7", "/a", "echo", [], {
    subprotocol: ["x", "y"],
    maxframesize: 7,
  }],
  ["/a=broadcast?echo", "/a", "broadcast", [], { echo: true }],
  ["/a=broadcast?echo=false&presence=1", "/a", "broadcast", [], { echo: false, presence: true }],
  ["/a=shared?linger=1.5m&start=now top -b", "/a", "shared", ["top", "-b"], {
    linger: 90_000,
    start: "now",
  }],
  ["/a=module ./game.ts", "/a", "module", ["./game.ts"], {}],
  ["/a=module './my game.ts'", "/a", "module", ["./my game.ts"], {}],
  ["/a=tcp [::1]:5900", "/a", "tcp", ["[::1]:5900"], {}],
  ["/a=directory programs", "/a", "directory", ["programs"], {}],
];
for (const [text, path, handler, words, values] of ROUTES) {
  Deno.test(`parseRoute() understands ${JSON.stringify(text)}`, () => {
    assertEquals<unknown>(parseRoute(text), { path, handler, words, values });
  });
}

/** What no route is, with what is said of it beside the value. */
const REFUSED: [text: string, message: string][] = [
  ["", "expected PATTERN=HANDLER[?option=value&…][ COMMAND args…]"],
  ["echo", "expected PATTERN=HANDLER"],
  ["/a", "expected PATTERN=HANDLER"],
  ["/a=", "expected PATTERN=HANDLER"],
  ["=echo", "expected PATTERN=HANDLER"],
  ["a=echo", "PATTERN beginning with / or being *"],
  ["*a=echo", "PATTERN beginning with / or being *"],
  ["https://a/b=echo", "PATTERN beginning with / or being *"],
  ["/a=./game.ts", "expected PATTERN=HANDLER"],
  ["/a=Echo", 'Unknown handler "Echo" in --route=/a=Echo: expected one of process, shared,'],
  ["/a=cat -n", 'Unknown handler "cat" in --route=/a=cat -n: expected one of process'],
  ["/a=constructor", 'Unknown handler "constructor" in --route=/a=constructor'],
  ["/a=__proto__", 'Unknown handler "__proto__"'],
  // Options that do not begin with a question mark.
  [
    "/a=echo&history=3",
    'Unknown handler "3" in --route=/a=echo&history=3 (did you mean "echo?history=3"?): expected one',
  ],
  ["/a=echo;pingms=3;origin=a", '(did you mean "echo?pingms=3;origin=a"?): expected one of'],
  ["/a=echo,pingms=3", '(did you mean "echo?pingms=3"?)'],
  ["/a=echo:pingms=3", '(did you mean "echo?pingms=3"?)'],
  ["/a=b=echo#pingms=3", '(did you mean "echo?pingms=3"?)'],
  [
    "/a=broadcast&presence",
    'Invalid value "/a=broadcast&presence" for --route (did you mean "broadcast?presence"?): expected PATTERN',
  ],
  ["/a=process&cwd=/tmp cat", '(did you mean "process?cwd=/tmp"?)'],
  [
    "/a=broadcast history=3",
    'Unexpected word "history=3" in --route=/a=broadcast history=3 (did you mean "broadcast?history=3"?)',
  ],
  // Patterns.
  ["/a(=echo", 'Invalid pattern "/a(" in --route=/a(=echo: '],
  ["/:=echo", 'Invalid pattern "/:" in --route=/:=echo: '],
  ["/:a/:a=echo", 'Invalid pattern "/:a/:a" in --route='],
  ["/{a=echo", 'Invalid pattern "/{a" in --route='],
  // Options.
  [
    "/a=echo?cwd=b",
    'Unknown option "cwd" in --route=/a=echo?cwd=b: echo takes acceptms, auth, authpass, away, byterate, compress, compressbits, compresscontext, compressmin, connectrate, http, idletimeout, lingerms, maxconnections, maxframesize, maxlifetime, maxperip, messagerate, origin',
  ],
  ["/a=process?echo cat", 'Unknown option "echo" in --route=/a=process?echo cat: process takes '],
  [
    "/a=process?binary=true cat",
    'Unknown option "binary" in --route=/a=process?binary=true cat (did you mean "framing=binary"?): process takes ',
  ],
  [
    "/a=shared?passstderr cat",
    'Unknown option "passstderr" in --route=/a=shared?passstderr cat (did you mean "framing=streams"?)',
  ],
  ["/a=echo?binary", 'Unknown option "binary" in --route=/a=echo?binary: echo takes '],
  ["/a=echo?=b", 'Unknown option "" in --route=/a=echo?=b'],
  ["/a=echo?__proto__=b", 'Unknown option "__proto__" in --route=/a=echo?__proto__=b'],
  ["/a=echo?constructor=b", 'Unknown option "constructor"'],
  ["/a=echo?PingMs=5", 'Unknown option "PingMs"'],
  [
    "/a=process?maxforks=x cat",
    'Invalid value "x" for maxforks in --route=/a=process?maxforks=x cat',
  ],
  ["/a=process?maxforks=-1 cat", 'Invalid value "-1" for maxforks in --route=/a=process'],
  ["/a=process?maxforks=1.5 cat", "expected a whole number, 0 or more"],
  ["/a=process?maxforks= cat", 'Invalid value "" for maxforks'],
  ["/a=process?maxqueue=0 cat", 'Invalid value "0" for maxqueue in --route=/a=process'],
  ["/a=process?closems=86400001 cat", "expected a whole number, 0 to 86400000"],
  ["/a=process?framing=xml cat", 'Invalid value "xml" for framing in --route=/a=process'],
  ["/a=process?framing=xml cat", "expected lines, binary, streams"],
  ["/a=process?framing=events cat", "expected lines, binary, streams"],
  ["/a=process?cwd= cat", 'Invalid value "" for cwd in --route=/a=process?cwd= cat: expected DIR'],
  ["/a=process?cwd cat", "No value for cwd in --route=/a=process?cwd cat: expected DIR"],
  ["/a=process?maxforks cat", "No value for maxforks in --route=/a=process?maxforks cat"],
  [
    "/a=process?env=A cat",
    'Invalid value "A" for env in --route=/a=process?env=A cat: expected NAME=',
  ],
  ["/a=process?env=B&env=A=1 cat", 'Invalid value "B" for env in --route=/a=process?env=B'],
  ["/a=process?env==1 cat", 'Invalid value "=***" for env in --route=/a=process'],
  ["/a=process?env=A=%00 cat", "for env in --route=/a=process"],
  [
    "/a=process?cwd=%zz cat",
    'Invalid value "%zz" in --route=/a=process?cwd=%zz cat: it is not percent',
  ],
  ["/a=process?cwd=%ff cat", 'Invalid value "%ff" in --route='],
  ["/a=broadcast?echo=maybe", 'Invalid value "maybe" for echo in --route=/a=broadcast?echo=maybe'],
  ["/a=shared?linger=soon top", 'Invalid value "soon" for linger in --route=/a=shared'],
  // Those of any route.
  [
    "/a=echo?pingms=86400001",
    'Invalid value "86400001" for pingms of the route /a: expected a whole',
  ],
  [
    "/a=echo?origin=a%20b",
    'Invalid value "a b" for origin of the route /a: expected [scheme://]host',
  ],
  ["/a=echo?origin=", 'Invalid value "" for origin of the route /a: expected [scheme://]host'],
  [
    "/a=echo?subprotocol=x,a%20b",
    'Invalid value "a b" for subprotocol of the route /a: expected a name without spaces',
  ],
  ["/a=echo?subprotocol=%C3%BC", 'Invalid value "ü" for subprotocol of the route /a: expected a'],
  // Words.
  ["/a=process", "There is no COMMAND [args…] in --route=/a=process"],
  [
    "/a=process?framing=binary ",
    "There is no COMMAND [args…] in --route=/a=process?framing=binary",
  ],
  ["/a=process ''", "There is no COMMAND [args…] in --route=/a=process ''"],
  ["/a=module", "There is no FILE in --route=/a=module"],
  ["/a=tcp", "There is no HOST:PORT|unix:PATH in --route=/a=tcp"],
  ["/a=directory ''", "There is no DIR in --route=/a=directory ''"],
  ["/a=echo b", 'Unexpected word "b" in --route=/a=echo b: echo takes none'],
  ["/a=module b c", 'Unexpected word "c" in --route=/a=module b c: module takes FILE'],
  ["/a=process echo 'b", "Cannot split the words of --route=/a=process echo 'b: a quotation"],
  ['/a=process echo "b', 'Cannot split the words of --route=/a=process echo "b: a quotation'],
];
for (const [text, message] of REFUSED) {
  Deno.test(`parseRoute() refuses ${JSON.stringify(text)} with: ${message}`, () => {
    const error = assertThrows(() => parseRoute(text), UsageError, message);
    assertEquals([error.exitCode, error.message.includes("\n")], [2, false]);
    // Which of several routes it is.
    assertStringIncludes(error.message, text.split(/=[\w-]*(?:[? ].*)?$/)[0] ?? text);
  });
}

Deno.test("parseHandler() cites what it is told", () => {
  const error = assertThrows(() => parseHandler("/a", "ecco?b c", 'routes."/a": '), UsageError);
  assertStringIncludes(error.message, 'Unknown handler "ecco" in routes."/a": ecco?b c: expected');
});

Deno.test("parseHandler() knows options that do not begin with a question mark", () => {
  assertThrows(
    () => parseHandler("/a", "broadcast&history=3", 'routes["/a"]: '),
    UsageError,
    'Unknown handler "broadcast&history=3" in routes["/a"]: broadcast&history=3 (did you mean "broadcast?history=3"?)',
  );
});

const ANY = ROUTE_OPTIONS.map(({ name }) => name);
for (const name of HANDLER_NAMES) {
  Deno.test(`optionsOf() has the options of any route for ${name}, too`, () => {
    const names = optionsOf(name).map((option) => option.name);
    assertEquals<string[]>(names.slice(-ANY.length), ANY);
  });
}
