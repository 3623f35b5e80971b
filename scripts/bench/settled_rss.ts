const POLL = 250;
const SETTLED_POLLS = 4;
const MOST_POLLS = 40;

/** The resident memory of a process in KiB, once it moves by less than 1 % a second. */
export async function settledRss(pid: number): Promise<number> {
  const recent: number[] = [];
  for (let i = 0; i < MOST_POLLS; i++) {
    recent.push(await readRss(pid));
    const last = recent.slice(-SETTLED_POLLS - 1);
    const range = Math.max(...last) - Math.min(...last);
    if (last.length > SETTLED_POLLS && range < 0.01 * Math.max(...last)) break;
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
  return recent.at(-1) ?? NaN;
}

/** The resident memory of a process in KiB at this moment. */
export async function readRss(pid: number): Promise<number> {
  const path = `/proc/${pid}/smaps_rollup`;
  const line = /^Rss:\s+(\d+) kB$/m.exec(await Deno.readTextFile(path));
  if (!line) throw new Error(`Cannot read Rss in ${path}: no such line`);
  return Number(line[1]);
}
