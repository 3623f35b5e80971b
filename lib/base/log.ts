import { configureSync, getLogger, type Logger, type LogRecord } from "npm:@logtape/logtape@2.4.2";
import { LineWriter } from "./line_writer.ts";
import { FLUSH_TIME } from "./limits.ts";
import { type Entry, formatJson, formatText } from "./log_format.ts";

/** The levels, from the most to the least verbose. */
export const LEVELS: readonly Level[] = ["debug", "trace", "access", "info", "error", "fatal"];

/** The level of a line: how much it matters. */
export type Level = "debug" | "trace" | "access" | "info" | "error" | "fatal";

/** The category of a line: the subject that it is about. */
export type Category = "server" | "session" | "http" | "process" | "stderr" | "websocket" | "env";

/** Facts of the connection that a line is about; printed in the order of websocketd, and then what it has not. */
export interface Associated {
  /** The address that was asked for. */
  readonly url?: string;
  /** The connection's `UNIQUE_ID`. */
  readonly id?: string;
  /** Name or address of the client. */
  readonly remote?: string;
  /** The program. */
  readonly command?: string;
  /** The CGI script. */
  readonly cgiscript?: string;
  /** The origin of the page that connects. */
  readonly origin?: string;
  /** The number of the process. */
  readonly pid?: string;
  /** The status of the answer to a request that was refused. */
  readonly status?: string;
  /** The pattern of the route that it was for. */
  readonly route?: string;
  /** How it is connected, where that is not by a WebSocket. */
  readonly transport?: string;
  /** The number of the worker that speaks of itself. */
  readonly worker?: string;
}

/** Facts about an event, each by its name; only JSON shows them. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** Options of {@linkcode configureLog}. */
export interface LogOptions {
  /** The least that is written. */
  readonly level: Level;
  /** websocketd's lines, or one JSON object a line; default `text`. */
  readonly format?: "text" | "json";
  /**
   * Takes each line, its end included; default: standard output. Where that takes no more, lines wait, and
   * beyond 4 MiB of them the oldest are left out, which a line in their place says.
   */
  readonly write?: (line: string) => void;
}

// LogTape has other names, and trace below debug where websocketd has debug below trace.
const LOGTAPE = {
  debug: "trace",
  trace: "debug",
  access: "info",
  info: "warning",
  error: "error",
  fatal: "fatal",
} as const;

/** A log that knows what connection it speaks of. It says nothing until {@linkcode configureLog}. */
export class Log {
  /** The facts that are known. */
  readonly associated: Associated;
  readonly #facts: Facts;

  /**
   * A log of what is known so far.
   *
   * @param associated The facts that are known; default: none.
   * @param facts More of them, which only JSON shows; default: none.
   */
  constructor(associated: Associated = {}, facts: Facts = {}) {
    this.associated = associated;
    this.#facts = facts;
  }

  /** The same log with more known. */
  with(associated: Associated, facts?: Facts): Log {
    return new Log({ ...this.associated, ...associated }, this.#all(facts));
  }

  /** Whether facts about who comes and leaves are shown: for those that cost something to find out. */
  get showsFacts(): boolean {
    return format === formatJson && this.enabled("access");
  }

  /** Whether a line of that level would be written: for lines that cost something to make. */
  enabled(level: Level): boolean {
    return loggerOf("server").isEnabledFor(LOGTAPE[level]);
  }

  /** Writes one line. */
  write(level: Level, category: Category, message: string, facts?: Facts): void {
    this.#write({ level, category, message, associated: this.#of(category) }, facts);
  }

  #write({ level, category, message, associated }: CommonLine, facts?: Facts): void {
    const logger = loggerOf(category);
    if (!logger.isEnabledFor(LOGTAPE[level])) return;
    // `emit`, because the methods named after levels would look for {placeholders} in the message.
    logger.emit({
      timestamp: Date.now(),
      level: LOGTAPE[level],
      message: [message],
      rawMessage: message,
      properties: { level, associated, facts: this.#all(facts) },
    });
  }

  /**
   * Writes a line about what all servers have that share a log, as a file that has changed: one of them writes it,
   * where each would.
   */
  together(level: Level, category: Category, message: string): void {
    if (!loggerOf(category).isEnabledFor(LOGTAPE[level])) return;
    const line = { level, category, message, associated: this.associated };
    if (!sharing?.tell(line)) this.#write(line);
  }

  /** Writes a line for all servers that share a log, of which the others say nothing. */
  forAll(level: Level, category: Category, message: string): void {
    this.#write({ level, category, message, associated: this.associated });
  }

  /** The facts of a line: one about the server itself is about one of several, where these share a log. */
  #of(category: Category): Associated {
    return sharing && category === "server"
      ? { ...this.associated, worker: sharing.worker }
      : this.associated;
  }

