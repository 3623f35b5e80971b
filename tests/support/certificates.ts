/** The files of a certificate and its private key, in PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says; what is left out is usual. */
export interface CertificateOptions {
  /** As openssl takes it, `/C=DE/CN=Jane Doe`. */
  readonly subject?: string;
  /** Who signs it; default: the authority. */
  readonly issuer?: Pair;
  /** Lines of extensions; default: those of a client. */
  readonly extensions?: readonly string[];
  /** When it begins and ends to be valid, `YYYYMMDDHHMMSSZ`. */
  readonly valid?: readonly [from: string, to: string];
}

const AUTHORITY = ["basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign,cRLSign"];
const SERVER = [
  "basicConstraints=CA:FALSE",
  "extendedKeyUsage=serverAuth",
  "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1",
];
const CLIENT = ["basicConstraints=CA:FALSE", "extendedKeyUsage=clientAuth"];
const VALID = ["20200101000000Z", "20991231235959Z"] as const;

/** Clients that an authority can have, by what is special about them. */
export const CLIENTS = {
  good: { subject: "/O=Example/CN=Jane Doe" },
  // UTF-8, all that RFC 4514 escapes, a part of two attributes, and attributes of other string types.
  hard: {
    subject:
      '/C=DE/O=Müller, Söhne \\+ "Co"/OU=a\\\\b;<c>=/CN=#Jane Doe 😀 +UID=jd/emailAddress=jd@example.com',
  },
  expired: { subject: "/CN=expired", valid: ["20200101000000Z", "20210101000000Z"] },
  early: { subject: "/CN=not yet valid", valid: ["20980101000000Z", "20990101000000Z"] },
  // That of a server shows who a server is, and no client.
  server: { subject: "/CN=server", extensions: SERVER },
} as const satisfies Record<string, CertificateOptions>;

/** An authority in a temporary folder, and what it signs, made with openssl. */
export class Certificates implements AsyncDisposable {
  readonly folder: string;
  /** The authority. */
  readonly ca: Pair;
  #issued = 0;

  private constructor(folder: string) {
    this.folder = folder;
    this.ca = pairIn(folder, "ca");
  }

  /** Makes an authority. */
  static async make(): Promise<Certificates> {
    const made = new Certificates(await Deno.makeTempDir());
    const { ca } = made;
    const extensions = AUTHORITY.flatMap((line) => ["-addext", line]);
    const options = ["-x509", "-days", "3650", "-subj", "/CN=Test authority", ...extensions];
    await make("req", ...options, ...newKey(ca.key), "-out", ca.cert);
    return made;
  }

  /** A certificate for localhost, 127.0.0.1 and ::1. */
  server(): Promise<Pair> {
    return this.issue({ subject: "/CN=localhost", extensions: SERVER });
  }

  /** Signs a certificate with a key of its own. */
  async issue(options: CertificateOptions): Promise<Pair> {
    const { subject = "/CN=somebody", issuer = this.ca, valid: [from, to] = VALID } = options;
    const name = `issued-${++this.#issued}`;
    const pair = pairIn(this.folder, name);
    const request = `${this.folder}/${name}.csr`;
    const config = `${this.folder}/${name}.cnf`;
    await make("req", "-utf8", "-subj", subject, ...newKey(pair.key), "-out", request);
    // `openssl ca` alone can set both dates (before 3.4); it keeps a list of what it has signed.
    await Deno.writeTextFile(`${this.folder}/${name}.txt`, "");
    await Deno.writeTextFile(config, configOf(this.folder, name, options.extensions ?? CLIENT));
    const dates = ["-startdate", from, "-enddate", to];
    const signing = ["-cert", issuer.cert, "-keyfile", issuer.key, "-extensions", "extensions"];
    const files = ["-config", config, "-in", request, "-out", pair.cert];
    await make("ca", "-batch", "-notext", "-preserveDN", ...dates, ...signing, ...files);
    return pair;
  }

  /** Connects to a server on this machine, which has to have a certificate of this authority. */
  async connect(server: { readonly port: number }, client?: Pair): Promise<Deno.TlsConn> {
    const conn = await Deno.connectTls({
      hostname: "127.0.0.1",
      port: server.port,
      caCerts: [await Deno.readTextFile(this.ca.cert)],
      ...(client ? await textsOf(client) : {}),
    });
    try {
      await conn.handshake();
      return conn;
    } catch (error) {
      conn.close();
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** The options of a server that uses them. */
export function sslOptions({ cert, key }: Pair, ca?: Pair): string[] {
  const files = ["--ssl", `--sslcert=${cert}`, `--sslkey=${key}`];
  return ca ? [...files, `--sslca=${ca.cert}`] : files;
}

async function textsOf({ cert, key }: Pair): Promise<Pair> {
  return { cert: await Deno.readTextFile(cert), key: await Deno.readTextFile(key) };
}

function pairIn(folder: string, name: string): Pair {
  return { cert: `${folder}/${name}.pem`, key: `${folder}/${name}.key` };
}

function newKey(file: string): string[] {
  return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", file];
}

function configOf(folder: string, name: string, extensions: readonly string[]): string {
  return `[ca]
default_ca = test
[test]
database = ${folder}/${name}.txt
new_certs_dir = ${folder}
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = optional
[extensions]
${extensions.join("\n")}
`;
}

async function make(...args: string[]): Promise<void> {
  const { success, text } = await run("openssl", ...args);
  if (!success) throw new Error(`openssl ${args[0]}: ${text}`);
}

/** Runs a program without input to its end; `text` is both of its outputs. */
export async function run(
  program: string,
  ...args: readonly string[]
): Promise<{ success: boolean; text: string }> {
  const command = new Deno.Command(program, { args: [...args], stdin: "null" });
  const { success, stdout, stderr } = await command.output();
  const decoder = new TextDecoder();
  return { success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}
