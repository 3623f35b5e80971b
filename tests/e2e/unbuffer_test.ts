import { assertEquals, assertMatch } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { needing } from "../support/programs.ts";
import { Scripts } from "../support/scripts.ts";
import { runToEnd, testBoth, testEach, TestServer, testTable } from "../support/server.ts";

const PROGRAM = `#include <stdio.h>
int main(void) {
  char line[100];
  while (fgets(line, sizeof line, stdin)) printf("got %s", line);
  return 0;
}
`;

/** Programs that answer each line, and what they answer; each with the value of `unbuffer` that it needs. */
const PROGRAMS: readonly {
  readonly name: string;
  readonly unbuffer: "auto" | "pty";
  readonly needs: readonly string[];
  /** The words of the command; they may name files in a folder that has a C program. */
  readonly words: string;
  readonly answer: string;
}[] = [
  {
    name: "Python",
    unbuffer: "auto",
    needs: ["python3"],
    words: `python3 -c 'import sys; [print("got", line, end="") for line in sys.stdin]'`,
    answer: "got abx",
  },
  {
    name: "Perl",
    unbuffer: "auto",
    needs: ["perl"],
    words: `perl -ne 'print "got $_"'`,
    answer: "got abx",
  },
  { name: "grep", unbuffer: "auto", needs: ["grep"], words: "grep x", answer: "abx" },
  { name: "sed", unbuffer: "auto", needs: ["sed"], words: "sed s/a/got/", answer: "gotbx" },
  {
    name: "gawk",
    unbuffer: "auto",
    needs: ["gawk"],
    words: `gawk '{ print "got", $0 }'`,
    answer: "got abx",
  },
  {
    name: "what mawk writes of its own accord",
    unbuffer: "auto",
    needs: ["mawk"],
    words: `mawk 'BEGIN { print "got"; while (getline) print }'`,
    answer: "got",
  },
  { name: "tr", unbuffer: "auto", needs: ["tr"], words: "tr a A", answer: "Abx" },
  {
    name: "PHP",
    unbuffer: "auto",
    needs: ["php"],
    words: `php -r 'while ($line = fgets(STDIN)) echo "got $line";'`,
    answer: "got abx",
  },
  {
    name: "C with printf",
    unbuffer: "auto",
    needs: ["cc"],
    words: "FOLDER/dynamic",
    answer: "got abx",
  },
  {
    name: "a pipeline",
    unbuffer: "auto",
    needs: ["python3", "perl"],
    words:
      `sh -c 'python3 -c "import sys; [print(line, end=str()) for line in sys.stdin]" | grep x | perl -pe s/a/got/ | tr b B'`,
    answer: "gotBx",
  },
  {
    name: "Ruby",
    unbuffer: "pty",
    needs: ["ruby"],
    words: `ruby -e 'while line = gets; puts line.upcase; end'`,
    answer: "ABX",
  },
  {
    name: "C that is linked statically",
    unbuffer: "pty",
    needs: ["cc"],
    words: "FOLDER/static",
    answer: "got abx",
  },
  {
    name: "a pipeline that ends in Ruby",
    unbuffer: "pty",
    needs: ["ruby", "grep"],
    words: `sh -c 'grep x | ruby -e "while line = gets; puts line.upcase; end"'`,
    answer: "ABX",
  },
];

const testProgram = testTable();
for (const { name, unbuffer, needs, words, answer } of PROGRAMS) {
  testProgram(`stdws unbuffer=${unbuffer} brings each answer of ${name} at once`, async (form) => {
    await using scripts = await Scripts.write({});
    if (words.startsWith("FOLDER/")) await compile(scripts.folder, words.endsWith("static"));
    const command = words.replace("FOLDER", scripts.folder);
    const said = unbuffer === "auto" ? "" : `?unbuffer=${unbuffer}`;
    await using server = await TestServer.start([`--route=/=process${said} ${command}`], { form });
    using client = await RawClient.open(server.url);
    // The program goes on to wait for input: what it does not write now, it would write at its end.
    await client.send("abx");
    assertEquals(await client.text(), answer);
  }, needs);
}

