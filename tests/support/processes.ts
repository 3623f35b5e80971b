import { lookFor } from "./look_for.ts";

/** Whether a process is there, zombies included. */
export function isAlive(pid: number): boolean {
  try {
    Deno.kill(pid, "SIGCONT");
    return true;
  } catch {
    return false;
  }
}

/** Waits until a process is gone: nobody tells the end of somebody else's. */
export async function untilGone(pid: number): Promise<void> {
  await lookFor(() => !isAlive(pid), () => `the end of process ${pid}`);
}

/** The process number that a program wrote; fails where that process is not alive. */
export function pidIn(text: string): number {
  const pid = Number(text);
  if (!(pid > 1) || !isAlive(pid)) throw new Error(`"${text}" is no process`);
  return pid;
}

/** The resident memory of a process in bytes. */
export function memoryOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return 1024 * Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]);
}

/** The most resident memory that a process has had, in bytes. */
export function peakOf(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return 1024 * Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1]);
}

/** Waits until a process has nothing to do: asleep, and no processor time used over twenty looks, or ended. */
export async function untilIdle(pid: number): Promise<void> {
  let [before, same] = ["", 0];
  await lookFor(async () => {
    const stat = await Deno.readTextFile(`/proc/${pid}/stat`).catch(() => undefined);
    if (stat === undefined) return true;
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const now = `${fields[0]} ${fields[11]} ${fields[12]}`;
    same = now === before && fields[0] === "S" ? same + 1 : 0;
    before = now;
    return same === 20;
  }, () => `process ${pid} to be idle`);
}