  #all(facts: Facts | undefined): Facts {
    return facts ? { ...this.#facts, ...facts } : this.#facts;
  }

  /**
   * Writes an access line and what there is to know about it: in JSON as keys of that line, in text, where it stays
   * websocketd's, as a sentence on a second line, of level info. JSON has the second line only where that level
   * leaves out the first.
   */
  explain(category: Category, message: string, facts: Facts, sentence: () => string): void {
    this.write("access", category, message, facts);
    if (this.showsFacts) return;
    if (this.enabled("info")) this.write("info", category, sentence(), facts);
  }

  /** Writes a line for whoever looks for a mistake. */
  debug(category: Category, message: string): void {
    this.write("debug", category, message);
  }

  /** Writes a line about a single step. */
  trace(category: Category, message: string): void {
    this.write("trace", category, message);
  }

  /** Writes a line about who comes, leaves, and is refused. */
  access(category: Category, message: string): void {
    this.write("access", category, message);
  }

  /** Writes a line that an operator should know. */
  info(category: Category, message: string): void {
    this.write("info", category, message);
  }

  /** Writes a line about something that failed. */
  error(category: Category, message: string): void {
    this.write("error", category, message);
  }

  /** Writes a line about what ends the server. */
  fatal(category: Category, message: string): void {
    this.write("fatal", category, message);
  }
}

const loggers = new Map<Category, Logger>();

function loggerOf(category: Category): Logger {
  let logger = loggers.get(category);
  if (!logger) loggers.set(category, logger = getLogger(["stdws", category]));
  return logger;
}

/**
 * Says where the log goes. A program that embeds the library either calls this or configures LogTape's
 * category `stdws` itself.
 */
export function configureLog(options: LogOptions): void {
  const write = options.write ?? ((line) => stdout.print(line));
  format = options.format === "json" ? formatJson : formatText;
  configureSync({
    reset: true,
    sinks: { stdws: (record: LogRecord) => write(format(entryOf(record))) },
    loggers: [
      { category: "stdws", sinks: ["stdws"], lowestLevel: LOGTAPE[options.level] },
      { category: ["logtape", "meta"], sinks: ["stdws"], lowestLevel: "error" },
    ],
  });
}

let format = formatText;

const stdout = new LineWriter((bytes) => Deno.stdout.write(bytes), (count) => {
  const lines = count === 1 ? "line" : "lines";
  const message = `… ${count.toLocaleString("en")} ${lines} left out, for the log takes no more`;
  return format({ time: Date.now(), level: "error", category: "server", associated: {}, message });
});

/** A line that each of several servers would write. */
export interface CommonLine {
  readonly level: Level;
  readonly category: Category;
  readonly message: string;
  readonly associated: Associated;
}

/** The part of one of several servers in their log. */
export interface LogSharing {
  /** The number of the worker, which is in its lines about itself. */
  readonly worker: string;
  /** Hands on a line that the others would write as well; answers whether that came about. */
  tell(line: CommonLine): boolean;
}

let sharing: LogSharing | undefined;

/**
 * Has lines stay whole where other processes write to the same standard output.
 *
 * @param own The part of this one, where it is one of several servers.
 */
export function shareLog(own?: LogSharing): void {
  sharing = own;
  stdout.share();
}

/** The number of lines that were left out since the start, because standard output took no more. */
export function linesLeftOut(): number {
  return stdout.leftOut;
}

/**
 * Resolves when standard output has all lines of the log, and after a second at the latest: for a program that is
 * about to exit.
 */
export async function flushLog(): Promise<void> {
  await stdout.flushed(FLUSH_TIME);
}

function entryOf(record: LogRecord): Entry {
  const { level, associated, facts } = record.properties as Partial<Entry> & { level?: Level };
  return {
    time: record.timestamp,
    level: level ?? record.level,
    category: record.category.at(-1) ?? "",
    associated: associated ?? {},
    message: record.message.join(""),
    facts,
  };
}
