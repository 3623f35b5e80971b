import { Counter, Gauge, Histogram, Registry } from "npm:prom-client@15.1.3";

/** Seconds of a spawn: from half a millisecond, which the system takes, to what people notice. */
const SPAWN = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/** Seconds that a message waits for its program. */
const DELAY = [0.0001, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60];

/** The metrics of a server, by the conventions of Prometheus for names and units. */
export class Instruments {
  readonly registry: Registry = new Registry();
  readonly connections = this.#gauge("connections", "Connections that are open", "route");
  readonly connectionsClosed = this.#counter(
    "connections_closed_total",
    "Connections that have ended, by close code; 3xxx and 4xxx are those that clients and programs choose",
    "route",
    "code",
  );
  readonly handshakes = this.#counter(
    "handshakes_total",
    "Requests for a WebSocket, by the status of the answer; 101 is a connection",
    "route",
    "status",
  );
  readonly requests = this.#counter(
    "requests_total",
    "All other requests, by the status of the answer",
    "route",
    "status",
  );
  readonly messages = this.#counter(
    "messages_total",
    "Messages, in from clients and out to them",
    "route",
    "direction",
  );
  readonly bytes = this.#counter(
    "message_bytes_total",
    "Bytes of these messages, before compression",
    "route",
    "direction",
  );
  readonly dropped = this.#counter(
    "messages_dropped_total",
    "Messages that were not sent because their client reads too slowly",
    "route",
  );
  readonly queued = this.#gauge("queued_bytes", "Bytes that wait for clients", "route");
  readonly delay = this.#histogram(
    "message_delay_seconds",
    "From the arrival of a message until its program has taken it: of each write to a program, the oldest message",
    DELAY,
  );
  readonly processes = this.#gauge("processes", "Processes that run", "route");
  readonly processesStarted = this.#counter(
    "processes_started_total",
    "Processes that were started",
    "route",
  );
  readonly processFailures = this.#counter(
    "process_start_failures_total",
    "Programs that could not be started",
    "route",
  );
  readonly processesEnded = this.#counter(
    "processes_ended_total",
    "Processes that have ended, by exit status or signal",
    "route",
    "status",
  );
  readonly processesSignalled = this.#counter(
    "processes_signalled_total",
    "Signals to processes that did not end by themselves",
    "route",
    "signal",
  );
  readonly inputLost = this.#counter(
    "shared_input_lost_total",
    "Messages that a shared process may have got which has gone with its server",
    "route",
  );
  readonly spawn = this.#histogram("process_spawn_seconds", "Time to start a process", SPAWN);
  readonly denied = this.#counter(
    "auth_failures_total",
    "Passwords and tokens that let nobody in, by the auth that looked at them",
    "route",
    "kind",
  );
  readonly limited = this.#counter(
    "limited_total",
    "What was refused or ended at a limit, by the option that sets it",
    "route",
    "limit",
  );
  readonly tlsFailures = this.#counter(
    "tls_handshake_failures_total",
    "TLS handshakes that failed; the engine native tells of none",
  );
  readonly strayed = this.#counter(
    "room_messages_strayed_total",
    "Messages of rooms that went wrong between servers: foreign, unsaid to others, or lost on their way",
    "what",
  );
  readonly logDropped = this.#counter(
    "log_lines_dropped_total",
    "Lines of the log that were left out because it takes no more",
  );
  readonly ready = this.#one("ready", "1 where /readyz answers 200, otherwise 0", "min");
  readonly info = this.#one(
    "build_info",
    "1, with what serves",
    "max",
    "version",
    "deno",
    "engine",
  );

  #gauge(name: string, help: string, ...labelNames: string[]): Gauge {
    return new Gauge({ name: `stdws_${name}`, help, labelNames, registers: [this.registry] });
  }

  /** One that is no sum of those of several workers. */
  #one(name: string, help: string, aggregator: "min" | "max", ...labelNames: string[]): Gauge {
    const registers = [this.registry];
    return new Gauge({ name: `stdws_${name}`, help, labelNames, registers, aggregator });
  }

  #counter(name: string, help: string, ...labelNames: string[]): Counter {
    return new Counter({ name: `stdws_${name}`, help, labelNames, registers: [this.registry] });
  }

  #histogram(name: string, help: string, buckets: number[]): Histogram {
    const labelNames = ["route"];
    const registers = [this.registry];
    return new Histogram({ name: `stdws_${name}`, help, labelNames, buckets, registers });
  }
}
