import { EventEmitter } from "node:events";

/** A stream as `readline` needs it, to which keys are given at once and in order. */
export class Keys extends EventEmitter {
  pause(): this {
    return this;
  }

  resume(): this {
    return this;
  }
}
