// signal(7): the runtime gives programs this one's default; those from 32 on are of the C library, or nobody's.
const SIGPIPE = 13;
const ORDINARY = 31;

const STATUS = "/proc/self/status";

const ignored = look();

/**
 * The numbers of the signals that whoever started this process has it ignore, and that its programs would ignore as
 * well; undefined where nobody can tell.
 *
 * They are looked for when this module is loaded: half a second after its start, or as soon as something listens to a
 * signal, the runtime takes some of them, SIGHUP among these, and nobody sees any more that they were ignored (Deno 2.9).
 */
export function ignoredSignals(): readonly number[] | undefined {
  return ignored;
}

function look(): readonly number[] | undefined {
  try {
    // Asks nobody: nobody would expect that.
    if (Deno.permissions.querySync({ name: "read", path: STATUS }).state !== "granted") return;
    const [, mask] = /^SigIgn:\s*(\w+)$/m.exec(Deno.readTextFileSync(STATUS)) ?? [];
    if (mask === undefined) return;
    const bits = BigInt(`0x${mask}`);
    const ordinary = Array.from({ length: ORDINARY }, (_, at) => at + 1);
    return ordinary.filter((signal) => signal !== SIGPIPE && bits >> BigInt(signal - 1) & 1n);
  } catch {
    // Another system, which has no such file.
    return;
  }
}
