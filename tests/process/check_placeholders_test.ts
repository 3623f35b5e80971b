import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { checkPlaceholders } from "../../lib/process/check_placeholders.ts";

const FENCED = "{x:[a-z0-9]+}";

/** Nobody says what a client may choose. */
const BARE: string[][] = [
  ["cat", "{x}"],
  ["echo", "a{x}"],
  ["tail", "-n", "{x}", "--", "file"],
  ["./tool", "--user={x}"],
  ["./tool", FENCED, "{x}"],
  ["./tool", `${FENCED}{x}`],
  // What runs it although no list has it.
  ["setlock", "{x}"],
  ["tar", "--to-command={x}", "-xf", "a.tar"],
  ["tar", "-I", "{x}", "-xf", "a.tar"],
  ["git", "-c", "core.pager={x}", "log"],
  ["rsync", "-e", "{x}", "a", "b"],
  ["zip", "-TT", "{x}", "a.zip", "b"],
  ["man", "-P", "{x}", "ls"],
  ["ls", "{x}", "--"],
];

/** Programs that run what is in their words, also behind `--`. */
const RUNNERS: string[][] = [
  ["setpriv", "--", "{x}"],
  ["prlimit", "--", "{x}"],
  ["start-stop-daemon", "--start", "--exec", "/bin/sh", "--", "{x}"],
  ["/lib64/ld-linux-x86-64.so.2", "--", "{x}"],
  ["find", ".", "-exec", "{x}", ";"],
  ["find", ".", "--", "{x}"],
  ["psql", "-c", "{x}"],
  ["psql", "--", "{x}"],
  ["env", "--", "{x}"],
  ["timeout", "5", "--", "{x}"],
  ["nice", "--", "{x}"],
  ["sudo", "--", "{x}"],
  ["xargs", "--", "{x}"],
  ["docker", "exec", "web", "--", "{x}"],
  ["fakeroot", "--", "{x}"],
  ["busybox.static", "timeout", "5", "--", "{x}"],
  ["gosu", "nobody", "--", "{x}"],
  ["bwrap", "--ro-bind", "/", "/", "--", "{x}"],
  ["npx", "--", "{x}"],
  ["ssh", "host", "--", "{x}"],
  ["watch", "--", "{x}"],
  ["make", "--", "{x}"],
  ["bash", "--", "{x}"],
  ["bash", "./script.sh", "--", "{x}"],
  ["bash", "-c", 'eval "$1"', "--", "{x}"],
  ["bash", "-c", 'eval "$1"', "bash", "{x}"],
  ["/usr/bin/python3.12", "--", "{x}"],
  ["perl", "-ne", "print", "--", "{x}"],
  ["node", "--", "{x}"],
  ["awk", "--", "{x}"],
  ["sed", "--", "{x}"],
  ["awk", "{x}"],
];

/** The text of a shell, or its options, whatever the fence. */
const SHELLS: string[][] = [
  ["sh", "-c", "echo {x}"],
  ["/bin/sh", "-c", 'echo "{x}"'],
  ["bash", "-c", "{x}"],
  ["bash", "-ec", "echo {x}"],
  ["bash", "-xce", "echo {x}"],
  ["bash", "-e", "-o", "pipefail", "-c", "echo {x}"],
  ["bash", "-c", "-o", "pipefail", "echo {x}"],
  ["bash", "--norc", "-c", "--", "echo {x}"],
  ["bash", "+e", "-c", "echo {x}"],
  ["bash", "-{x}"],
  ["bash", "-o", "{x}"],
  ["bash", "-e{x}", "ls"],
  ["dash", "-c", "echo {x}"],
  ["zsh", "-c", "echo {x}"],
  ["ksh", "-c", "echo {x}"],
  ["tcsh", "-c", "echo {x}"],
  ["fish", "-c", "echo {x}"],
  ["fish", "--command=echo {x}"],
  ["fish", "-C", "echo {x}"],
  ["fish", "--init-command", "echo {x}"],
  ["ksh93", "-c", "echo {x}"],
  ["zsh-5.9", "-c", "echo {x}"],
  ["bash-static", "-c", "echo {x}"],
  ["ssh", "host", "ksh93 -c 'echo {x}'"],
  ["setpriv", "--reuid=1", "sh", "-c", "echo {x}"],
  ["/lib/ld-linux.so.2", "/bin/sh", "-c", "echo {x}"],
  ["anything", "at", "all", "bash", "-c", "echo {x}"],
  ["find", ".", "-exec", "sh", "-c", "echo {x}", ";"],
  ["docker", "exec", "-i", "web", "sh", "-c", "echo {x}"],
  // In one word, which another program divides.
  ["tar", "--to-command=sh -c 'echo {x}'", "-xf", "a.tar"],
  ["ssh", "host", "bash -c 'echo {x}'"],
  ["env", "-S", "bash -e -c 'echo {x}'"],
];

