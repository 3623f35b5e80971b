import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { LaunchError } from "../../../lib/base/errors.ts";
import { nextTurn } from "../../../lib/base/next_turn.ts";
import { type Child, launch } from "../../../lib/process/launch.ts";
import { Pty, type PtyOptions } from "../../../lib/process/pty/pty.ts";
import { readiness } from "../../../lib/process/pty/readiness.ts";
import { untilIdle } from "../../support/processes.ts";

const ignore = Deno.build.os !== "linux";
const encoder = new TextEncoder();

/** A test that ends when the thread has that waits for its terminals: it would be taken for a leak. */
function testPty(name: string, options: { ignore: boolean }, fn: () => Promise<void> | void): void {
  Deno.test(name, options, async () => {
    try {
      await fn();
    } finally {
      await readiness.idle();
    }
  });
}

interface OnTerminal extends AsyncDisposable {
  readonly child: Child;
  readonly pty: Pty;
  /** Types something. */
  type(text: string): Promise<void>;
  /** Reads until the output ends in, or has, a text. */
  until(text: string): Promise<string>;
  /** Reads to the end. */
  rest(): Promise<string>;
}

/** A shell's script on a pseudo-terminal. */
function start(script: string, options: Partial<PtyOptions> = {}): OnTerminal {
  const pty = new Pty({ streams: "all", ...options });
  const child = launch({
    program: "/bin/sh",
    args: ["-c", script],
    id: "x",
    env: { PATH: Deno.env.get("PATH") ?? "" },
    pty,
  });
  const output = child.stdout.pipeThrough(new TextDecoderStream() as TransformStream);
  const reader = output.getReader() as ReadableStreamDefaultReader<string>;
  const writer = child.stdin.getWriter();
  let seen = "";
  const read = async () => {
    const { value, done } = await reader.read();
    seen += value ?? "";
    return !done;
  };
  return {
    child,
    pty,
    type: (text) => writer.write(encoder.encode(text)),
    async until(text) {
      while (!seen.includes(text)) assert(await read(), `no ${text} in ${seen}`);
      const end = seen.indexOf(text) + text.length;
      const past = seen.slice(0, end);
      seen = seen.slice(end);
      return past;
    },
    async rest() {
      while (await read());
      return seen;
    },
    async [Symbol.asyncDispose]() {
      await writer.abort().catch(() => {});
      await reader.cancel().catch(() => {});
      pty[Symbol.dispose]();
      if (pty.streams === "stdout") await child.stderr.cancel();
      await child.status;
    },
  };
}

testPty(
  "Pty is the terminal of a program's session, which keeps its number",
  { ignore },
  async () => {
    await using program = start(
      'stty size; echo $$; tty; test -t 2 && echo "all of it" >/dev/tty',
      {
        size: { columns: 101, rows: 33 },
      },
    );
    const { child, pty } = program;
    assertEquals(await program.rest(), `33 101\r\n${child.pid}\r\n${pty.path}\r\nall of it\r\n`);
    assertEquals((await child.status).code, 0);
  },
);

testPty("Pty tells a program of a new size", { ignore }, async () => {
  await using program = start(
    "trap 'stty size; exit 3' WINCH; echo ready; while :; do sleep 0.01; done",
  );
  await program.until("ready\r\n");
  program.pty.resize({ columns: 132, rows: 50 });
  assertMatch(await program.rest(), /50 132\r\n$/);
  assertEquals((await program.child.status).code, 3);
});

testPty("Pty makes signals of keys", { ignore }, async () => {
  const keys = [["\x03", "INT"], ["\x1c", "QUIT"], ["\x1a", "TSTP"]] as const;
  for (const [key, signal] of keys) {
    await using program = start(`trap 'echo got ${signal}; exit' ${signal}; echo ready; read x`);
    await program.until("ready\r\n");
    // The line behind it is for a shell that is about to read: it hears of the signal when it has read.
    await program.type(`${key}\n`);
    await program.until(`got ${signal}`);
  }
});

testPty("Pty carries bytes of UTF-8 and echoes what is typed", { ignore }, async () => {
  await using program = start('read line; echo "<$line>"');
  await program.type("héllo 🌍\n");
  assertEquals(await program.rest(), "héllo 🌍\r\n<héllo 🌍>\r\n");
});

testPty("Pty hands out all that a program has written before its end", { ignore }, async () => {
  await using program = start("seq 100000");
  const lines = (await program.rest()).split("\r\n");
  assertEquals([lines.length, lines[0], lines.at(-2)], [100_001, "1", "100000"]);
});

