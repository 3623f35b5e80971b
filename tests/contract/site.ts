import { writeScript } from "./websocketd/line.ts";

/** A folder of programs, pages and scripts, removed at the end. */
export class Site implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<Site> {
    const site = new Site(await Deno.realPath(await Deno.makeTempDir()));
    const { folder } = site;
    for (const name of ["programs/sub", "static/list", "cgi"]) {
      await Deno.mkdir(`${folder}/${name}`, { recursive: true });
    }
    await writeScript(`${folder}/programs/show`, 'echo "$SCRIPT_NAME|$PATH_INFO|$PATH_TRANSLATED"');
    await Deno.copyFile(`${folder}/programs/show`, `${folder}/programs/sub/deep`);
    await Deno.writeTextFile(`${folder}/static/index.html`, "<p>index");
    await Deno.writeTextFile(`${folder}/static/a.txt`, "0123456789");
    await Deno.writeTextFile(`${folder}/static/a.js`, "1");
    await Deno.writeTextFile(`${folder}/static/README`, "plain text");
    await Deno.writeFile(`${folder}/static/binary`, Uint8Array.of(0, 1, 2));
    await Deno.writeTextFile(`${folder}/static/list/x.css`, "");
    const head = "Content-Type: text/plain";
    await writeScript(`${folder}/cgi/show`, `printf '${head}\\nX-A: b\\n\\n'; env; pwd; cat`);
    await writeScript(`${folder}/cgi/status`, `printf 'Status: 404 No\\n${head}\\n\\nnothing'`);
    await writeScript(`${folder}/cgi/moved`, "printf 'Location: http://example.com/\\n\\n'");
    await writeScript(`${folder}/cgi/local`, "printf 'Location: /a.txt\\n\\n'");
    await writeScript(`${folder}/cgi/headless`, "echo nothing");
    await writeScript(`${folder}/cgi/untyped`, "printf 'X-A: b\\n\\nbody'");
    await writeScript(`${folder}/cgi/fails`, "exit 3");
    await Deno.writeTextFile(`${folder}/cgi/text`, "no program");
    return site;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}
