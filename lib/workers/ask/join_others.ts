import type { Heard, Others } from "../../admin/others.ts";
import { messageOf } from "../../base/errors.ts";
import type { Channel } from "../../bus/bus.ts";
import { type Answers, Calls } from "../calls.ts";
import type { AskedOfAll } from "./ask_all.ts";

/**
 * Joins the other workers of a parent.
 *
 * @param channel The way to it.
 * @param worker The number of this one.
 */
export function joinOthers(channel: Channel, worker: number): Others {
  const known: Record<string, Answers[string]> = {};
  const calls = new Calls(channel, known);
  return {
    worker,
    async ask(question, data, own) {
      try {
        return await calls.ask("all", { question, data, own } satisfies AskedOfAll) as Heard;
      } catch (error) {
        return { answers: [], silent: [{ worker: 0, reason: messageOf(error) }] };
      }
    },
    answer(questions) {
      Object.assign(known, questions);
    },
  };
}
