#!/usr/bin/env node
// Runs main.js on the Deno that the npm package "deno" brings, as if it were that itself.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import process from "node:process";
import { isatty } from "node:tty";
import { fileURLToPath } from "node:url";

const deno = findDeno();
const args = [
  "run",
  "-A",
  "--quiet",
  // All that is needed is beside this package: neither files of the folder where it is started, nor a cache.
  "--no-config",
  "--no-lock",
  "--node-modules-dir=manual",
  "--unstable-no-legacy-abort",
  fileURLToPath(new URL("main.js", import.meta.url)),
  ...process.argv.slice(2),
];

// By npx, or by a script of a package.json.
const isByNpm = /\bstdws\b/.test(process.env.npm_lifecycle_script ?? "");
// Node.js 22.15 and later can leave its place to the server.
if (process.execve && process.platform !== "win32" && !isByNpm) {
  process.execve(deno, [deno, ...args], process.env);
}

const child = spawn(deno, args, { stdio: "inherit" });
// What the keys of a terminal send has reached the server already, and a second one would hurry it.
const inTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
for (const signal of ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"]) {
  const isKey = signal === "SIGINT" || signal === "SIGQUIT";
  process.on(signal, () => isKey && inTerminal || child.kill(signal));
}
if (isByNpm) {
  // npm passes a signal on to the shell that it has started this by, and no further.
  const shell = process.ppid;
  setInterval(() => process.ppid === shell || child.kill("SIGTERM"), 500).unref();
}
child.on("error", refuse);
child.on("exit", (code, signal) => {
  if (signal === null) process.exit(code);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});

/** The executable itself: the command of that package waits without passing on a signal. */
function findDeno() {
  try {
    return createRequire(import.meta.url)("deno/install_api.cjs").runInstall();
  } catch (error) {
    // It names a package for each kind of machine, among its optional dependencies.
    return refuse(error);
  }
}

function refuse(error) {
  const [reason] = error.message.split("\n");
  process.stderr.write(`stdws: Cannot start the Deno of the npm package "deno": ${reason}\n`);
  process.exit(1);
}
