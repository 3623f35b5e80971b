import { setImmediate } from "node:timers";

// How long what clients and processes have sent may keep everybody else waiting, in ms.
const SLICE = 15;

// How long they rest then, in ms. While there is always something to do, the runtime asks the system for news only
// at each 61st turn of the event loop (Deno 2.9): all who are busy have to rest together.
const REST = 1;

let worked = 0;
let rest: Promise<void> | undefined;

/**
 * Counts work for what somebody has sent, so that no flood keeps others from their turn.
 *
 * @param since When that began, as `performance.now()` tells.
 * @returns What to wait for before more is read; undefined where there is time left.
 */
export function shareTurn(since: number): Promise<void> | undefined {
  worked += performance.now() - since;
  if (worked < SLICE) return undefined;
  return rest ??= new Promise((resolve) => {
    const end = () => {
      worked = 0;
      rest = undefined;
      resolve();
    };
    // Not before all of them have come to rest, which is at the end of this turn.
    setImmediate(() => setTimeout(end, REST));
  });
}
