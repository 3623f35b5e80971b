import { placeholdersIn } from "./placeholders.ts";

// Also by their versions, as `ksh93`.
const SHELL =
  /^(?:[abkz]|ba|c|da|elvi|fi|lk|mk|ok|pdk|po|rba|rk|sa|tc|xon|ya)?sh(?:-?\d[\d.]*)?(?:-static)?$/;

/** Programs that run what stands in their words also behind `--`. No list of them is complete. */
const RUNNER =
  /^(?:(?:python|pypy|perl|ruby|php|lua(?:jit)?)[\d.]*w?|node|nodejs|bun|deno|[gmn]?awk|g?sed|env|exec|nice|ionice|nohup|timeout|stdbuf|setsid|setpriv|prlimit|time|sudo|doas|xargs|unbuffer|unshare|nsenter|chroot|chrt|taskset|numactl|strace|ltrace|busybox.*|toybox.*|docker|podman|nerdctl|kubectl|oc|crictl|lxc|machinectl|distrobox|systemd-run|start-stop-daemon|flock|tini|dumb-init|ld-linux.*|ssh|watch|su|runuser|script|parallel|cmd|powershell|pwsh|expect|tclsh|wish|Rscript|tmux|screen|make|vim?|ex|ed|gdb|sqlite3|psql|mysql|find|setarch|capsh|runcon|choom|cgexec|cpulimit|nsjail|firejail|bwrap|pkexec|gosu|su-exec|fakeroot|faketime|eatmydata|torsocks|proxychains4?|xvfb-run|dbus-run-session|chronic|rlwrap|entr|dtach|npx|npm|bunx|uvx?|cargo|java|swipl|guile|osascript|nu|m4|dc|rsh|mosh|sshpass|wine(?:64)?|qemu-.*|socat|ncat)$/;

// Options of a shell that have a value.
const VALUED = /^[-+][a-z]*o$|^--(?:rc|init-)file$/i;

// A shell and its text in one word, for another program to divide.
const INLINE =
  /(?:^|[\s/=;|&('"])([a-z]*sh(?:-?\d[\d.]*)?(?:-static)?)(?:\s+\S+)*?\s+(?:-[A-Za-z]*c|--command)/;

/** Whether a word names a program that runs others, or what stands in its words. */
export function isRunner(word: string): boolean {
  const name = nameOf(word);
  return SHELL.test(name) || RUNNER.test(name);
}

/** Whether a word names a shell. */
export function isShell(word: string): boolean {
  return SHELL.test(nameOf(word));
}

/** The words of a command which a shell would read as its options or its text, each with the shell. */
export function shellCode(command: readonly string[]): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  let behind = 0;
  for (const [at, word] of command.entries()) {
    const inline = INLINE.exec(word)?.[1];
    if (inline !== undefined && SHELL.test(inline)) found.set(at, inline);
    if (at < behind || !SHELL.test(nameOf(word))) continue;
    const { own, hasCode } = wordsOf(command, at);
    for (const place of own) found.set(place, word);
    // What follows the text is the name that the shell has in its messages, mostly its own.
    if (hasCode) behind = (own.at(-1) ?? at) + 2;
  }
  return found;
}

/** The places of a shell's options, and behind `-c` of its text. */
function wordsOf(command: readonly string[], shell: number): { own: number[]; hasCode: boolean } {
  const own: number[] = [];
  let hasCode = false;
  for (let at = shell + 1; at < command.length; at++) {
    const word = command[at] ?? "";
    const isOption = /^[-+]/.test(word);
    if (isOption || hasCode) own.push(at);
    if (!isOption) break;
    // What a client chooses may be `-c`.
    hasCode ||= /^-[A-Za-z]*c|^--(?:init-)?command|^-C/.test(word) ||
      placeholdersIn([word]).length > 0;
    if (VALUED.test(word)) own.push(++at);
  }
  return { own, hasCode };
}

function nameOf(word: string): string {
  return (word.split(/[/\\]/).at(-1) ?? "").replace(/\.exe$/i, "");
}
