/** Somebody who ends when the servers are apart. */
export interface StrictOne {
  /** Ends it, because they are. */
  apart(): void;
}

/** Clients that end when the servers are apart. */
export interface Strict {
  add(one: StrictOne): void;
  delete(one: StrictOne): void;
}
