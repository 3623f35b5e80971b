import { assertEquals } from "@std/assert";
import { chunksOf } from "../../support/mutate.ts";
import { numbers } from "../../support/numbers.ts";
import { read } from "./client_frames.ts";
import { conversation } from "./conversation.ts";

Deno.test("FrameReader finds what was said in any frames and any chunks", () => {
  for (let seed = 0; seed < 1000; seed++) {
    const random = numbers(seed);
    const { sent, found } = conversation(random);
    assertEquals(read([sent]), found, `seed ${seed}`);
    assertEquals(read(chunksOf(sent, random)), found, `seed ${seed}, in chunks`);
    const isFull = () => random(2) === 0;
    assertEquals(read([sent], 1000, isFull), found, `seed ${seed}, with pauses`);
  }
});
