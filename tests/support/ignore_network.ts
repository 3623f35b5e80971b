import type { Page } from "playwright-core";

/** The inside of a page of Playwright, to which there is no public way. */
interface Within {
  readonly _connection: { toImpl(page: Page): Implementation };
}

interface Implementation {
  readonly delegate: {
    readonly _mainFrameSession: { readonly _client: { send(method: string): Promise<unknown> } };
  };
}

/**
 * Has the browser tell no more of what a page asks for and receives, which it does for each single message: that
 * takes more of a processor than the message itself, and no user's browser does it.
 */
export async function ignoreNetwork(page: Page): Promise<void> {
  const { delegate } = (page as unknown as Within)._connection.toImpl(page);
  await delegate._mainFrameSession._client.send("Network.disable");
}
