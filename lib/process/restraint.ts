import { accountId } from "../base/account_id.ts";
import { accountRow } from "../base/account_row.ts";
import { messageOf, UsageError } from "../base/errors.ts";
import { sizeText } from "../base/size_text.ts";
import { serverPath } from "./server_path.ts";
import { which } from "./which.ts";

/** Options of {@linkcode restraintOf}: how much of the machine a program may have, and as whom. */
export interface RestraintOptions {
  /** Bytes of address space of each process (`RLIMIT_AS`); 0 means no limit; default 0. */
  readonly memory?: number | undefined;
  /** Seconds of processor time of each process (`RLIMIT_CPU`); 0 means no limit; default 0. */
  readonly cpu?: number | undefined;
  /** How much lower than the server's its priority is, 0 to 19; default 0. */
  readonly nice?: number | undefined;
  /** Name or number of the user that it runs as; default: the server's. */
  readonly user?: string | undefined;
  /** Name or number of its only group; default: the first one of its user. */
  readonly group?: string | undefined;
}

/** How programs are started so that they are held to their limits. */
export interface Restraint {
  /** The words before a program's own: what sets the limits, and then becomes the program. */
  readonly words: readonly string[];
  /** The paths of programs among the words. */
  readonly tools: readonly string[];
  /** The user that programs run as. */
  readonly user?: RestraintUser | undefined;
  /** The same for the runtime, where none of the words sees to it. */
  readonly ids?: Pick<Deno.CommandOptions, "uid" | "gid">;
}

/** A user that programs run as. */
export interface RestraintUser {
  /** The name or number by which it was said. */
  readonly said: string;
  readonly uid: number;
  readonly gid: number;
  /** Variables that say who it is. */
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * Finds out how programs are held to their limits on this machine.
 *
 * The limits cannot be set by the server for itself just before it starts a program: they would hold for the server
 * as well at that moment. Nor for a program that runs already, which could have started another.
 *
 * @returns undefined where there are none.
 * @throws {UsageError} If this machine cannot do that.
 */
export function restraintOf(options: RestraintOptions): Restraint | undefined {
  const { memory = 0, cpu = 0, nice = 0 } = options;
  const flags = [
    ...(memory > 0 ? [`--as=${memory}`] : []),
    // One second later the kernel kills who ignores SIGXCPU.
    ...(cpu > 0 ? [`--cpu=${cpu}:${cpu + 1}`] : []),
  ];
  const user = userOf(options);
  const setting = user && setprivFor(user);
  const words: readonly string[][] = [
    ...(nice > 0 ? [[tool("nice", { nice }), "-n", `${nice}`, "--"]] : []),
    ...(setting ? [setting] : []),
    ...(flags.length > 0 ? [[tool("prlimit", { memory, cpu }), ...flags, "--"]] : []),
  ];
  if (words.length === 0 && !user) return undefined;
  const tools = words.flatMap(([path]) => path ?? []);
  // It leaves all other groups as well.
  const ids = user && !setting ? { ids: { uid: user.uid, gid: user.gid } } : {};
  const restraint = { words: words.flat(), tools, user, ...ids };
  expectToWork(restraint, options);
  return restraint;
}

/** Starts a program to its end, held to the limits. */
export function runWith(
  { words, ids }: Restraint,
  command: readonly string[],
): Deno.CommandOutput {
  const [program = "", ...args] = [...words, ...command];
  return new Deno.Command(program, { args, cwd: "/", ...ids }).outputSync();
}

/**
 * The words that make a program a user's by setpriv of util-linux; undefined where there is none, or that of BusyBox. The
 * runtime can do the same, but copies itself for that, which takes it 10 ms at each start (Deno 2.9).
 */
function setprivFor({ uid, gid }: RestraintUser): string[] | undefined {
  try {
    const path = which("setpriv", { path: serverPath(), os: Deno.build.os });
    const words = [path, `--reuid=${uid}`, `--regid=${gid}`, "--clear-groups", "--"];
    const key = JSON.stringify(words);
    if (!works.has(key) && faultOf({ words, tools: [path] }) !== undefined) return undefined;
    works.add(key);
    return words;
  } catch {
    // It is not installed: the runtime does it then.
    return undefined;
  }
}

/** The path of a program that sets a limit. */
function tool(name: string, limits: RestraintOptions): string {
  try {
    return which(name, { path: serverPath(), os: Deno.build.os });
  } catch (error) {
    throw refusal(limits, messageOf(error));
  }
}

function userOf({ user, group }: RestraintOptions): RestraintUser | undefined {
  if (user === undefined && group === undefined) return undefined;
  if (user === undefined) throw refusal({ group }, "it needs user=, because root keeps its rights");
  if (Deno.build.os === "windows") throw refusal({ user }, "Windows has other users");
  if (!isRoot({ user })) throw refusal({ user }, "the server is not root");
  const uid = idOf("passwd", user, { user });
  const [name, , , first, , home = ""] = accountRow("passwd", user) ?? [];
  if (group === undefined && first === undefined) {
    throw refusal({ user }, "no user has that number, so that it needs group=");
  }
  const gid = group === undefined ? Number(first) : idOf("group", group, { group });
  const variables: Record<string, string> = name === undefined
    ? {}
    : { HOME: home, USER: name, LOGNAME: name };
  return { said: user, uid, gid, variables };
}

function isRoot(option: RestraintOptions): boolean {
  try {
    return Deno.uid() === 0;
  } catch (error) {
    // Deno may not tell it.
    throw refusal(option, messageOf(error));
  }
}

/** The number of a user or a group; the highest one stands for none. */
function idOf(table: "passwd" | "group", word: string, option: RestraintOptions): number {
  try {
    const id = accountId(table, word);
    if (id < 2 ** 32 - 1) return id;
  } catch (error) {
    throw refusal(option, messageOf(error));
  }
  throw refusal(option, "the number is too large");
}

/** Restraints that were tried and work, as long as the server runs. */
const works = new Set<string>();

/** Starts a shell that does nothing with it. */
function expectToWork(restraint: Restraint, options: RestraintOptions): void {
  const { words, user } = restraint;
  const key = JSON.stringify([words, user]);
  if (works.has(key)) return;
  const why = faultOf(restraint);
  if (why !== undefined) throw refusal(options, `not even a shell starts (${why})`);
  works.add(key);
}

function faultOf(restraint: Restraint): string | undefined {
  try {
    const { success, code, signal, stderr } = runWith(restraint, ["sh", "-c", ":"]);
    if (success) return undefined;
    return new TextDecoder().decode(stderr).trim() || (signal ?? `exit status ${code}`);
  } catch (error) {
    return messageOf(error);
  }
}

/** Names the limits that this machine cannot hold programs to, as a route says them. */
function refusal(limits: RestraintOptions, why: string): UsageError {
  const { memory = 0, cpu = 0, nice = 0, user, group } = limits;
  const said = [
    ...(memory > 0 ? [`memory=${sizeText(memory)}`] : []),
    ...(cpu > 0 ? [`cpu=${cpu}`] : []),
    ...(nice > 0 ? [`nice=${nice}`] : []),
    ...(user === undefined ? [] : [`user=${user}`]),
    ...(group === undefined ? [] : [`group=${group}`]),
  ];
  return new UsageError(`Cannot run programs with ${said.join(" and ")}: ${why}`);
}
