// Prints the counts of a folder of JUnit reports, and of the checks beside them, as one line, `N passed, N failed,
// N skipped`, below the names of what failed or was skipped. Each further word is such a check, as `passed:NAME`,
// `failed:NAME` or `skipped:NAME`.
import { countsOf, type Failure, failuresIn, lineOf } from "../scripts/test/report.ts";

const [folder = "", ...checks] = Deno.args;
const counted = (outcome: string) =>
  checks.filter((check) => check.startsWith(`${outcome}:`)).length;
const failures: Failure[] = [];
let [passed, failed, skipped] = [counted("passed"), counted("failed"), counted("skipped")];
for await (const { name } of Deno.readDir(folder)) {
  const report = await Deno.readTextFile(`${folder}/${name}`);
  const counts = countsOf(report);
  failures.push(...failuresIn(report));
  passed += counts.passed;
  failed += counts.failed;
  skipped += counts.ignored;
}
const lines = [
  ...failures.map(lineOf),
  ...checks.filter((check) => !check.startsWith("passed:")).map((check) =>
    check.replace(":", ": ")
  ),
  `${passed} passed, ${failed} failed, ${skipped} skipped`,
];
await Deno.stdout.write(new TextEncoder().encode(`${lines.join("\n")}\n`));
