/** The part of `npm:@redis/client` that is used: its own types describe some 500 commands. */

/** An argument of a command: a Buffer where it is bytes. */
export type Argument = string | Uint8Array;

/** A reply of RESP, with bytes as they came. */
export type Reply = Uint8Array | string | number | null | readonly Reply[];

/** Options of a client. */
export interface ClientOptions {
  readonly RESP: 3;
  readonly username?: string;
  readonly password?: string;
  readonly database: number;
  readonly name: string;
  readonly disableOfflineQueue: true;
  readonly disableClientInfo: true;
  readonly maintNotifications: "disabled";
  readonly commandOptions: {
    readonly timeout: undefined;
    readonly typeMapping: Readonly<Record<number, unknown>>;
  };
  readonly socket: {
    readonly host?: string;
    readonly port?: number;
    readonly path?: string;
    readonly tls?: true;
    readonly ca?: string;
    readonly servername?: string;
    readonly connectTimeout: number;
    readonly reconnectStrategy: false;
  };
}

/** Takes what is published on channels. */
export type ChannelListener = (message: Uint8Array, channel: Uint8Array) => void;

/** One connection. */
export interface Client {
  on(event: "error", listener: (error: Error) => void): void;
  connect(): Promise<unknown>;
  sendCommand(args: readonly Argument[]): Promise<Reply>;
  subscribe(channels: readonly string[], listener: ChannelListener, buffers: true): Promise<void>;
  unsubscribe(channels: readonly string[], listener: ChannelListener, buffers: true): Promise<void>;
  destroy(): void;
}

export function createClient(options: ClientOptions): Client;

export const RESP_TYPES: { readonly BLOB_STRING: number };
