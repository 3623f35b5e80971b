/**
 * Sends over TLS until nothing is taken for a second, or 256 MiB are; see `tls_test.ts`. Prints which of them, and
 * stays.
 */
const [port = "", authority = "", head = "", repeated = ""] = Deno.args;

const conn = await Deno.connectTls({
  hostname: "127.0.0.1",
  port: Number(port),
  caCerts: [await Deno.readTextFile(authority)],
});
await write(Uint8Array.fromHex(head));
const bytes = new Uint8Array(2 ** 20);
const unit = Uint8Array.fromHex(repeated);
for (let at = 0; at < bytes.length; at += unit.length) bytes.set(unit, at);
for (let count = 0; count < 256; count++) {
  const timer = setTimeout(() => say("held back"), 1_000);
  await write(bytes);
  clearTimeout(timer);
}
say("all taken");
setInterval(() => {}, 1_000);

async function write(all: Uint8Array): Promise<void> {
  for (let at = 0; at < all.length;) at += await conn.write(all.subarray(at));
}

function say(line: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${line}\n`));
}
