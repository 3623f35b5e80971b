import { clientOptionsOf } from "../../lib/cli/connect/client_options.ts";
import { Link, type TakeMessage } from "../../lib/cli/connect/link.ts";

// A byte order mark is part of what was said.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Plays the client of Autobahn's fuzzing server, with the connections of `--connect`: sends back what comes, in each
 * of its cases.
 *
 * @param url Where the fuzzing server is, without a slash at its end.
 * @returns How many cases there are.
 */
export async function echoCases(url: string): Promise<number> {
  let count = 0;
  const counting = await Link.open(clientOptionsOf(`${url}/getCaseCount`, {}), (data) => {
    count = Number(decoder.decode(data));
    return undefined;
  });
  await counting.closed;
  for (let number = 1; number <= count; number++) {
    await echo(`${url}/runCase?case=${number}&agent=stdws`);
  }
  const reporting = await Link.open(
    clientOptionsOf(`${url}/updateReports?agent=stdws`, {}),
    () => undefined,
  );
  await reporting.closed;
  return count;
}

async function echo(url: string): Promise<void> {
  let tail = Promise.resolve();
  let closed = false;
  const take: TakeMessage = (data, isBinary) => {
    const message = isBinary ? data.slice() : decoder.decode(data);
    return tail = tail.then(async () => {
      const link = await opening;
      while (!closed && !link.send(message)) await link.drained();
    });
  };
  const opening = Link.open(clientOptionsOf(url, { compress: true }), take);
  await (await opening).closed;
  closed = true;
}
