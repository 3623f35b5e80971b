import { assertEquals } from "@std/assert";
import { watchdogInterval } from "../../../lib/cli/service/service_manager.ts";
import type { ServiceVariables } from "../../../lib/cli/service/service_variables.ts";

const INTERVALS: [variables: ServiceVariables, ms: number | undefined][] = [
  [{}, undefined],
  [{ WATCHDOG_USEC: "30000000" }, 15_000],
  [{ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "7" }, 15_000],
  // For a process that this one has come from.
  [{ WATCHDOG_USEC: "30000000", WATCHDOG_PID: "8" }, undefined],
  [{ WATCHDOG_USEC: "2000" }, 1],
  [{ WATCHDOG_USEC: "1" }, undefined],
  [{ WATCHDOG_USEC: "0" }, undefined],
  [{ WATCHDOG_USEC: "soon" }, undefined],
  [{ WATCHDOG_USEC: "-5" }, undefined],
  // Longer than a timer takes.
  [{ WATCHDOG_USEC: "18446744073709551615" }, 2 ** 31 - 1],
];
Deno.test("watchdogInterval() is half of the time that the service manager gives", () => {
  for (const [variables, ms] of INTERVALS) assertEquals(watchdogInterval(variables, 7), ms);
});
