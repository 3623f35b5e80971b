import { assertEquals, assertStringIncludes } from "@std/assert";
import { faults, manyRooms, oneRoom } from "../../scripts/simulate/hub_tables.ts";

const PAGE = new URL("../../lib/hub/README.md", import.meta.url);

for (const [name, make] of Object.entries({ oneRoom, manyRooms, faults })) {
  Deno.test(`${name}() makes the table that the page has, and loses nothing`, async () => {
    const { text, outcomes } = await make();
    assertEquals(outcomes.flatMap((outcome) => outcome.faults), []);
    // Whoever changes what goes over the bus sees here what it costs: scripts/simulate_hub.ts --write.
    assertStringIncludes(await Deno.readTextFile(PAGE), text);
  });
}
