if (isDeploy()) {
  // Loaded only here: an edge function has no use for what starts processes.
  const { serveEdge } = await import("./lib/edge.ts");
  Deno.exit(await serveEdge(nextSignal));
} else {
  // Before all the rest: it has to look early which signals are ignored.
  await import("./lib/process/ignored_signals.ts");
  const { run } = await import("./lib/cli/run.ts").catch(refuse);
  Deno.exit(await run(Deno.args, { next: nextSignal, onHangup }));
}

function isDeploy(): boolean {
  try {
    return Deno.env.has("DENO_DEPLOY");
  } catch {
    // There, everything is allowed.
    return false;
  }
}

/** Ends with what can be done where a package is not there and cannot be put into the cache either. */
function refuse(error: Error): never {
  const [, reason] = /^Failed caching npm package.*(?:\n\s*0: (.*))?/.exec(error.message) ?? [];
  if (reason === undefined) throw error;
  const told = `stdws: Cannot load its packages: ${reason}
At the first start they are put where DENO_DIR says: let it be a folder that can be written to, or see
"Installing" in README.md for a command that needs none
`;
  Deno.stderr.writeSync(new TextEncoder().encode(told));
  Deno.exit(1);
}

/** Resolves to its number at the next signal that asks the program to end. */
function nextSignal(): Promise<number> {
  const numbers = Deno.build.os === "windows"
    ? { SIGINT: 2, SIGBREAK: 21 } as const
    : { SIGINT: 2, SIGTERM: 15 } as const;
  const { promise, resolve } = Promise.withResolvers<number>();
  for (const [signal, number] of Object.entries(numbers)) {
    Deno.addSignalListener(signal as Deno.Signal, () => resolve(number));
  }
  return promise;
}

/** Calls the listener at every signal that asks for changed files to be taken up. */
function onHangup(listener: () => void): void {
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGHUP", listener);
}
