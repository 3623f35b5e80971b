import { assertEquals, assertMatch } from "@std/assert";
import {
  type Edge,
  findCircles,
  findMainOnly,
  findViolations,
} from "../../scripts/check_layers.ts";

const script = new URL("../../scripts/check_layers.ts", import.meta.url);

const cases: { name: string; edges: [from: string, to: string][]; expected: string[] }[] = [
  {
    name: "allows imports downward, within a place, of packages and of deno.json",
    edges: [
      ["main.ts", "lib/cli/args.ts"],
      ["main.ts", "lib/mod.ts"],
      ["lib/mod.ts", "lib/edge.ts"],
      ["lib/cli/args.ts", "lib/cli/flags.ts"],
      ["lib/cli/exit.ts", "lib/config.ts"],
      ["lib/serve.ts", "lib/app.ts"],
      ["lib/app.ts", "lib/config.ts"],
      ["lib/config.ts", "lib/listen/listen.ts"],
      ["lib/handlers/process.ts", "lib/process/launch.ts"],
      ["lib/base/log.ts", "npm:@logtape/logtape@2.4.2"],
      ["lib/listen/node.ts", "npm:ws@8.18.0"],
      ["lib/listen/node.ts", "node:http"],
      ["lib/base/version.ts", "deno.json"],
    ],
    expected: [],
  },
  {
    name: "names both files and both places of an upward import",
    edges: [["lib/bus/memory.ts", "lib/handlers/health.ts"]],
    expected: [
      "lib/bus/memory.ts imports lib/handlers/health.ts: lib/bus/ is below lib/handlers/ and may not import from it",
    ],
  },
  {
    name: "holds the order of the files at the top of lib",
    edges: [["lib/app.ts", "lib/serve.ts"], ["lib/config.ts", "lib/cli/flags.ts"]],
    expected: [
      "lib/app.ts imports lib/serve.ts: lib/app.ts is below lib/serve.ts and may not import from it",
      "lib/config.ts imports lib/cli/flags.ts: lib/config.ts is below lib/cli/ and may not import from it",
    ],
  },
  {
    name: "refuses main.ts as something to import",
    edges: [["lib/mod.ts", "main.ts"]],
    expected: [
      "lib/mod.ts imports main.ts: lib/mod.ts is below main.ts and may not import from it",
    ],
  },
  {
    name: "refuses tests, scripts and files outside of the project",
    edges: [
      ["lib/app.ts", "tests/support/client.ts"],
      ["lib/app.ts", "scripts/bench.ts"],
      ["lib/app.ts", "file:///elsewhere/a.ts"],
    ],
    expected: [
      "lib/app.ts imports tests/support/client.ts: it is outside of the tree that is shipped",
      "lib/app.ts imports scripts/bench.ts: it is outside of the tree that is shipped",
      "lib/app.ts imports file:///elsewhere/a.ts: it is outside of the tree that is shipped",
    ],
  },
  {
    name: "asks for a place for a file that has none",
    edges: [["lib/new.ts", "lib/base/log.ts"]],
    expected: ["lib/new.ts has no place: give it one in scripts/check_layers.ts"],
  },
  {
    name: "keeps the logger's package to lib/base/log.ts",
    edges: [["lib/gate/upgrade.ts", "npm:@logtape/logtape@2.4.2"]],
    expected: [
      "lib/gate/upgrade.ts imports npm:@logtape/logtape@2.4.2: only lib/base/log.ts may",
    ],
  },
  {
    name: "follows lib/edge.ts to what it must not reach, once per file",
    edges: [
      ["lib/edge.ts", "lib/handlers/echo.ts"],
      ["lib/edge.ts", "lib/handlers/registry.ts"],
      ["lib/handlers/registry.ts", "lib/handlers/process.ts"],
      ["lib/handlers/process.ts", "lib/process/launch.ts"],
      ["lib/handlers/registry.ts", "lib/handlers/shared.ts"],
      ["lib/handlers/shared.ts", "lib/process/launch.ts"],
      ["lib/process/launch.ts", "lib/process/environment.ts"],
    ],
    expected: [
      "lib/edge.ts reaches lib/process/launch.ts through lib/handlers/registry.ts, " +
      "lib/handlers/process.ts: it must do without lib/process/",
    ],
  },
  {
    name: "refuses what lib/edge.ts imports itself, and ends on a circle of imports",
    edges: [
      ["lib/edge.ts", "lib/cli/flags.ts"],
      ["lib/edge.ts", "lib/mod.ts"],
      ["lib/mod.ts", "lib/edge.ts"],
    ],
    expected: ["lib/edge.ts reaches lib/cli/flags.ts: it must do without lib/cli/"],
  },
];

for (const { name, edges, expected } of cases) {
  Deno.test(`findViolations() ${name}`, () => {
    assertEquals(findViolations(edges.map(([from, to]): Edge => ({ from, to }))), expected);
  });
}

