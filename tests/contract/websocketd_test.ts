/**
 * The contract of websocketd, line by line: every test has the words of one line, and proves it on the
 * program as users start it.
 *
 * @module
 */
import { testEach, testTable } from "../support/server.ts";
import { COMMAND_LINE } from "./websocketd/command_line.ts";
import { CONNECTION } from "./websocketd/connection.ts";
import { ENVIRONMENT } from "./websocketd/environment.ts";
import { HTTP } from "./websocketd/http.ts";
import { LISTENING } from "./websocketd/listening.ts";
import { LOG } from "./websocketd/log.ts";

const SECTIONS = {
  "command line": COMMAND_LINE,
  listening: LISTENING,
  connection: CONNECTION,
  environment: ENVIRONMENT,
  http: HTTP,
  log: LOG,
};

// What an engine answers and reads itself differs by the runtime, too.
const OF_ENGINES: readonly string[] = ["listening", "connection", "http"];

for (const [section, lines] of Object.entries(SECTIONS)) {
  const testLine = OF_ENGINES.includes(section) ? testEach : testTable();
  for (const [line, prove, needs] of lines) {
    testLine(`websocketd, ${section}: ${line}`, prove, needs);
  }
}
