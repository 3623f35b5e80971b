import { assert, assertEquals } from "@std/assert";
import { pidIn } from "../support/processes.ts";
import { RawSession } from "../support/raw_session.ts";
import { startWorkers, testWorkers } from "./workers.ts";

const TELLS = "sh -c 'echo $$; while read -r line; do echo $$ got $line; done'";

testWorkers("stdws --resume has a client come back to any worker", async (form) => {
  await using server = await startWorkers(["--resume=60s", `--route=/s=process ${TELLS}`], {
    form,
  }, 3);
  const url = `${server.url}s`;
  let session = await RawSession.begin(url);
  const { id } = session;
  const pid = pidIn(await session.text());
  let received = 1;
  const isLed = () => server.stdout.all.some((line) => line.includes("RELAY: server"));
  for (let count = 1; count <= 20 || !isLed(); count++) {
    assert(count < 200, "it never came to another worker");
    session[Symbol.dispose]();
    session = await RawSession.back(url, id, received);
    assertEquals(session.greeting.received, count - 1);
    await session.send(`${count}`);
    assertEquals(await session.text(), `${pid} got ${count}`);
    received++;
  }
  await session.client.close(1000);
  assertEquals((await session.client.rest()).closed, "1000");
  session[Symbol.dispose]();
});