const circles: {
  name: string;
  edges: [from: string, to: string][];
  known?: string[][];
  expected: string[];
}[] = [
  {
    name: "finds none where two ways lead to the same file",
    edges: [["a.ts", "b.ts"], ["a.ts", "c.ts"], ["b.ts", "d.ts"], ["c.ts", "d.ts"]],
    expected: [],
  },
  {
    name: "names the files of a circle in their order",
    edges: [["main.ts", "b.ts"], ["b.ts", "c.ts"], ["c.ts", "a.ts"], ["a.ts", "b.ts"]],
    expected: ["a.ts imports b.ts, which imports c.ts, which imports a.ts: a circle"],
  },
  {
    name: "sees a file that imports itself",
    edges: [["a.ts", "a.ts"]],
    expected: ["a.ts imports a.ts: a circle"],
  },
  {
    name: "tells circles apart that one imports the other",
    edges: [["c.ts", "d.ts"], ["d.ts", "c.ts"], ["a.ts", "b.ts"], ["b.ts", "a.ts"], [
      "b.ts",
      "c.ts",
    ]],
    expected: [
      "a.ts imports b.ts, which imports a.ts: a circle",
      "c.ts imports d.ts, which imports c.ts: a circle",
    ],
  },
  {
    name: "shows the shortest circle of a knot, and how large that is",
    edges: [
      ["a.ts", "b.ts"],
      ["b.ts", "c.ts"],
      ["c.ts", "a.ts"],
      ["c.ts", "d.ts"],
      ["d.ts", "c.ts"],
    ],
    expected: ["c.ts imports d.ts, which imports c.ts: a circle, in a knot of 4 files"],
  },
  {
    name: "lets those pass that are known",
    edges: [["a.ts", "b.ts"], ["b.ts", "a.ts"]],
    known: [["a.ts", "b.ts"]],
    expected: [],
  },
  {
    name: "lets no file join those that are known",
    edges: [["a.ts", "b.ts"], ["b.ts", "c.ts"], ["c.ts", "a.ts"]],
    known: [["a.ts", "b.ts"]],
    expected: ["a.ts imports b.ts, which imports c.ts, which imports a.ts: a circle"],
  },
  {
    name: "wants those that are known to become fewer",
    edges: [["a.ts", "b.ts"], ["b.ts", "a.ts"]],
    known: [["a.ts", "b.ts", "c.ts"], ["d.ts", "e.ts"]],
    expected: ["c.ts", "d.ts", "e.ts"].map((file) =>
      `${file} is in no circle any more: take it out of KNOWN_CIRCLES`
    ),
  },
];

for (const { name, edges, known = [], expected } of circles) {
  Deno.test(`findCircles() ${name}`, () => {
    assertEquals(findCircles(edges.map(([from, to]): Edge => ({ from, to })), known), expected);
  });
}

const texts: { file: string; text: string; expected: string[] }[] = [
  { file: "main.ts", text: "Deno.exit(await run(Deno.args));", expected: [] },
  { file: "lib/edge.ts", text: "if (import.meta.main) Deno.exit(0);", expected: [] },
  { file: "lib/a.ts", text: "Deno.exitCode = 1;", expected: [] },
  { file: "lib/a.ts", text: "/**\n * Deno.args\n */\n// Deno.exit()", expected: [] },
  {
    file: "lib/a.ts",
    text: "const a = 1;\nDeno.exit(a);\nrun(Deno.args);",
    expected: [
      "lib/a.ts:2 uses Deno.exit: only main.ts may",
      "lib/a.ts:3 uses Deno.args: only main.ts may",
    ],
  },
];

for (const { file, text, expected } of texts) {
  Deno.test(`findMainOnly() judges ${file} with ${JSON.stringify(text)}`, () => {
    assertEquals(findMainOnly(file, text), expected);
  });
}

/** Runs the script as `deno task layers` does, over this project unless a folder is given. */
async function checkLayers(...args: string[]): Promise<{ code: number; lines: string[] }> {
  const { code, stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--allow-read", "--allow-run", "--allow-env", script.pathname, ...args],
    stderr: "inherit",
  }).output();
  return { code, lines: new TextDecoder().decode(stdout).trimEnd().split("\n") };
}

Deno.test("check_layers.ts holds the directions of this project", async () => {
  const { code, lines } = await checkLayers();
  assertMatch(lines.join("\n"), /^\d+ files, directions hold$/);
  assertEquals(code, 0);
});

Deno.test("check_layers.ts reports each violation of a project and exits with 1", async () => {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/lib/base`, { recursive: true });
    await Deno.mkdir(`${root}/lib/cli`);
    await Deno.writeTextFile(`${root}/main.ts`, 'import "./lib/cli/args.ts";\nDeno.exit();\n');
    await Deno.writeTextFile(
      `${root}/lib/cli/args.ts`,
      'import type { Flag } from "./flags.ts";\nexport type Args = Flag[];\n',
    );
    // Types alone make a circle, too.
    await Deno.writeTextFile(
      `${root}/lib/cli/flags.ts`,
      'import type { Args } from "./args.ts";\nexport type Flag = string | Args;\n',
    );
    // Nothing imports this file, and what it imports is gone when it runs: both must be seen.
    await Deno.writeTextFile(
      `${root}/lib/base/lines.ts`,
      'import type { Args } from "../cli/args.ts";\nexport const args: Args = Deno.args;\n',
    );
    assertEquals(await checkLayers(root), {
      code: 1,
      lines: [
        "lib/base/lines.ts imports lib/cli/args.ts: lib/base/ is below lib/cli/ and may not import from it",
        "lib/cli/args.ts imports lib/cli/flags.ts, which imports lib/cli/args.ts: a circle",
        "lib/base/lines.ts:2 uses Deno.args: only main.ts may",
      ],
    });
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
