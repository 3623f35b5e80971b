import { assertEquals, assertRejects, assertStrictEquals, assertStringIncludes } from "@std/assert";
import { UsageError } from "../../lib/base/errors.ts";
import { chooseEngine, type EngineOptions } from "../../lib/listen/choose_engine.ts";
import type { EngineName } from "../../lib/listen/engine.ts";
import { nativeEngine } from "../../lib/listen/native.ts";
import { nodeEngine } from "../../lib/listen/node.ts";

const ENGINES = { native: nativeEngine, node: nodeEngine };
const TLS = { certFile: "c.pem", keyFile: "k.pem" };
const CLIENTS = { ...TLS, caFile: "a.pem" };

const FDS = "LISTEN_FDS (socket activation)";
const SOCKETS = { sockets: [{ fd: 3, name: "web" }] };

/** Which one is chosen; an option's name means that it is refused. */
type Choice = EngineName | "--engine=node" | "--sslca" | typeof FDS | "refused";
const OLD = ["2.6.10", "2.7.14", "2.7.99", "1.46.3", "1.9.0"];
const NEW = ["2.8.0", "2.9.6", "2.10.0", "3.0.0", "10.0.0", "2.8.0-rc.1", "2.9.6+1a2b3c4"];
const CHOICES: [options: EngineOptions, old: Choice, later: Choice][] = [
  [{}, "native", "node"],
  [{ engine: "auto" }, "native", "node"],
  [{ engine: "native" }, "native", "native"],
  [{ engine: "node" }, "--engine=node", "node"],
  [{ tls: TLS }, "native", "node"],
  [{ tls: TLS, engine: "native" }, "native", "native"],
  [{ tls: TLS, engine: "node" }, "--engine=node", "node"],
  [{ tls: CLIENTS }, "--sslca", "node"],
  [{ tls: CLIENTS, engine: "node" }, "--sslca", "node"],
  [{ tls: CLIENTS, engine: "native" }, "refused", "refused"],
  [{ sockets: [] }, "native", "node"],
  [SOCKETS, FDS, "node"],
  [{ ...SOCKETS, engine: "node" }, FDS, "node"],
  [{ ...SOCKETS, engine: "native" }, "refused", "refused"],
];
for (const [options, old, later] of CHOICES) {
  const versions = [
    ...OLD.map((it) => [it, old] as const),
    ...NEW.map((it) => [it, later] as const),
  ];
  for (const [version, choice] of versions) {
    const name = `chooseEngine() finds ${choice} for ${JSON.stringify(options)} in Deno ${version}`;
    Deno.test(name, async () => {
      if (choice === "native" || choice === "node") {
        assertStrictEquals(await chooseEngine(options, version), ENGINES[choice]);
        return;
      }
      const error = await assertRejects(() => chooseEngine(options, version), UsageError);
      if (choice === "refused") {
        const what = options.sockets ? FDS : "--sslca";
        assertStringIncludes(error.message, `${what} cannot be used with --engine=native`);
        return;
      }
      const fact = `needs Deno 2.8 or later, and this is Deno ${version}`;
      assertEquals([error.message, error.exitCode], [`${choice} ${fact}`, 1]);
    });
  }
}

Deno.test("chooseEngine() asks for the version of this runtime", async () => {
  const chosen = await chooseEngine({ tls: TLS });
  assertStrictEquals(chosen, await chooseEngine({ tls: TLS }, Deno.version.deno));
});
