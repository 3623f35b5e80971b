import { configureLog, type Level, type LogOptions } from "../../lib/base/log.ts";
import { inTime } from "../support/in_time.ts";

const PLACE = / \((?:\.\.\/)*tests\/[^()]*:\d+:\d+\)$/;
const STACK = /^DEBUG \w+: [\w ]+: at .*:\d+:\d+/;

/** What the log writes while this is in scope. */
export class CapturedLog implements Disposable {
  /** The lines without their ends. */
  readonly lines: string[] = [];
  #wake = Promise.withResolvers<void>();

  constructor(level: Level = "debug", format: NonNullable<LogOptions["format"]> = "text") {
    const write = (line: string) => {
      this.lines.push(line.replace(/\n$/, ""));
      this.#wake.resolve();
      this.#wake = Promise.withResolvers();
    };
    configureLog({ level, format, write });
  }

  /**
   * The first message that matches, also one that has come already; fails where it never comes.
   *
   * @param count Which of those that match; default: the first.
   */
  async until(pattern: RegExp, count = 1): Promise<string> {
    const missing = () => `a message that matches ${pattern} in:\n${this.messages.join("\n")}`;
    for (;; await inTime(this.#wake.promise, missing)) {
      const found = this.messages.filter((message) => pattern.test(message))[count - 1];
      if (found !== undefined) return found;
    }
  }

  /**
   * Level, category and message of each line: `ERROR process: Process 1 …`. Without the place in the tests where
   * something was thrown, and without stacks.
   */
  get messages(): string[] {
    return this.lines.map((line) => {
      const [, level = "", category = "", , ...message] = line.split(" | ");
      return `${level.trim()} ${category.trim()}: ${message.join(" | ").replace(PLACE, "")}`;
    }).filter((message) => !STACK.test(message));
  }

  [Symbol.dispose](): void {
    configureLog({ level: "fatal", write() {} });
  }
}
