import { assertEquals } from "@std/assert";
import { RawClient } from "../support/client.ts";
import { pidIn } from "../support/processes.ts";
import { testEach, TestServer } from "../support/server.ts";
import { Tracer } from "../support/tracer.ts";

const PROGRAM = `
  echo $$
  read -r what
  if [ "$what" = die ]; then kill -9 $$; fi
  exec >&-
  exec sleep 600`;

// On a machine that is busy, the kernel lets others run between the end of the output and that of the program; a tracer
// makes that as long as it wants.
testEach(
  "stdws tells a signal that it hears of late, and 1000 only of a program that goes on",
  async (form) => {
    await using server = await TestServer.start(["sh", "-c", PROGRAM], { form });
    using dying = await RawClient.open(server.url);
    {
      using tracer = new Tracer(pidIn(await dying.text()));
      await dying.send("die");
      await tracer.ended();
      // As long as this takes, that would have been taken for the same.
      using other = await RawClient.open(server.url);
      await other.text();
      await other.send("go on");
      assertEquals(await other.rest(), { texts: [], closed: "1000" });
    }
    assertEquals(await dying.rest(), { texts: [], closed: "4137 SIGKILL" });
  },
  Deno.build.os === "linux" ? [] : ["ptrace of Linux"],
);

testEach("stdws tells a status where who started it has ignored SIGCHLD", async (form) => {
  const program = ["sh", "-c", "echo ended; exit 3"];
  await using server = await TestServer.start(program, { form, ignored: "CHLD" });
  using client = await RawClient.open(server.url);
  assertEquals(await client.rest(), { texts: ["ended"], closed: "4003 exit status 3" });
}, ["bash"]);