/** The program itself, which nothing admits. */
const PROGRAMS: string[][] = [["{x}"], ["./{x}"], ["bin/{x}.sh", "a"], [FENCED], [`./${FENCED}`]];

function fence(command: readonly string[]): string[] {
  return command.map((word) => word.replaceAll("{x}", FENCED));
}

for (const command of [...BARE, ...RUNNERS, ...SHELLS, ...SHELLS.map(fence), ...PROGRAMS]) {
  Deno.test(`checkPlaceholders() refuses ${JSON.stringify(command)}`, () => {
    const error = assertThrows(() => checkPlaceholders(command), UsageError, "Cannot ");
    assertEquals([error.exitCode, error.message.includes("\n")], [1, false]);
    assertStringIncludes(error.message, "{x");
  });
}

for (const command of PROGRAMS) {
  Deno.test(`checkPlaceholders() refuses ${JSON.stringify(command)} also where it is unsafe`, () => {
    assertThrows(() => checkPlaceholders(command, true), UsageError, "could choose the program");
  });
}

/** What has a fence, or stands where it is data. */
const ADMITTED: string[][] = [
  ...BARE.map(fence),
  ...RUNNERS.map(fence),
  ["cat", "--", "{x}"],
  ["tail", "-f", "-n", "{n:[0-9]{1,4}}", "--", "/var/log/{x}", "{y}"],
  ["git", "log", "--", "{x}"],
  ["bash", "-c", 'echo "$1"', "bash", FENCED],
  ["bash", "-ec", 'echo "$1"', "bash", "-c", FENCED],
  ["bash", "-o", "pipefail", "-c", 'echo "$1"', "bash", `-${FENCED}`],
  ["bash", "-c", "echo {{x}} {} {a,b} ${A[0]}", "bash", FENCED],
  ["bash", "./script.sh", "-c", FENCED],
  ["timeout", "5", "bash", "-c", 'echo "$1"', "bash", FENCED],
  ["awk", "-v", `x=${FENCED}`, "{{print x}}"],
  ["awk", "{print $1}", "file"],
  ["python3", "-c", "import sys; print(sys.argv[1])", FENCED],
  ["grep", "-r", "push it", "--", "{x}"],
  ["./bash-like", "-c", FENCED],
];
for (const command of ADMITTED) {
  Deno.test(`checkPlaceholders() has nothing against ${JSON.stringify(command)}`, () => {
    checkPlaceholders(command);
    assert(command.length > 1);
  });
}

for (const command of [...BARE, ...RUNNERS, ...SHELLS]) {
  Deno.test(`checkPlaceholders() has nothing against ${JSON.stringify(command)} where it is unsafe`, () => {
    checkPlaceholders(command, true);
    assertThrows(() => checkPlaceholders(command));
  });
}

const ADVICE: [command: string[], message: string][] = [
  [
    ["bash", "-c", "echo {room}"],
    `Cannot put {room} into what bash runs: write bash -c '… "$1" …' bash {room:[a-z0-9]+}, ` +
    "or another pattern of what it may be, or read STDWS_PARAM_ROOM of the environment " +
    "(braces that are no placeholder: {{room}}; unsafe=true admits anything)",
  ],
  [
    ["cat", "{x}"],
    'Cannot put {x} into "{x}" as it is: write {x:[a-z0-9]+}, or another pattern of',
  ],
  [["cat", "-{x}"], 'Cannot put {x} into "-{x}" as it is: write {x:[a-z0-9]+}'],
  [
    ["awk", "{print}"],
    "Cannot put {print} into the words of awk, which runs other programs: write {print:[a-z0-9]+}",
  ],
  [["env", "--", "{a$b}"], "or read STDWS_PARAM_A_B of"],
  [["./{x}"], 'Cannot run "./{x}": a client could choose the program'],
  [["cat", "{x:(}"], 'Invalid placeholder "{x:(}": Invalid regular expression'],
];
for (const [command, message] of ADVICE) {
  Deno.test(`checkPlaceholders() shows a way for ${JSON.stringify(command)}`, () => {
    assertThrows(() => checkPlaceholders(command), UsageError, message);
  });
}
