import { configureLog, type Level, type LogOptions } from "../../lib/base/log.ts";

/** What the log writes while this is in scope. */
export class CapturedLog implements Disposable {
  /** The lines without their ends. */
  readonly lines: string[] = [];

  constructor(level: Level = "debug", format: NonNullable<LogOptions["format"]> = "text") {
    configureLog({ level, format, write: (line) => this.lines.push(line.replace(/\n$/, "")) });
  }

  /** Level, category and message of each line: `ERROR process: Process 1 …`. */
  get messages(): string[] {
    return this.lines.map((line) => {
      const [, level = "", category = "", , ...message] = line.split(" | ");
      return `${level.trim()} ${category.trim()}: ${message.join(" | ")}`;
    });
  }

  [Symbol.dispose](): void {
    configureLog({ level: "fatal", write() {} });
  }
}
