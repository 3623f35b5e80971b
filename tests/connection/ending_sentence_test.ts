import { assertEquals } from "@std/assert";
import { type Ended, endingSentence } from "../../lib/connection/ending_sentence.ts";

const ENDED: Ended = {
  code: 1000,
  reason: "",
  closedBy: "client",
  clean: true,
  durationMs: 1_234,
  messagesIn: 3,
  bytesIn: 12,
  messagesOut: 4,
  bytesOut: 56,
};
const COUNTS = "3 messages in (12 bytes), 4 out (56 bytes)";

const SENTENCES: [ended: Partial<Ended>, sentence: string][] = [
  [{}, `Closed by the client with 1000 after 1.2 s: ${COUNTS}`],
  [{ reason: "bye" }, `Closed by the client with 1000 "bye" after 1.2 s: ${COUNTS}`],
  [{ code: 1005 }, `Closed by the client without a code after 1.2 s: ${COUNTS}`],
  [
    { code: 4003, reason: "exit status 3", closedBy: "program", exitStatus: 3 },
    `Closed by the program with 4003 "exit status 3" after 1.2 s: ${COUNTS}`,
  ],
  [
    { closedBy: "program", signal: "SIGINT" },
    `Closed by the program with 1000 after 1.2 s: ${COUNTS}; the program was ended by SIGINT`,
  ],
  [
    { exitStatus: 0 },
    `Closed by the client with 1000 after 1.2 s: ${COUNTS}; the program ended with exit status 0`,
  ],
  [
    { code: 1001, reason: "No answer to pings", closedBy: "server", clean: false },
    `Closed by the server with 1001 "No answer to pings", without an answer, after 1.2 s: ${COUNTS}`,
  ],
  [
    { code: 1006, closedBy: "nobody", clean: false, error: "read ECONNRESET", signal: "SIGKILL" },
    `Broke off (read ECONNRESET) after 1.2 s: ${COUNTS}; the program was ended by SIGKILL`,
  ],
  [{ code: 1006, closedBy: "nobody", clean: false }, `Broke off after 1.2 s: ${COUNTS}`],
  [
    { ignored: 1, messagesIn: 1, bytesIn: 1, messagesOut: 0, bytesOut: 0 },
    "Closed by the client with 1000 after 1.2 s: 1 message in (1 byte), 0 out (0 bytes); " +
    "ignored 1 message of the wrong kind",
  ],
];
for (const [ended, sentence] of SENTENCES) {
  Deno.test(`endingSentence() says ${sentence}`, () => {
    assertEquals(endingSentence({ ...ENDED, ...ended }), sentence);
  });
}

const DURATIONS: [ms: number, text: string][] = [
  [0, "0 ms"],
  [999, "999 ms"],
  [1_000, "1 s"],
  [59_999, "59.9 s"],
  [60_000, "1 min 0 s"],
  [3_599_999, "59 min 59 s"],
  [3_600_000, "1 h 0 min"],
  [90_061_000, "25 h 1 min"],
];
for (const [durationMs, text] of DURATIONS) {
  Deno.test(`endingSentence() says ${durationMs} ms as ${text}`, () => {
    const sentence = endingSentence({ ...ENDED, durationMs });
    assertEquals(sentence, `Closed by the client with 1000 after ${text}: ${COUNTS}`);
  });
}
