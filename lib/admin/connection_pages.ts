import type { ListedConnection } from "./connection_list.ts";

/** The connections of one server that somebody wants to have listed. */
export interface ConnectionPage {
  /** The number of all that are open. */
  readonly total: number;
  /** The number of those that match. */
  readonly matching: number;
  /** The first that match, in the order in which they came, each with its number. */
  readonly rows: readonly (readonly [number: number, connection: ListedConnection])[];
  /** Whether there are more behind them. */
  readonly hasMore: boolean;
}

/** A page of one of several servers. */
export interface PageOf {
  readonly worker: number;
  readonly pid: number;
  /** The number behind which it begins. */
  readonly after: number;
  readonly page: ConnectionPage;
}

/** A page of all. */
export interface JoinedPage {
  readonly total: number;
  readonly matching: number;
  /** The place behind the last one, as `placeIn` reads it; null where there are no more. */
  readonly next: string | null;
  readonly connections: readonly (ListedConnection & { readonly worker: number })[];
}

/** Joins the pages of several servers: the first come first, no more than `limit`. */
export function joinPages(pages: readonly PageOf[], limit: number): JoinedPage {
  const ways = pages.map((of) => ({ ...of, taken: 0 }));
  const connections: JoinedPage["connections"][number][] = [];
  while (connections.length < limit) {
    const heads = ways.filter(({ page, taken }) => taken < page.rows.length);
    const [first, ...others] = heads;
    if (!first) break;
    const earliest = others.reduce(
      (one, other) => sinceOf(other) < sinceOf(one) ? other : one,
      first,
    );
    const [, connection] = earliest.page.rows[earliest.taken++] as ConnectionPage["rows"][number];
    connections.push({ ...connection, worker: earliest.worker });
  }
  const hasMore = ways.some(({ page, taken }) => page.hasMore || taken < page.rows.length);
  const places = ways.map(({ pid, page, taken, after }) =>
    `${pid}.${page.rows[taken - 1]?.[0] ?? after}`
  );
  return {
    total: sum(pages.map(({ page }) => page.total)),
    matching: sum(pages.map(({ page }) => page.matching)),
    next: hasMore ? places.join("~") : null,
    connections,
  };
}

/** The number of one server in a place of all; 0 where it has come since. */
export function placeIn(text: string, pid: number): number {
  const found = text.split("~").find((each) => each.startsWith(`${pid}.`));
  return Number(found?.split(".")[1] ?? 0);
}

function sinceOf({ page, taken }: { page: ConnectionPage; taken: number }): string {
  // Of ISO 8601, which sorts by time.
  return page.rows[taken]?.[1].since ?? "";
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
