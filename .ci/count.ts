// Prints the counts of a JUnit report as one line, `N passed, N failed, N skipped`.
const report = await Deno.readTextFile(Deno.args[0] ?? "");
const count = (pattern: RegExp) => [...report.matchAll(pattern)].length;
const failed = count(/<failure[\s>]|<error[\s>]/g);
const skipped = count(/<skipped/g);
const passed = count(/<testcase[\s>]/g) - failed - skipped;
await Deno.stdout.write(
  new TextEncoder().encode(`${passed} passed, ${failed} failed, ${skipped} skipped\n`),
);
