import { UsageError } from "../../base/errors.ts";
import { readDuration } from "../../base/read_duration.ts";
import { readSize } from "../../base/read_size.ts";

/** The place and the terms of a Redis, as its URL has them. */
export interface RedisTerms {
  /** The URL without user, password and terms. */
  readonly name: string;
  /** Absent where it is a Unix socket. */
  readonly host?: string;
  readonly port?: number;
  /** Path of a Unix socket. */
  readonly path?: string;
  readonly tls: boolean;
  /** File with the certificates, in PEM, of who may have signed its certificate; default: those of the system. */
  readonly ca?: string;
  readonly user?: string;
  readonly password?: string;
  readonly database: number;
  /** All keys and channels begin with it. */
  readonly prefix: string;
  /** Milliseconds after which a server that is silent counts as gone, and its claims with it. */
  readonly ttl: number;
  /** Milliseconds that a topic is kept to which nobody listens, and that a publish may wait for the engine. */
  readonly retention: number;
  /** Entries of a topic that are kept. */
  readonly maxlen: number;
  /** Bytes of the entries of a topic that are kept; of the oldest of them up to a half may be gone. */
  readonly maxbytes: number;
}

/** Milliseconds that the engine may take for an answer, of all that servers are silent for before they count as gone. */
export function patienceOf({ ttl }: RedisTerms): number {
  return Math.min(5_000, ttl / 2);
}

const DEFAULTS = {
  prefix: "stdws:",
  ttl: 5_000,
  retention: 300_000,
  maxlen: 1_000,
  maxbytes: 16 * 1024 * 1024,
};
const TIME = "milliseconds, or a number with ms, s, m or h";

/**
 * Reads the URL of a Redis: `redis://USER:PASSWORD@HOST:PORT/DATABASE?prefix=…&ttl=…&retention=…&maxlen=…&maxbytes=…`,
 * `rediss://…&ca=FILE` with TLS, or `redis+unix:///PATH?db=…`.
 *
 * @throws {UsageError} If a part of it cannot be. No message has its user, its password, or the URL itself.
 */
export function parseRedisUrl(text: string): RedisTerms {
  const url = URL.canParse(text) ? new URL(text) : refuse("it is no URL");
  if (/[@#]/.test(url.pathname + url.search + url.hash)) {
    // What is before it may be of a password, and is not to be said.
    refuse('it has an "@" or "#" behind its host: one of a password is written with %');
  }
  const { searchParams: given } = url;
  const protocol = url.protocol.replace(/^valkey/, "redis");
  if (!/^redis(s|\+unix)?:$/.test(protocol)) {
    refuse(
      `its scheme is "${protocol.slice(0, -1)}": expected redis, rediss or redis+unix, or valkey`,
    );
  }
  const terms = { ...DEFAULTS };
  let [database, ca] = ["", undefined as string | undefined];
  for (const [name, value] of given) {
    if (given.getAll(name).length > 1) refuse(`${name} is there twice`);
    if (name === "prefix") terms.prefix = readPrefix(value);
    else if (name === "ttl") terms.ttl = readTime(name, value, 500, 3_600_000);
    else if (name === "retention") terms.retention = readTime(name, value, 1_000, 2 ** 31 - 1);
    else if (name === "maxlen") terms.maxlen = readWhole(name, value, 1, 1e9);
    else if (name === "maxbytes") terms.maxbytes = readBytes(value);
    else if (name === "db") database = value;
    else if (name === "ca" && protocol === "rediss:") ca = value;
    else if (name === "ca") refuse('"ca" is for a way with TLS: it needs rediss://');
    else refuse(`"${name}" is nothing that it can have`);
  }
  const isUnix = protocol === "redis+unix:";
  if (!isUnix && url.pathname.length > 1) {
    if (database) refuse("it has its database twice");
    database = url.pathname.slice(1);
  }
  const number = database === "" ? 0 : readWhole("database", database, 0, 99_999);
  const [user, password] = [decode("user", url.username), decode("password", url.password)];
  if (user && !password) refuse("it has a user and no password");
  if (isUnix && url.pathname.length < 2) refuse("it has no path, as redis+unix:///run/redis.sock");
  if (isUnix && !["", "localhost"].includes(url.hostname)) {
    refuse(`its host is "${url.hostname}": expected none, or localhost behind a password`);
  }
  if (!isUnix && !url.hostname) refuse("it has no host");
  const place = isUnix ? { path: decode("path", url.pathname) } : {
    // Brackets are the URL's, not the address's.
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port: Number(url.port || 6379),
  };
  const host = `${url.hostname}:${url.port || 6379}`;
  return {
    name: isUnix ? `redis+unix://${url.pathname}?db=${number}` : `${protocol}//${host}/${number}`,
    ...place,
    tls: protocol === "rediss:",
    ...(ca !== undefined && { ca }),
    ...(user && { user }),
    ...(password && { password }),
    database: number,
    ...terms,
  };
}

function refuse(fact: string): never {
  throw new UsageError(`Invalid URL of the bus: ${fact}`, 2);
}

function decode(what: string, text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse(`its ${what} has a % that stands for nothing: a % itself is %25`);
  }
}

function readPrefix(value: string): string {
  // Characters of which none is special where an ACL names keys.
  return /^[\w.:/-]{1,64}$/.test(value)
    ? value
    : refuse(`prefix is "${value}": expected 1 to 64 letters, digits, and _ . : / -`);
}

function readTime(name: string, value: string, least: number, most: number): number {
  const time = readDuration(value) ?? NaN;
  if (time >= least && time <= most) return time;
  return refuse(`${name} is "${value}": expected ${TIME}, ${least} ms to ${most / 60_000 | 0}m`);
}

function readWhole(name: string, value: string, least: number, most: number): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
  return number >= least && number <= most
    ? number
    : refuse(`${name} is "${value}": expected a whole number, ${least} to ${most}`);
}

function readBytes(value: string): number {
  const size = readSize(value) ?? NaN;
  if (size >= 65_536) return size;
  return refuse(`maxbytes is "${value}": expected bytes, or a number with K, M or G, at least 64K`);
}
