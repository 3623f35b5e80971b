import { fuzzHeads } from "./heads.ts";

for (const form of ["deno run", "node"] as const) {
  Deno.test(`stdws answers or hangs up whatever the head of a request is [${form}]`, async () => {
    await fuzzHeads(form, Array.from({ length: 1_000 }, (_, seed) => seed));
  });
}
