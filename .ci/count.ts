// Prints the counts of a JUnit report as one line, `N passed, N failed, N skipped`. The second word is the exit code
// of the soak, which counts as one test; the further words name what was skipped beside those.
const [path = "", soaked = "", ...skips] = Deno.args;
const soak = soaked === "0" ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
const report = await Deno.readTextFile(path);
const count = (pattern: RegExp) => [...report.matchAll(pattern)].length;
const broken = count(/<failure[\s>]|<error[\s>]/g);
const ignored = count(/<skipped/g);
const passed = count(/<testcase[\s>]/g) - broken - ignored + soak.passed;
const failed = broken + soak.failed;
const lines = [
  ...skips.map((name) => `skipped: ${name}`),
  `${passed} passed, ${failed} failed, ${ignored + skips.length} skipped`,
];
await Deno.stdout.write(new TextEncoder().encode(`${lines.join("\n")}\n`));
