// A folder of more than these is no folder of programs alone.
const MOST = 256;

/**
 * The executable files below a folder, of which a client can choose one.
 *
 * @returns undefined where there are too many to name them.
 */
export function programsIn(folder: string): readonly string[] | undefined {
  const found: string[] = [];
  const folders = [folder];
  // Grows while it is walked.
  for (const path of folders) {
    for (const { name } of Deno.readDirSync(path)) {
      const entry = `${path.replace(/\/$/, "")}/${name}`;
      const info = look(entry);
      if (info?.isDirectory && isReal(entry)) folders.push(entry);
      else if (info?.isFile && isExecutable(info)) found.push(entry);
      if (found.length > MOST || folders.length > MOST) return undefined;
    }
  }
  return found;
}

function look(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch {
    // A link to nothing, or gone since.
    return undefined;
  }
}

/** Whether it is no link, which could lead round in a circle. */
function isReal(path: string): boolean {
  return !Deno.lstatSync(path).isSymlink;
}

function isExecutable({ mode }: Deno.FileInfo): boolean {
  return Deno.build.os === "windows" || ((mode ?? 0) & 0o111) !== 0;
}
