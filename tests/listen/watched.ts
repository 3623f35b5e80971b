import { readCredentials } from "../../lib/listen/credentials.ts";
import type { TlsOptions } from "../../lib/listen/tls_options.ts";
import type { Bound, Credentials } from "../../lib/listen/engine.ts";
import { Renewal } from "../../lib/listen/renewal.ts";
import { CapturedLog } from "../base/captured_log.ts";
import { needing } from "../support/programs.ts";
import { PemFolder } from "./pem_folder.ts";

/** The files of a pair. */
export const NAMES = ["tls.crt", "tls.key"];

/** What is listened on, where new credentials are only remembered. */
export class FakeBound implements Bound {
  readonly port = 0;
  readonly renewed: Credentials[] = [];

  renew = (credentials: Credentials): void => {
    this.renewed.push(credentials);
  };

  shutdown(): Promise<void> {
    return Promise.resolve();
  }
}

/** That of an engine which cannot change them, or of a redirect. */
export const FIXED: Bound = { port: 0, shutdown: () => Promise.resolve() };

/** A pair that is watched, and another one to come in its place. */
export class Watched implements AsyncDisposable {
  readonly pems: PemFolder;
  /** The folder in which the watched files really lie. */
  readonly folder: string;
  readonly bound = new FakeBound();
  readonly log = new CapturedLog();
  readonly renewal: Renewal;

  private constructor(pems: PemFolder, folder: string, bounds: readonly Bound[] | undefined) {
    this.pems = pems;
    this.folder = folder;
    const options = filesIn(pems.path);
    this.renewal = new Renewal(options, readCredentials(options), bounds ?? [this.bound]);
  }

  static async start(bounds?: readonly Bound[]): Promise<Watched> {
    const pems = await makePairs();
    for (const name of NAMES) await Deno.rename(pems.file(`first/${name}`), pems.file(name));
    return new Watched(pems, pems.path, bounds);
  }

  /** The same behind symbolic links, as Kubernetes mounts a secret. */
  static async startLinked(): Promise<Watched> {
    const pems = await makePairs();
    await Deno.symlink("first", pems.file("..data"));
    for (const name of NAMES) await Deno.symlink(`..data/${name}`, pems.file(name));
    return new Watched(pems, pems.file("first"), undefined);
  }

  /** Puts one of the files to come in the place of the one that is there. */
  async put(name: string): Promise<void> {
    await Deno.copyFile(this.pems.file(`next/${name}`), `${this.folder}/${name}`);
  }

  /** What is to come. */
  next(): Credentials {
    return readCredentials(filesIn(this.pems.file("next")));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.renewal[Symbol.dispose]();
    this.log[Symbol.dispose]();
    await this.pems[Symbol.asyncDispose]();
  }
}

/** The pair in a folder. */
export function filesIn(folder: string): TlsOptions {
  return { certFile: `${folder}/tls.crt`, keyFile: `${folder}/tls.key` };
}

/** Makes the pairs `first` and `next`, each in a folder of its name. */
export async function makePairs(): Promise<PemFolder> {
  const pems = await PemFolder.make();
  for (const name of ["first", "next"]) {
    await Deno.mkdir(pems.file(name));
    await pems.selfSigned(name);
    await Deno.rename(pems.file(`${name}.pem`), pems.file(`${name}/tls.crt`));
    await Deno.rename(pems.file(`${name}.key`), pems.file(`${name}/tls.key`));
  }
  return pems;
}

/** Writes both new files over those that are there. */
export async function write(watched: Watched): Promise<void> {
  for (const name of NAMES) await watched.put(name);
}

/** Defines a test that needs openssl. */
export function testPems(name: string, fn: () => Promise<void>): void {
  Deno.test({ ...needing(name, "openssl"), fn });
}

/** What the log says of a change that was taken up. */
export const TOOK_UP = /^INFO server: Took up the changed certificate: \S+\/tls\.crt$/;
