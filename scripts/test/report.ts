// @ts-types="../../lib/base/std.d.ts"
import { escape, unescape } from "@std/html/entities";

/** How many tests, with their steps, had which fate. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly ignored: number;
}

/** A test that failed, and why: the first line of that. */
export interface Failure {
  readonly file: string;
  readonly name: string;
  readonly reason: string;
}

const FAILED =
  /<testcase name="([^"]*)" classname="([^"]*)"[^>]*>\s*<(?:failure|error) message="([^"\n]*)/g;

/** Counts the tests of a JUnit report. */
export function countsOf(report: string): Counts {
  const count = (pattern: RegExp) => [...report.matchAll(pattern)].length;
  const failed = count(/<failure[\s>]|<error[\s>]/g);
  const ignored = count(/<skipped/g);
  return { passed: count(/<testcase[\s>]/g) - failed - ignored, failed, ignored };
}

/** The failures that a JUnit report tells of. */
export function failuresIn(report: string): Failure[] {
  return Array.from(report.matchAll(FAILED), ([, name = "", file = "", reason = ""]) => {
    return { file: unescape(file), name: unescape(name), reason: unescape(reason) };
  });
}

/** A failure as a line to read. */
export function lineOf({ file, name, reason }: Failure): string {
  return `FAILED ${file}: ${name}: ${reason}`;
}

/** A report with one failure more: of what failed beside all tests. */
export function withFailure(report: string, { file, name, reason }: Failure): string {
  const suites = report === "" ? "<testsuites>\n</testsuites>\n" : report;
  const suite = `    <testsuite name="${escape(file)}" tests="1" errors="1">
        <testcase name="${escape(name)}" classname="${escape(file)}">
            <error message="${escape(reason)}"/>
        </testcase>
    </testsuite>
`;
  return suites.replace("</testsuites>", () => `${suite}</testsuites>`);
}
