import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { HttpClient } from "../support/http_client.ts";
import { RawClient } from "../support/client.ts";
import { Scripts } from "../support/scripts.ts";
import { rowsFor, runToEnd, testBoth, testEach, TestServer } from "../support/server.ts";

const PROGRAMS = {
  crlf: "#!/bin/sh\r\necho hello\r\n",
  lost: "#!/nowhere/sh\n",
  env: "#!/usr/bin/env nosuch\n",
};
const WHY: Readonly<Record<keyof typeof PROGRAMS, string>> = {
  crlf: "it has a Windows line end after its first line",
  lost: 'its interpreter "/nowhere/sh" is missing',
  env: 'its interpreter "nosuch" is not in PATH',
};
const NAMES = Object.keys(PROGRAMS) as (keyof typeof PROGRAMS)[];

testBoth("stdws says at the start why a program cannot run, wherever it is named", async (form) => {
  await using scripts = await Scripts.write(PROGRAMS);
  for (const name of rowsFor(form, NAMES)) {
    const program = `${scripts.folder}/${name}`;
    const fact = `Cannot run "${program}": ${WHY[name]}\n`;
    const ways: string[][] = [
      [program],
      ["--check", program],
      [`--route=/a=process ${program}`],
      [`--route=/a=shared ${program}`],
    ];
    for (const args of ways) {
      const { code, stderr } = await runToEnd(["--port=0", ...args], { form });
      assertEquals(code, 1, args.join(" "));
      assertStringIncludes(stderr, fact);
    }
  }
});

const ELSEWHERE: [args: string[], message: RegExp][] = [
  [["/tmp"], /^stdws: Cannot run "\/tmp": it is a folder\n/],
  [
    ["--", "ls -l"],
    /^stdws: Cannot run "ls -l": no program has that name \(did you mean: -- ls -l\)/,
  ],
  [
    ["--route=/a=process 'ls -l'"],
    /^stdws: Cannot serve the route \/a: Cannot run "ls -l": .*\(did you mean: ls -l\)/,
  ],
];
for (const [args, message] of ELSEWHERE) {
  testBoth(`stdws ${args.join(" ")} is refused with 1 and says why`, async (form) => {
    const { code, stderr } = await runToEnd(["--port=0", ...args], { form });
    assertEquals(code, 1);
    assertMatch(stderr, message);
  });
}

testEach(
  "stdws answers 500 where a program of a folder cannot run, and the log says why",
  async (form) => {
    await using scripts = await Scripts.write({ ...PROGRAMS, fine: "echo 'Status: 200'; echo" });
    const { folder } = scripts;
    const args = [`--cgidir=${folder}`, `--route=/ws/*=directory ${folder}`];
    await using server = await TestServer.start(args, { form });
    for (const name of [...NAMES, ...NAMES]) {
      const line = new RegExp(` ERROR .*Cannot run "${folder}/${name}": ${WHY[name]}$`);
      const known = server.stdout.all.length;
      using web = await HttpClient.connect(server.url);
      await web.send(`GET /${name}`);
      assertEquals((await web.head()).status, 500);
      await server.stdout.after(known, line);
      const seen = server.stdout.all.length;
      using socket = await RawClient.request(server.url, { target: `/ws/${name}` });
      assertEquals(socket.answer.status, 500);
      await server.stdout.after(seen, line);
    }
    // It is looked at again when it is another.
    await scripts.add("crlf", "echo 'Status: 201'; echo");
    await scripts.add("fine", PROGRAMS.crlf);
    for (const [name, status] of [["crlf", 201], ["fine", 500]] as const) {
      using web = await HttpClient.connect(server.url);
      await web.send(`GET /${name}`);
      assertEquals((await web.head()).status, status);
    }
  },
);

testEach("stdws says why a program cannot run any more that could at the start", async (form) => {
  await using scripts = await Scripts.write({ program: "echo hello" });
  await using server = await TestServer.start([`${scripts.folder}/program`], { form });
  using before = await RawClient.open(server.url);
  assertEquals(await before.text(), "hello");
  await scripts.add("program", PROGRAMS.crlf);
  using after = await RawClient.request(server.url);
  assertEquals(after.answer.status, 500);
  await server.stdout.until(/ ERROR .*Could not launch process .*\(it has a Windows line end/);
});

testBoth("stdws --check names the programs of a folder that cannot run", async (form) => {
  await using scripts = await Scripts.write({ ...PROGRAMS, fine: "echo" });
  const { folder } = scripts;
  for (const option of [`--dir=${folder}`, `--cgidir=${folder}`, `--route=/a/*=cgi ${folder}`]) {
    const { code, stderr } = await runToEnd(["--check", option], { form });
    assertEquals(code, 0);
    assertEquals(
      stderr.split("\n").filter(Boolean).sort(),
      NAMES.map((name) => `stdws: Cannot run "${folder}/${name}": ${WHY[name]}`).sort(),
    );
  }
});
