import { assertEquals, assertThrows } from "@std/assert";
import { UsageError } from "../../../lib/base/errors.ts";
import { inheritedSockets } from "../../../lib/cli/service/inherited_sockets.ts";
import type { ServiceVariables } from "../../../lib/cli/service/service_variables.ts";

const TAKEN: [variables: ServiceVariables, names: string[]][] = [
  [{}, []],
  [{ LISTEN_FDS: "0", LISTEN_PID: "7" }, []],
  [{ LISTEN_FDS: "0", LISTEN_PID: "8" }, []],
  [{ LISTEN_FDS: "1", LISTEN_PID: "7" }, ["unknown"]],
  [{ LISTEN_FDS: "2", LISTEN_PID: "7", LISTEN_FDNAMES: "web:admin" }, ["web", "admin"]],
  [{ LISTEN_FDS: "2", LISTEN_PID: "7", LISTEN_FDNAMES: "web" }, ["web", "unknown"]],
  [{ LISTEN_FDS: "1", LISTEN_PID: "7", LISTEN_FDNAMES: "web:admin" }, ["web"]],
  [{ LISTEN_PID: "7", LISTEN_FDNAMES: "web" }, []],
];
Deno.test("inheritedSockets() finds those that are for this process, with their names", () => {
  for (const [variables, names] of TAKEN) {
    const { sockets, warning } = inheritedSockets(variables, 7);
    assertEquals(sockets, names.map((name, index) => ({ fd: 3 + index, name })));
    assertEquals(warning, undefined);
  }
});

const OTHERS: [variables: ServiceVariables, warning: string][] = [
  [
    { LISTEN_FDS: "1", LISTEN_PID: "8" },
    "Warning: no sockets are taken: LISTEN_FDS=1 is for process 8, and this is 7",
  ],
  [
    { LISTEN_FDS: "2" },
    "Warning: no sockets are taken: LISTEN_FDS=2 comes without a LISTEN_PID",
  ],
];
Deno.test("inheritedSockets() says so where some are for another process", () => {
  for (const [variables, warning] of OTHERS) {
    assertEquals(inheritedSockets(variables, 7), { sockets: [], warning });
  }
});

Deno.test("inheritedSockets() refuses what is no number of sockets", () => {
  for (const LISTEN_FDS of ["-1", "1.5", "x", " 1", "1e3", "99999", "1000000000000"]) {
    assertThrows(
      () => inheritedSockets({ LISTEN_FDS, LISTEN_PID: "7" }, 7),
      UsageError,
      `Cannot take sockets: LISTEN_FDS=${LISTEN_FDS} is no number of them`,
    );
  }
});
