// Prints the counts of a JUnit report as one line, `N passed, N failed, N skipped`. The further words name what
// was skipped beside the tests of the report.
const [path = "", ...skips] = Deno.args;
const report = await Deno.readTextFile(path);
const count = (pattern: RegExp) => [...report.matchAll(pattern)].length;
const failed = count(/<failure[\s>]|<error[\s>]/g);
const ignored = count(/<skipped/g);
const passed = count(/<testcase[\s>]/g) - failed - ignored;
const lines = [
  ...skips.map((name) => `skipped: ${name}`),
  `${passed} passed, ${failed} failed, ${ignored + skips.length} skipped`,
];
await Deno.stdout.write(new TextEncoder().encode(`${lines.join("\n")}\n`));
