import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { Scripts } from "../support/scripts.ts";
import { testEach, TestServer } from "../support/server.ts";

// Each argument, and the variable, as hexadecimal digits: they can have anything in them.
const SHOW = `hex() { printf '%s' "$1" | od -An -v -tx1 | tr -d ' \\n'; echo; }
for word; do hex "$word"; done
echo
hex "$STDWS_PARAM_VALUE"`;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decoded(hex: string): string {
  return decoder.decode(Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16)));
}

/** The arguments of a process, and its variable of the parameter `value`. */
async function shownAt(url: string, target: string): Promise<{ args: string[]; value: string }> {
  using client = await RawClient.open(url, { target });
  const { texts } = await client.rest();
  const gap = texts.lastIndexOf("");
  // The variable may be empty as well.
  const end = gap === texts.length - 1 ? texts.lastIndexOf("", gap - 1) : gap;
  return { args: texts.slice(0, end).map(decoded), value: decoded(texts[end + 1] ?? "") };
}

async function serving(
  form: Parameters<Parameters<typeof testEach>[1]>[0],
  route: string,
  test: (server: TestServer) => Promise<void>,
): Promise<void> {
  await using scripts = await Scripts.write({ show: SHOW });
  const text = route.replace("SHOW", `${scripts.folder}/show`);
  await using server = await TestServer.start([`--route=${text}`, "--loglevel=debug"], { form });
  await test(server);
}

/** What a client may choose, and what would be made of it by less care. */
const HOSTILE = [
  "$(touch /tmp/stdws-pwned)",
  "`id`",
  "; rm -rf x",
  "a;b|c&d>e<f",
  "a b  c",
  " a ",
  "'",
  '"',
  "'; id; '",
  '"; id; "',
  "\\",
  "\\'",
  "$HOME ${HOME} $1 $@",
  "*",
  "~",
  "~/x",
  "?[a-z]{b,c}",
  "-rf",
  "--help",
  "-",
  "--",
  "a\nb",
  "\n",
  "a\r\nb\tc",
  "a/b/../c",
  "../../etc/passwd",
  "{value}",
  "{{value}}",
  "{other}",
  "$& $1 $$",
  "%2F%00",
  "#x",
  "ü",
  "😀",
  "\u202e\u2028",
  "\ufeffa",
  "\x01\x1b[31m\x7f",
  "__proto__",
  "x".repeat(4000),
];

testEach("stdws passes whatever a client puts into the path as one argument", async (form) => {
  await serving(
    form,
    "/a/:value=process?unsafe=true SHOW {value} <{value}> end",
    async (server) => {
      for (const value of HOSTILE) {
        // A segment of dots is none.
        const shown = await shownAt(server.url, `/a/${encodeURIComponent(value)}?value=query`);
        assertEquals(shown, { args: [value, `<${value}>`, "end"], value });
      }
      // No line of the log is a client's.
      for (const line of server.stdout.all) {
        assertMatch(line, /^\w{3}, \d\d \w{3} \d{4} [\d:]{8} \+0000 \| [A-Z]+ +\| \w+ +\| /);
      }
    },
  );
}, ["od"]);

testEach("stdws passes whatever a client puts into the query as one argument", async (form) => {
  await serving(form, "*=process?unsafe=true SHOW {value} -x{value} {none}", async (server) => {
    for (const value of ["", ...HOSTILE]) {
      const shown = await shownAt(server.url, `/?a=b&value=${encodeURIComponent(value)}&value=c`);
      assertEquals(shown, { args: [value, `-x${value}`, ""], value });
    }
    assertEquals(await shownAt(server.url, "/?value=a+b"), {
      args: ["a b", "-xa b", ""],
      value: "a b",
    });
    assertEquals(await shownAt(server.url, "/"), { args: ["", "-x", ""], value: "" });
  });
}, ["od"]);

testEach("stdws refuses a NUL and what is not percent-encoded with 400", async (form) => {
  await serving(form, "/a/:value=process?unsafe=true SHOW {value}", async (server) => {
    for (
      const target of ["/a/%00", "/a/x%00y", "/a/b?c=%00", "/a/b?value=x%00", "/a/%zz", "/a/%"]
    ) {
      using client = await RawClient.request(server.url, { target });
      assertEquals([client.answer.status, client.answer.body], [400, "400 Bad Request\n"], target);
    }
    assertEquals(await shownAt(server.url, "/a/b"), { args: ["b"], value: "b" });
  });
}, ["od"]);

testEach("stdws replaces bytes that are not UTF-8 by U+FFFD", async (form) => {
  await serving(form, "/a/:value=process?unsafe=true SHOW {value} {q}", async (server) => {
    const shown = await shownAt(server.url, "/a/%FFx?q=%FFy");
    assertEquals(shown, { args: ["\ufffdx", "\ufffdy"], value: "\ufffdx" });
  });
}, ["od"]);

testEach("stdws splits the words of a route with quotes, and expands nothing", async (form) => {
  const words = `a "b c" 'd "e"' f\\ g "" $HOME '$HOME' * ~ {{value}} ; | > "x'y" {a,b} ü`;
  await serving(form, `/a=process SHOW ${words}`, async (server) => {
    const { args } = await shownAt(server.url, "/a?value=x");
    assertEquals(args, [
      "a",
      "b c",
      'd "e"',
      "f g",
      "",
      "$HOME",
      "$HOME",
      "*",
      "~",
      "{value}",
      ";",
      "|",
      ">",
      "x'y",
      "{a,b}",
      "ü",
    ]);
  });
}, ["od"]);

testEach("stdws gives a shell what a client chooses as its argument", async (form) => {
  const route =
    `/a/:value=process sh -c 'printf "%s\\n" "$1" "$STDWS_PARAM_N"' sh '{value:[^a]*[^b]*}'`;
  await using server = await TestServer.start([`--route=${route}`], { form });
  const target = `/a/${encodeURIComponent('"; echo pwned; "$(echo pwned)')}?n=${
    encodeURIComponent("$(echo pwned) `echo pwned`")
  }`;
  using client = await RawClient.open(server.url, { target });
  assertEquals(await client.rest(), {
    texts: ['"; echo pwned; "$(echo pwned)', "$(echo pwned) `echo pwned`"],
    closed: "1000",
  });
});