async function compile(folder: string, isStatic: boolean): Promise<void> {
  await Deno.writeTextFile(`${folder}/program.c`, PROGRAM);
  const [name, flags] = isStatic ? ["static", ["-static"]] : ["dynamic", []];
  const args = [...flags, "-o", `${folder}/${name}`, `${folder}/program.c`];
  const { success, stderr } = await new Deno.Command("cc", { args }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

const SHOWN =
  `python3 -c 'import sys; print("first"); print("second", file=sys.stderr); sys.stdin.readline()'`;

testEach("stdws unbuffer=off leaves a program as it is, for a route or for all", async (form) => {
  for (
    const args of [
      [`--route=/=process?unbuffer=off&framing=streams ${SHOWN}`],
      ["--unbuffer=off", "--passstderr", `--route=/=process ${SHOWN}`],
    ]
  ) {
    await using server = await TestServer.start(args, { form });
    using client = await RawClient.open(server.url);
    assertEquals(await client.text(), '{"stream":"stderr","data":"second"}');
    await client.send("");
    assertEquals(await client.text(), '{"stream":"stdout","data":"first"}');
  }
}, ["python3"]);

for (const handler of ["shared", "directory"]) {
  testEach(`stdws unbuffer=auto is for ${handler} as well`, async (form) => {
    const echo = `exec python3 -c 'import sys; [print("got", line, end="") for line in sys.stdin]'`;
    await using scripts = await Scripts.write({ echo });
    const words = handler === "shared" ? `${scripts.folder}/echo` : scripts.folder;
    await using server = await TestServer.start([`--route=/*=${handler} ${words}`], { form });
    using client = await RawClient.open(`${server.url}echo`);
    await client.send("abx");
    assertEquals(await client.text(), "got abx");
  }, ["python3"]);
}

testEach("stdws unbuffer=auto leaves binary messages as the program writes them", async (form) => {
  const program = `python3 -c 'import sys; print("a", "b", flush=True); input()'`;
  await using server = await TestServer.start([`--route=/=process?framing=binary ${program}`], {
    form,
  });
  using client = await RawClient.open(server.url);
  const received = await client.next();
  assertEquals(
    received.kind === "binary" && new TextDecoder().decode(received.data),
    "a b\n",
  );
}, ["python3"]);

testEach("stdws unbuffer=auto gives way to a variable of the route", async (form) => {
  const program = "sh -c 'echo $PYTHONUNBUFFERED $_STDBUF_O $LD_PRELOAD'";
  const route = `--route=/=process?env=PYTHONUNBUFFERED=x&env=_STDBUF_O=0 ${program}`;
  await using server = await TestServer.start([route], { form });
  using client = await RawClient.open(server.url);
  assertMatch(await client.text(), /^x 0 \/.*\/libstdbuf\.so$/);
}, ["stdbuf"]);

testEach("stdws unbuffer=pty passes bytes on as they are, to their end", async (form) => {
  // A terminal would make of some of them line ends, signals, or an end of the input.
  const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256);
  await using server = await TestServer.start(
    ["--route=/=process?framing=binary&unbuffer=pty head -c 70000"],
    { form },
  );
  using client = await RawClient.open(server.url);
  await client.send(bytes);
  const received: number[] = [];
  for (let next; (next = await client.next()).kind === "binary";) received.push(...next.data);
  assertEquals(Uint8Array.from(received), bytes);
});

testEach("stdws unbuffer=pty has pipes for input and stderr", async (form) => {
  const program = `sh -c 'for n in 0 1 2; do test -t $n && echo $n; done; echo >&2 end; cat'`;
  await using server = await TestServer.start([
    `--route=/=process?unbuffer=pty&framing=streams ${program}`,
  ], { form });
  using client = await RawClient.open(server.url);
  const said = [await client.text(), await client.text()].toSorted();
  assertEquals(said, ['{"stream":"stderr","data":"end"}', '{"stream":"stdout","data":"1"}']);
});

Deno.test("stdws unbuffer= says what it does not take, or what is missing", async () => {
  const wrong = await runToEnd(["--port=0", "--route=/=process?unbuffer=yes cat"]);
  assertMatch(wrong.stderr, /Invalid value "yes" for unbuffer.*: expected auto, on, off, pty/);
  const flag = await runToEnd(["--port=0", "--unbuffer=yes", "cat"]);
  assertMatch(flag.stderr, /Invalid value "yes" for --unbuffer: expected auto, on, off, pty/);
});

Deno.test({
  ...needing("stdws unbuffer=on is refused where there is no stdbuf", "cat"),
  async fn() {
    await using scripts = await Scripts.write({});
    const { stderr } = await runToEnd(["--port=0", "--route=/=process?unbuffer=on /bin/cat"], {
      env: { PATH: scripts.folder },
    });
    assertMatch(
      stderr,
      /Cannot run programs with unbuffer=on: there is no stdbuf of GNU coreutils/,
    );
  },
});

/** What a server said of late output until it was stopped. */
async function saidLate(server: TestServer): Promise<string[]> {
  await server.stop();
  await server.stdout.ended;
  return server.stdout.all.filter((line) => line.includes("comes late"))
    .map((line) => line.replace(/^.*\| /, "").replace(/\b\d+ s\b/, "N s"));
}

// A second has to lie between them when they are read: the first may be read late on a machine that is busy.
const CUT =
  `python3 -c 'import os, time; os.write(1, b"x" * 4096); time.sleep(3); os.write(1, b"y\\n")'`;

testEach("stdws says once for a route that output comes late, and what to do", async (form) => {
  await using server = await TestServer.start([`--route=/=process ${CUT}`], { form });
  for (let visit = 0; visit < 2; visit++) {
    using client = await RawClient.open(server.url);
    assertEquals(await client.rest(), { texts: [`${"x".repeat(4096)}y`], closed: "1000" });
  }
  const said = await saidLate(server);
  assertEquals(said, [
    "Output of python3 comes late: it stopped for N s after 4096 bytes, in the middle of a message, as a buffer that is full; if it was meant to come before: python3 -u, or print(…, flush=True), or unbuffer=pty",
  ]);
}, ["python3"]);

// Nothing of it comes before it ends, five seconds after the last message: what is late is a time, that of the server.
// Engines have no part in it, so one of them is enough.
const SILENT =
  `python3 -c 'import os, time; texts = [input(), input()]; time.sleep(5.1); print(*texts, sep="\\n", flush=True); os._exit(0)'`;

testBoth("stdws says that answers came only at the end", async (form) => {
  await using server = await TestServer.start([
    "--unbuffer=off",
    `--route=/process=process ${SILENT}`,
    `--route=/shared=shared ${SILENT}`,
  ], { form });
  await Promise.all(["process", "shared"].map(async (path) => {
    using client = await RawClient.open(server.url + path);
    for (const text of ["a", "b"]) await client.send(text);
    assertEquals(await client.rest(), { texts: ["a", "b"], closed: "1000" });
  }));
  const said = await saidLate(server);
  const expected =
    "Output of python3 comes late: all of it came at the end of the program, N s after the first message; if it was meant to come before: python3 -u, or print(…, flush=True), or unbuffer=auto";
  assertEquals(said, [expected, expected]);
}, ["python3"]);
