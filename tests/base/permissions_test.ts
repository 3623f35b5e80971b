import { assertEquals } from "@std/assert";
import { Permissions } from "../../lib/base/permissions.ts";

Deno.test("Permissions adds up, each value once, in the order of the names", () => {
  const permissions = new Permissions();
  permissions.add("run", "/b", "/a");
  permissions.add("net", "a:1");
  permissions.add("run", "/b");
  permissions.add("env");
  assertEquals(permissions.flags(), ["--allow-net=a:1", "--allow-run=/a,/b"]);
});

Deno.test("Permissions needs all of a kind where it once did", () => {
  const permissions = new Permissions();
  permissions.add("net", "a:1");
  permissions.addAll("net");
  permissions.add("net", "b:1");
  assertEquals(permissions.flags(), ["--allow-net"]);
});

Deno.test("Permissions quotes for a shell", () => {
  const permissions = new Permissions();
  permissions.add("read", "/a b", "/it's");
  assertEquals(permissions.flags(), [`'--allow-read=/a b,/it'"'"'s'`]);
});

Deno.test("Permissions names the folder of a file with a comma, and no program with one", () => {
  const permissions = new Permissions();
  permissions.add("read", "/a/b,c/d", "/a/b", "/a/,");
  permissions.add("run", "/a/b,c", "/d");
  permissions.add("net", "unix:/a,b");
  assertEquals(permissions.flags(), ["--allow-net", "--allow-read=/a,/a/b", "--allow-run"]);
});