testPty(
  "Pty has its end with its program, whatever goes on to write in the background",
  { ignore },
  async () => {
    const writes = "until grep -qx yes /proc/$!/comm; do :; done";
    await using program = start(`(trap "" HUP; exec yes) & ${writes}; seq 1000; exit 3`);
    await program.rest();
    assertEquals((await program.child.status).code, 3);
  },
);

testPty(
  "Pty reads nothing that nobody takes, so that its program waits",
  { ignore },
  async () => {
    const pty = new Pty({ streams: "all" });
    const args = ["-c", "i=0; while :; do i=$((i+1)); echo $i; done"];
    const child = launch({ program: "/bin/sh", args, id: "x", env: {}, pty });
    const written = async () => {
      const io = await Deno.readTextFile(`/proc/${child.pid}/io`);
      return Number(/wchar: (\d+)/.exec(io)?.[1]);
    };
    while (await written() === 0) await nextTurn();
    // It sleeps when the terminal holds no more; what that is is the system's affair.
    await untilIdle(child.pid);
    assert(await written() < 1_000_000, `${await written()}`);
    await pty.output.cancel();
    assertEquals((await child.status).signal, "SIGHUP");
  },
);

testPty("Pty takes no more than a program reads, and loses none of it", { ignore }, async () => {
  const stops = "kill -STOP $$";
  await using program = start(`stty raw -echo; echo ready; ${stops}; head -c 200000 | cksum`);
  await program.until("ready");
  const data = "0123456789abcde\n".repeat(12_500);
  let isTyped = false;
  const typed = program.type(data).then(() => isTyped = true);
  const stat = `/proc/${program.child.pid}/stat`;
  while (!(await Deno.readTextFile(stat)).includes(") T ")) await nextTurn();
  assertEquals(isTyped, false);
  program.child.kill("SIGCONT");
  await typed;
  const child = new Deno.Command("cksum", { stdin: "piped", stdout: "piped" }).spawn();
  const [expected] = await Promise.all([
    new Response(child.stdout).text(),
    new Blob([data]).stream().pipeTo(child.stdin),
    child.status,
  ]);
  assertEquals((await program.rest()).trim(), expected.trim());
});

testPty(
  "Pty is a file of its program's user",
  { ignore: ignore || Deno.uid() !== 0 },
  async () => {
    using pty = new Pty({ streams: "all", owner: { uid: 65_534, gid: 65_534 } });
    assertEquals((await Deno.stat(pty.path)).uid, 65_534);
  },
);

testPty("Pty hangs up when its input is aborted", { ignore }, async () => {
  const program = start("echo ready; exec sleep 1000");
  await program.until("ready");
  await program[Symbol.asyncDispose]();
  assertEquals((await program.child.status).signal, "SIGHUP");
});

testPty("Pty has an end also where its program never opens it", { ignore }, async () => {
  const pty = new Pty({ streams: "all" });
  const child = new Deno.Command("true").spawn();
  child.status.then(() => pty.programEnded());
  assertEquals(await new Response(pty.output).text(), "");
  await child.status;
});

testPty(
  "Pty that is stdout alone changes nothing of it, and leaves the rest pipes",
  { ignore },
  async () => {
    const script =
      "read a; test -t 1 && echo \"$a\"; test -t 0 || test -t 2 || printf 'a\\nb\\tc'; echo no >&2";
    await using program = start(script, { streams: "stdout" });
    await program.type("typed\n");
    assertEquals(await program.rest(), "typed\na\nb\tc");
  },
);

testPty("Pty leaves the runtime its threads, however many there are", { ignore }, async () => {
  // The runtime has 32 for files and calls that block.
  const many = Array.from({ length: 40 }, () => start("read x"));
  const outputs = many.map((program) => program.rest());
  assert((await Deno.readTextFile("/proc/self/stat")).length > 0);
  await Promise.all(many.map((program) => program.type("\n")));
  await Promise.all(outputs);
  for (const program of many) await program[Symbol.asyncDispose]();
});

testPty("Pty of a program that cannot be started is the caller's to hang up", { ignore }, () => {
  using pty = new Pty({ streams: "stdout" });
  const options = { args: [], id: "x", env: {}, pty };
  assertThrows(() => launch({ program: "/nowhere", ...options }), LaunchError, "/nowhere");
});
