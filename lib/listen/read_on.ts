import type { Socket } from "node:net";

/** The parser of node:http, which the types do not know. */
interface Parser {
  /** Called with how much it has read of what came; its key is `HTTPParser.kOnExecute`. */
  [ON_EXECUTE]?: OnExecute | null;
  /** Whether it reads from the system by itself, and not what others hand it. */
  readonly _consumed?: boolean;
  execute(chunk: Uint8Array): number | Error;
}

type OnExecute = (read: number | Error | undefined, chunk?: Uint8Array) => void;

const ON_EXECUTE = 5;

const extended = new WeakSet<OnExecute>();

function broken(): Error {
  return Object.assign(new Error("Parse Error"), { code: "HPE_INTERNAL" });
}

/**
 * Has the requests of a connection read on that come in one chunk with one whose `Upgrade` was ignored: its parser
 * stops behind that one, and what follows in the chunk would be lost (node:http, Deno 2.9).
 *
 * @returns Whether that can be done.
 */
export function readOn(socket: Socket): boolean {
  const { parser } = socket as { parser?: Parser | null };
  const taken = parser?.[ON_EXECUTE];
  if (!parser?._consumed || typeof taken !== "function") return false;
  if (extended.has(taken)) return true;
  // Until the parser is for another connection, which gives it a function of its own.
  const onExecute: OnExecute = (read, chunk) => {
    taken(read, chunk);
    while (chunk && typeof read === "number" && read < chunk.length) {
      // An upgrade has taken the rest.
      if ((socket as { parser?: Parser | null }).parser !== parser) return;
      chunk = chunk.subarray(read);
      read = parser.execute(chunk);
      // What it cannot read, it does not say here.
      if (read === 0) return taken(broken(), chunk);
      taken(read, chunk);
    }
  };
  extended.add(onExecute);
  parser[ON_EXECUTE] = onExecute;
  return true;
}
