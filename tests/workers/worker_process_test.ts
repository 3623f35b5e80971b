import { assertEquals } from "@std/assert";
import { WorkerProcess } from "../../lib/workers/worker_process.ts";

Deno.test("WorkerProcess.age is no more than it has lived, however long ago it has ended", async () => {
  const child = new Deno.Command("sleep", { args: ["60"] }).spawn();
  const worker = new WorkerProcess(1, child, { silent() {}, changed() {}, said() {} });
  worker.kill();
  assertEquals(await worker.ready, undefined);
  const { age } = worker;
  assertEquals((await worker.status).signal, "SIGKILL");
  await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(worker.age, age);
});
