/** The terminal that somebody sits at. */
export interface Terminal {
  /** Characters that fit beside each other. */
  readonly columns: number;
  /** Whether colours are wanted. */
  readonly hasColors: boolean;
  /** Gives each key as it is pressed, or as usual whole lines; Ctrl-C stays a signal. */
  setRaw(isRaw: boolean): void;
  /** Calls a listener when the size has changed; answers how to end that. */
  onResize(listener: () => void): () => void;
  /** Calls one when the program goes on after Ctrl-Z, and others have used the terminal. */
  onReturn(listener: () => void): () => void;
}

/**
 * The terminal of standard input and output; undefined where one of them is none, or where lines cannot be edited
 * on it. The console of Windows edits them itself.
 */
export function ownTerminal(): Terminal | undefined {
  if (!Deno.stdin.isTerminal() || !Deno.stdout.isTerminal()) return undefined;
  if (Deno.build.os === "windows" || isDumb()) return undefined;
  return {
    get columns() {
      // A serial line does not know it.
      return Deno.consoleSize().columns || 80;
    },
    hasColors: !Deno.noColor,
    setRaw: (isRaw) => Deno.stdin.setRaw(isRaw, { cbreak: isRaw }),
    onResize: (listener) => onSignal("SIGWINCH", listener),
    onReturn: (listener) => onSignal("SIGCONT", listener),
  };
}

function isDumb(): boolean {
  // Nobody is asked for that.
  const { state } = Deno.permissions.querySync({ name: "env", variable: "TERM" });
  return state === "granted" && ["", "dumb"].includes(Deno.env.get("TERM") ?? "");
}

function onSignal(signal: Deno.Signal, listener: () => void): () => void {
  Deno.addSignalListener(signal, listener);
  return () => Deno.removeSignalListener(signal, listener);
}
