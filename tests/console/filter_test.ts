import { assertEquals } from "@std/assert";
import { makeFilter } from "../../lib/console/filter.js";
import { Journal } from "../../lib/console/journal.js";

const journal = new Journal();
journal.add("open", "Connected");
journal.add("sent", "Hello (a.b) [ü]");
journal.add("received", "hello back");
journal.add("received", Uint8Array.of(0xde, 0xad, 0xbe, 0xef));
journal.add("close", "Normal closure");

const all = { text: "", sent: true, received: true, events: true };
const CASES: [options: Partial<typeof all>, numbers: number[]][] = [
  [{}, [1, 2, 3, 4, 5]],
  [{ sent: false }, [1, 3, 4, 5]],
  [{ received: false }, [1, 2, 5]],
  [{ events: false }, [2, 3, 4]],
  [{ sent: false, received: false, events: false }, []],
  [{ text: "hello" }, [2, 3]],
  [{ text: "HELLO", sent: false }, [3]],
  [{ text: "(a.b) [Ü]" }, [2]],
  [{ text: "a|b" }, []],
  [{ text: "ad BE" }, [4]],
  [{ text: "closure" }, [5]],
];
for (const [options, numbers] of CASES) {
  Deno.test(`makeFilter() with ${JSON.stringify(options)} passes ${numbers}`, () => {
    const filter = makeFilter({ ...all, ...options });
    assertEquals(journal.entries.filter(filter).map((entry) => entry.number), numbers);
  });
}
