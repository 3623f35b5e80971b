import type { Batch, PartAt, Transport, TransportEvents } from "../../contract.ts";
import type { Recording } from "./recording.ts";

/** A transport of which is written down what the client is sent. */
export function recordedTransport(transport: Transport, recording: Recording): Transport {
  function sendPart(part: Batch, at: PartAt): void {
    recording.note("o", part, at !== "last");
    transport.sendPart?.(part, at);
  }
  return {
    get bufferedAmount() {
      return transport.bufferedAmount;
    },
    get unsent() {
      return transport.unsent;
    },
    get compresses() {
      return transport.compresses ?? false;
    },
    get isPlain() {
      return transport.isPlain ?? false;
    },
    get isAway() {
      return transport.isAway ?? false;
    },
    ...transport.shed && { shed: () => transport.shed?.() ?? 0 },
    drained: (amount) => transport.drained(amount),
    send(batch) {
      recording.note("o", batch);
      transport.send(batch);
    },
    close(code, reason, patience) {
      recording.closing(code, reason);
      transport.close(code, reason, patience);
    },
    pause: () => transport.pause(),
    resume: () => transport.resume(),
    // One that is relayed has these when it is open.
    get sendPart() {
      return transport.sendPart && sendPart;
    },
    get ping() {
      return transport.ping?.bind(transport);
    },
  };
}

/** Takes the events of a transport for a connection, and writes down what the client sends, and the end. */
export function recordedEvents(events: TransportEvents, recording: Recording): TransportEvents {
  return {
    opened() {
      // Before the handler says the first word.
      recording.opened();
      events.opened();
    },
    received(batch) {
      recording.note("i", batch);
      events.received(batch);
    },
    tooLarge: () => events.tooLarge(),
    failed: (message, code) => events.failed(message, code),
    closing: (code, reason) => events.closing(code, reason),
    get answersEnd() {
      return events.answersEnd ?? false;
    },
    ended: () => events.ended?.(),
    readmitted: (authTime) => events.readmitted?.(authTime),
    away: (isAway) => events.away?.(isAway),
    dropped: (messages) => events.dropped?.(messages),
    lost: (bytes) => events.lost(bytes),
    end: (code, reason) => events.end(code, reason),
    closed(code, reason) {
      recording.closed(code, reason);
      events.closed(code, reason);
    },
  };
}
