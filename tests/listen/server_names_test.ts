import { assertEquals } from "@std/assert";
import { dnsNamesOf, ServerNames } from "../../lib/listen/server_names.ts";
import { needing } from "../support/programs.ts";
import { PemFolder } from "./pem_folder.ts";

const NAMES: [at: number, names: string[]][] = [
  [1, ["one.example", "b.wild.example"]],
  [2, ["*.wild.example", "one.example"]],
  [3, ["*.example", "c.wild.example"]],
];
const FOUND: [name: string, at: number | undefined][] = [
  ["one.example", 1],
  ["ONE.Example", 1],
  ["a.wild.example", 2],
  ["b.wild.example", 1],
  ["c.wild.example", 3],
  ["wild.example", 3],
  ["a.b.wild.example", undefined],
  ["*.example", 3],
  ["example", undefined],
  ["constructor", undefined],
  ["", undefined],
];

Deno.test("ServerNames finds a name of its own first, then that of all beside it", () => {
  const names = new ServerNames<number>();
  for (const [at, own] of NAMES) names.add(own, at);
  for (const [name, at] of FOUND) assertEquals(names.find(name), at, name);
});

Deno.test({
  ...needing("dnsNamesOf() reads the DNS names of a certificate, and no others", "openssl"),
  async fn() {
    await using pems = await PemFolder.make();
    const names = "subjectAltName=DNS:A.example,IP:127.0.0.1,DNS:*.b.example,email:DNS@c.example";
    await pems.selfSigned("a", "-addext", names);
    await pems.selfSigned("b");
    assertEquals(dnsNamesOf(await pems.read("a.pem")), ["a.example", "*.b.example"]);
    assertEquals(dnsNamesOf(await pems.read("b.pem")), []);
  },
});
