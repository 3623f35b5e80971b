import { assert } from "@std/assert";
import type { Bound, Engine, Place } from "../../lib/listen/engine.ts";
import { nativeEngine } from "../../lib/listen/native.ts";
import { nodeEngine } from "../../lib/listen/node.ts";
import { Dispatcher } from "../../lib/gate/dispatch.ts";

/** A temporary folder for Unix sockets, removed at the end. */
export class SocketFolder implements Disposable {
  readonly path = Deno.makeTempDirSync();

  file(name: string): string {
    return `${this.path}/${name}`;
  }

  /** The permissions of a file in it. */
  mode(name: string): number {
    return (Deno.lstatSync(this.file(name)).mode ?? 0) & 0o7777;
  }

  /** Leaves a socket behind that nobody listens on any more. */
  leave(name: string): void {
    using _listener = Deno.listen({ transport: "unix", path: this.file("moved") });
    // Under another name it is not removed with its listener.
    Deno.renameSync(this.file("moved"), this.file(name));
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}

/** Listens, and remembers what there was before anything else could be done about it. */
export class FakeEngine implements Engine {
  readonly places: Place[] = [];
  readonly modes: number[] = [];

  listen(place: Place): Promise<Bound> {
    this.places.push(place);
    assert("path" in place);
    const listener = Deno.listen({ transport: "unix", path: place.path });
    this.modes.push((Deno.lstatSync(place.path).mode ?? 0) & 0o777);
    return Promise.resolve({
      port: 0,
      shutdown: () => Promise.resolve(listener.close()),
    });
  }
}

/** The engines by their names. */
export const ENGINES: [name: string, make: () => Engine][] = [
  ["native", () => nativeEngine(new Dispatcher({ routes: [] }))],
  ["node", () => nodeEngine(new Dispatcher({ routes: [] }))],
];
