import { assertEquals } from "@std/assert";
import { ptyCalls } from "../../../lib/process/pty/calls.ts";
import { Readiness } from "../../../lib/process/pty/readiness.ts";

const READ_WRITE_NOCTTY = 0o2 | 0o400;

Deno.test({
  name: "Readiness tells once of who has hung up, also where nobody waits for that",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const calls = ptyCalls();
    let told = 0;
    let last: Promise<number> | undefined;
    const readiness = new Readiness(() => ({
      ...calls,
      epoll_wait(...args) {
        last = calls.epoll_wait(...args);
        // None where the system had this process stand still meanwhile.
        last.then((events) => told += Math.max(0, events));
        return last;
      },
    }));
    const fd = calls.posix_openpt(READ_WRITE_NOCTTY);
    const key = readiness.watch(fd);
    try {
      hangUp(fd);
      // Nothing tells that nothing comes of its thread: one that is told without end is told at each of these turns.
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setTimeout(resolve));
      assertEquals(told <= 1, true, `told ${told} times`);
      assertEquals(await readiness.ready(key, "in"), false);
    } finally {
      readiness.forget(key);
      // Its thread is told, and may take a while.
      await last;
      calls.close(fd);
    }
  },
});

/** Opens the other side of a pseudo-terminal, and closes it. */
function hangUp(fd: number): void {
  const calls = ptyCalls();
  const path = new Uint8Array(128);
  calls.grantpt(fd);
  calls.unlockpt(fd);
  calls.ptsname_r(fd, path, BigInt(path.length));
  calls.close(calls.open(path, READ_WRITE_NOCTTY));
}
