import { assertEquals } from "@std/assert";
import { type Attacks, fullTable, shortTable } from "../../scripts/abuse.ts";

const ATTACKS: readonly Attacks[] = [
  {
    kind: "small_frames",
    records: [
      { name: "a client", engine: "native", longestWait: 12.6, peak: 3 * 2 ** 20 },
      { name: "a client", engine: "node", longestWait: 1.2, counted: 1000 },
      { name: "another", engine: "node", longestWait: 7, descriptors: 0, processes: 0 },
    ],
  },
  { kind: "log", records: [{ name: "a log", engine: "node" }] },
];

Deno.test("fullTable() has a line for each attack, with what is known of each engine", () => {
  assertEquals(fullTable(ATTACKS).trim().split("\n"), [
    "| what | node | native |",
    "| --- | --- | --- |",
    "| a client | longest wait 1 ms; 1,000 counted | longest wait 13 ms; peak 3 MiB |",
    "| another | longest wait 7 ms; 0 descriptors, 0 processes left | – |",
    "| a log | holds | – |",
  ]);
});

Deno.test("shortTable() has a line for each kind, with the worst of each engine", () => {
  assertEquals(shortTable(ATTACKS).trim().split("\n"), [
    "| kind | attacks | node | native |",
    "| --- | --- | --- | --- |",
    "| small frames | 2 | longest wait 7 ms | longest wait 13 ms; peak 3 MiB |",
    "| log | 1 | holds | – |",
  ]);
});
