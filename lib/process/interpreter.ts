/** A program that runs what stands in its own words, or a file that they name. */
export interface Interpreter {
  readonly names: RegExp;
  /** Options with a program as their value; a shell takes it from its first word that is no option. */
  readonly code?: RegExp;
  /** Other options with a value. */
  readonly valued?: RegExp;
  /** Options whose values are data. */
  readonly data?: RegExp;
  /** Whether all words behind the program are arguments, whatever they look like. */
  readonly closed?: boolean;
  /** Options with which it opens its arguments, and runs those that end in a bar. */
  readonly opens?: RegExp;
  /** Whether options may stand behind the words that are none. */
  readonly permutes?: boolean;
  /** The way to give it a client's text as data; `{}` stands for the placeholder. */
  readonly way: string;
}

const INTERPRETERS: readonly Interpreter[] = [
  {
    names: /^(?:[abkz]|ba|c|da|mk|rba|tc|z)?sh$/,
    valued: /^[-+][a-z]*o$|^--(?:rc|init-)file$/i,
    way: `-c '… "$1" …' sh {}`,
  },
  { names: /^fish$/, code: /^-[a-z]*c|^--command/i, way: "-c '… $argv[1] …' -- {}" },
  {
    names: /^(?:python|pypy)[\d.]*w?$/,
    code: /^-[a-z]*[cm]/i,
    valued: /^-[WXQ]$/,
    closed: true,
    way: "-c '… sys.argv[1] …' {}",
  },
  {
    names: /^perl[\d.]*$/,
    code: /^-[a-z\d]*e/i,
    valued: /^-[IMm]$/,
    opens: /^-[acilpnstuwW\d]*[np]/,
    way: "-e '… $ARGV[0] …' -- {}",
  },
  {
    names: /^ruby[\d.]*$/,
    code: /^-[a-z\d]*e/,
    valued: /^-[IrCE]$/,
    way: "-e '… ARGV[0] …' -- {}",
  },
  {
    names: /^(?:node|nodejs|bun|deno)$/,
    code: /^-(?:[ep]|pe)|^--(?:eval|print)/,
    valued: /^-[rC]$|^--(?:require|import|loader|experimental-loader|conditions)$/,
    way: "FILE {}",
  },
  { names: /^php[\d.]*$/, code: /^-[rBRE]/, valued: /^-[cdz]$/, way: "-r '… $argv[1] …' -- {}" },
  { names: /^lua(?:jit)?[\d.]*$/, code: /^-e/, valued: /^-l$/, way: "FILE {}" },
  {
    names: /^[gmn]?awk$/,
    code: /^-[efi]|^--(?:file|source|exec|include)/,
    data: /^-[vF]|^--(?:assign|field-separator)/,
    way: "-v value={} '… value …'",
  },
  {
    names: /^g?sed$/,
    code: /^-[a-z]*[ef]|^--(?:expression|file)/i,
    permutes: true,
    way: "-e '…' -- {}",
  },
];

/** Programs that have another one in their words. */
const WRAPPERS =
  /^(?:env|nice|ionice|nohup|timeout|stdbuf|setsid|time|sudo|doas|xargs|unbuffer|unshare|nsenter|chroot|chrt|taskset|strace|ltrace|busybox|toybox|docker|podman|nerdctl|kubectl|systemd-run|flock|tini|dumb-init)$/;

/** Programs that hand their words to a shell, or run what stands in them. */
const SHELLED =
  /^(?:ssh|watch|su|runuser|script|parallel|cmd|powershell|pwsh|expect|tclsh|wish|Rscript|tmux|screen|make|vim?|ex|ed|gdb|sqlite3)$/;

/** The words of a command that are run, and the program that runs them. */
export interface Runs {
  /** The program that runs it, as it was written. */
  readonly program: string;
  /** The words in which a text would be a program, or choose one. */
  readonly words: readonly string[];
  /** The way to give it a client's text as data; undefined where there is none. */
  readonly way?: string;
}

/**
 * Finds the words of a command that are a program for an interpreter, or choose one; undefined where it
 * starts no program that is known.
 */
export function runsOf(command: readonly string[]): Runs | undefined {
  const [first = ""] = command;
  if (!WRAPPERS.test(nameOf(first))) return runsAt(command, 0);
  const choosing = choosingWords(command.slice(1));
  for (const at of command.keys()) {
    const runs = runsAt(command, at);
    if (runs) return { ...runs, words: [...choosing, ...runs.words] };
  }
  return { program: first, words: choosing };
}

function runsAt(command: readonly string[], at: number): Runs | undefined {
  const program = command[at] ?? "";
  const words = command.slice(at + 1);
  const name = nameOf(program);
  if (SHELLED.test(name)) return { program, words };
  const interpreter = INTERPRETERS.find(({ names }) => names.test(name));
  return interpreter &&
    { program, words: ownWords(interpreter, words), way: `${program} ${interpreter.way}` };
}

/** The words of a wrapper up to the first that could be the program: neither an option nor a setting. */
function choosingWords(words: readonly string[]): readonly string[] {
  const program = words.findIndex((word) => !/^(?:[-+]|[A-Za-z_]\w*=|\d+[smhd]?$)/.test(word));
  const own = program < 0 ? words : words.slice(0, program + 1);
  return own.filter((word) => !/^[A-Za-z_]\w*=/.test(word));
}

function nameOf(word: string): string {
  return (word.split(/[/\\]/).at(-1) ?? "").replace(/\.exe$/i, "");
}

/** The options of an interpreter, and the program or its file: all of its words but the arguments. */
function ownWords(interpreter: Interpreter, words: readonly string[]): readonly string[] {
  const { code, valued, data, opens, closed, permutes } = interpreter;
  const own: string[] = [];
  let hasProgram = false;
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as string;
    const next = words[at + 1] ?? "";
    if (word === "--" || word === "-") return hasProgram ? own : [...own, next];
    if (data?.test(word)) {
      // Its value is in it, or next.
      if (/^-.$|^--[^=]*$/.test(word)) at++;
    } else if (opens?.test(word)) return words;
    else if (/^[-+]/.test(word)) {
      own.push(word);
      const isCode = code?.test(word) ?? false;
      hasProgram ||= isCode;
      if (isCode && closed) return [...own, next];
      if ((isCode || valued?.test(word)) && next !== "--") own.push(words[++at] ?? "");
    } else if (!hasProgram) {
      own.push(word);
      // Not a file of that name.
      if (interpreter.names.test("deno") && /^(?:run|eval)$/.test(word)) continue;
      if (!permutes) return own;
      hasProgram = true;
    } else if (word.startsWith("{")) {
      // What a client chooses may look like an option.
      own.push(word);
    } else if (!permutes) return own;
  }
  return own;
}
