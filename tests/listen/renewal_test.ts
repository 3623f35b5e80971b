import { assertEquals } from "@std/assert";
import { readCredentials } from "../../lib/listen/credentials.ts";
import { FakeTimers } from "../base/fake_timers.ts";
import { Certificates } from "../support/certificates.ts";
import { filesIn, NAMES, testPems, TOOK_UP, Watched, write } from "./watched.ts";

async function rename({ pems, folder }: Watched): Promise<void> {
  for (const name of NAMES) await Deno.rename(pems.file(`next/${name}`), `${folder}/${name}`);
}

async function remove(watched: Watched): Promise<void> {
  for (const name of NAMES) await Deno.remove(`${watched.folder}/${name}`);
  await write(watched);
}

async function link({ pems }: Watched): Promise<void> {
  await Deno.symlink("next", pems.file("..data_tmp"));
  await Deno.rename(pems.file("..data_tmp"), pems.file("..data"));
  await Deno.remove(pems.file("first"), { recursive: true });
}

const WAYS: [what: string, start: () => Promise<Watched>, change: typeof write][] = [
  ["are written over", () => Watched.start(), write],
  ["are replaced by renaming", () => Watched.start(), rename],
  ["are removed and made anew", () => Watched.start(), remove],
  ["are written over behind links", () => Watched.startLinked(), write],
  ["are replaced behind links", () => Watched.startLinked(), rename],
  ["lie where a link leads that Kubernetes replaces", () => Watched.startLinked(), link],
];
for (const [what, start, change] of WAYS) {
  testPems(`Renewal takes up files that ${what}`, async () => {
    await using watched = await start();
    const next = watched.next();
    await change(watched);
    await watched.log.until(TOOK_UP);
    assertEquals(watched.bound.renewed, [next]);
  });
}

testPems("Renewal takes up one change after another", async () => {
  await using watched = await Watched.startLinked();
  const [first, next] = [readCredentials(filesIn(watched.folder)), watched.next()];
  for (const [count, target] of ["next", "first", "next"].entries()) {
    await Deno.symlink(target, watched.pems.file("..data_tmp"));
    await Deno.rename(watched.pems.file("..data_tmp"), watched.pems.file("..data"));
    while (watched.bound.renewed.length <= count) {
      watched.log.lines.length = 0;
      await watched.log.until(TOOK_UP);
    }
  }
  assertEquals(watched.bound.renewed, [next, first, next]);
});

testPems("Renewal keeps a pair until there is another that fits, and says why", async () => {
  await using watched = await Watched.start();
  await watched.put("tls.crt");
  const line = await watched.log.until(/^ERROR/);
  const { pems } = watched;
  assertEquals(
    line,
    `ERROR server: The certificate in use stays: Cannot use the private key "${
      pems.file("tls.key")
    }": it is not that of the certificate "${pems.file("tls.crt")}"`,
  );
  assertEquals(watched.bound.renewed, []);
  await watched.put("tls.key");
  await watched.log.until(TOOK_UP);
  assertEquals(watched.bound.renewed, [watched.next()]);
});

const BROKEN: [what: string, breakIt: (file: string) => Promise<void>, why: string][] = [
  [
    "is no certificate",
    (file) => Deno.writeTextFile(file, "garbage"),
    "Cannot use the certificate",
  ],
  ["is empty", (file) => Deno.truncate(file), "Cannot use the certificate"],
  ["is gone", (file) => Deno.remove(file), "Cannot read the certificate"],
];
for (const [what, breakIt, why] of BROKEN) {
  testPems(`Renewal keeps what it has when the new file ${what}`, async () => {
    await using watched = await Watched.start();
    await breakIt(watched.pems.file("tls.crt"));
    await watched.log.until(new RegExp(`^ERROR server: The certificate in use stays: ${why} "`));
    assertEquals(watched.bound.renewed, []);
  });
}

testPems("Renewal does nothing when a file is written that stays the same", async () => {
  using timers = new FakeTimers();
  await using watched = await Watched.start();
  await Deno.writeTextFile(watched.pems.file("tls.crt"), await watched.pems.read("tls.crt"));
  await timers.pass(2_000);
  assertEquals([watched.log.messages, watched.bound.renewed], [[], []]);
});

testPems("Renewal says once what is wrong with a change", async () => {
  using timers = new FakeTimers();
  await using watched = await Watched.start();
  await watched.put("tls.crt");
  await timers.pass(5_000);
  assertEquals(watched.log.messages.length, 1);
});

testPems("Renewal waits for the second file after the first", async () => {
  using timers = new FakeTimers();
  await using watched = await Watched.start();
  await watched.put("tls.crt");
  await timers.pass(500);
  await watched.put("tls.key");
  await timers.pass(500);
  assertEquals(watched.bound.renewed, []);
  await timers.pass(500);
  const certificate = watched.pems.file("tls.crt");
  assertEquals(watched.log.messages, [
    `INFO server: Took up the changed certificate: ${certificate}`,
  ]);
  assertEquals(watched.bound.renewed, [watched.next()]);
});

testPems("Renewal takes up a certificate when it comes into force", async () => {
  using timers = new FakeTimers();
  await using watched = await Watched.start();
  await using certificates = await Certificates.make();
  const { cert, key } = await certificates.issue({ valid: ["20980101000000Z", "20990101000000Z"] });
  await Deno.copyFile(cert, `${watched.folder}/tls.crt`);
  await Deno.copyFile(key, `${watched.folder}/tls.key`);
  await timers.pass(5_000);
  const certificate = watched.pems.file("tls.crt");
  const kept =
    `ERROR server: The certificate in use stays: Cannot use the certificate "${certificate}": ` +
    "it is valid only from 2098-01-01T00:00:00.000Z on";
  assertEquals([watched.log.messages, watched.bound.renewed], [[kept], []]);
  const { now } = Date;
  Date.now = () => Date.UTC(2098, 0, 1);
  try {
    await timers.pass(1_000);
  } finally {
    Date.now = now;
  }
  assertEquals(watched.log.messages.slice(1), [
    `INFO server: Took up the changed certificate: ${certificate}`,
  ]);
  assertEquals(watched.bound.renewed, [readCredentials(filesIn(watched.folder))]);
});
