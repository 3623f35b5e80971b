import { ignoredSignals } from "../process/ignored_signals.ts";

const SIGHUP = 1;
const SIG_IGN = 1n;

/**
 * Has SIGHUP stay ignored where whoever started the server ignored it, as nohup does: as soon as something listens
 * to any signal, the runtime takes that one as well, and ends at it (Deno 2.6 to 2.9).
 *
 * @returns Has programs ignore it as well, which then nobody in this process can listen to.
 */
export function keepHangup(): () => void {
  if (!ignoredSignals()?.includes(SIGHUP)) return () => {};
  Deno.addSignalListener("SIGHUP", () => {});
  return ignoreHangup;
}

/** Ignores it for the system, so that what is started does so, too. */
function ignoreHangup(): void {
  try {
    if (Deno.permissions.querySync({ name: "ffi" }).state !== "granted") return;
    const libc = Deno.dlopen("libc.so.6", {
      signal: { parameters: ["i32", "usize"], result: "usize" },
    });
    libc.symbols.signal(SIGHUP, SIG_IGN);
    libc.close();
  } catch {
    // Another libc: programs end at it then.
  }
}
