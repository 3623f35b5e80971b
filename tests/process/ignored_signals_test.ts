import { assertEquals } from "@std/assert";
import { needing } from "../support/programs.ts";

const MODULE = new URL("../../lib/process/ignored_signals.ts", import.meta.url);

// As soon as something listens to a signal, the runtime takes SIGHUP as well. It may have done so before any of this.
const SCRIPT = `import { ignoredSignals } from "${MODULE}";
const mask = () => parseInt(/SigIgn:.*(.)/.exec(Deno.readTextFileSync("/proc/self/status"))[1], 16);
const before = mask() & 3;
Deno.addSignalListener("SIGUSR1", () => {});
const noted = (ignoredSignals() ?? []).reduce((sum, signal) => sum | 1 << (signal - 1), 0) & 3;
console.log(JSON.stringify([before === noted, mask() & 1]));
Deno.exit();`;

const needed = needing("ignoredSignals() has those that were ignored at the start", "bash");
Deno.test({
  ...needed,
  ignore: needed.ignore || Deno.build.os !== "linux",
  async fn() {
    const script = `data:text/javascript,${encodeURIComponent(SCRIPT)}`;
    const words = [Deno.execPath(), "run", "-A", "--quiet", script];
    const args = ["-c", 'trap "" HUP INT; exec "$@"', "bash", ...words];
    const { stdout } = await new Deno.Command("bash", { args }).output();
    assertEquals(new TextDecoder().decode(stdout).trim(), "[true,0]");
  },
});
