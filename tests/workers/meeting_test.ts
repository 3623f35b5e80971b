import { assertEquals } from "@std/assert";
import { dirname } from "node:path";
import { Link } from "../../lib/workers/link.ts";
import { Meeting } from "../../lib/workers/meeting.ts";

Deno.test("Meeting ends whoever is none of its workers, also where its folder was removed", async () => {
  const asked: number[] = [];
  {
    using meeting = new Meeting((pid) => asked.push(pid) === 0);
    const link = new Link(await Deno.connect({ transport: "unix", path: meeting.path }));
    const hello = JSON.stringify({ kind: "hello", pid: 7 });
    link.channels.control.send(new TextEncoder().encode(hello));
    await link.closed;
    await Deno.remove(dirname(meeting.path), { recursive: true });
  }
  assertEquals(asked, [7]);
});
