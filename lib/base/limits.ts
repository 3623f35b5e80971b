/**
 * The sizes and times that keep a server safe to leave running, each with its reason. Those that a
 * person can set are the defaults of options.
 *
 * @module
 */

/** Processes at once (`--maxforks`); websocketd's default. */
export const MAX_FORKS = 1024;

/** Processes of `--workers`: as many as the largest machines have processors, so that more are a slip. */
export const MAX_WORKERS = 1024;

/** Bytes of memory that each of them has to itself before anybody has come, as measured. */
export const WORKER_MEMORY = 50_000_000;

/** Bytes of a client's message (`--maxframesize`); websocketd's default. */
export const MAX_FRAME_SIZE = 1_048_576;

/** Bytes of input that wait for a process that does not read them (`--maxqueue`). */
export const MAX_QUEUE = 16 * 1024 * 1024;

/**
 * Bytes that a connection may owe its client before the source of them has to wait.
 *
 * Backpressure: the stdout of a process with a slow reader is not read until half of this has gone out, so
 * that the process itself waits in its next write. Large enough that the poll for it (there is no
 * drain event) does not slow a reader that keeps up.
 */
export const HIGH_WATER_MARK = 4 * 1024 * 1024;

/**
 * Bytes that a connection may owe its client when the source of them cannot wait, because it is other
 * clients: beyond, the connection of one that takes nothing of them is closed with 1013.
 */
export const MAX_UNSENT = 16 * 1024 * 1024;

/** The same while it reads: somebody may make much at once, and none of that could leave yet. */
export const MAX_BURST = 32 * 1024 * 1024;

/**
 * Bytes that may be on their way to a client before messages for it are held back, where its route drops
 * messages for a slow client: little, so that what arrives is not old.
 */
export const SLOW_MARK = 64 * 1024;

/** Bytes of messages that are held back for such a client (`slow=drop-oldest`). */
export const MAX_HELD = 1024 * 1024;

/** Bytes of the last messages of a room that are kept for those who come later, whatever their number. */
export const MAX_HISTORY = 16 * 1024 * 1024;

/** Rooms without anybody in them whose last messages are kept: clients choose the names of rooms. */
export const MAX_EMPTY_ROOMS = 1_000;

/** Bytes of the last messages of all such rooms. */
export const MAX_HISTORY_OF_EMPTY_ROOMS = 64 * 1024 * 1024;

/** Bytes of what was said on a bus that wait for its engine, as long as that is away. */
export const MAX_BUS_QUEUE = 16 * 1024 * 1024;

/** Milliseconds that they wait at most. */
export const BUS_PATIENCE = 60_000;

/** Bytes of one line of a program: a longer one ends the connection with 1009. */
export const MAX_LINE = 16 * 1024 * 1024;

/** Bytes of the recording of one connection (`--recordsize`). */
export const RECORD_SIZE = 16 * 1024 * 1024;

/** Recordings in a folder (`--recordkeep`): with those of full size, less than 2 GB. */
export const RECORD_KEEP = 100;

/** Bytes of the header block of a CGI script: a longer one is answered with 500. */
export const MAX_HEADER_BLOCK = 64 * 1024;

/**
 * Bytes that a message under way costs beside its data on the native engine. The runtime queues every
 * message as a task of its own: 540,000 messages of one byte were measured to hold 530 MB.
 */
export const MESSAGE_OVERHEAD = 1024;

/** The same for what was sent at once on the node engine: a buffer of frames in a queue, of about 540 bytes. */
export const NODE_MESSAGE_OVERHEAD = 576;

/** Bytes of stderr of one program that go to the log in a second (`--stderr-rate`): a log is for people. */
export const STDERR_RATE = 1_000_000;

/**
 * Milliseconds that a process whose client has left may take nothing of the input that waits for it, before
 * what is left of that counts as lost.
 */
export const INPUT_PATIENCE = 1_000;

/** The same when the server has ended the connection because too much waits: all of it should arrive. */
export const OVERFLOW_PATIENCE = 10_000;

/** Milliseconds that output may be quiet after its process has ended until it counts as complete. */
export const OUTPUT_QUIET = 100;

/** Milliseconds that a client may take for its TLS handshake, or for a request's headers. */
export const REQUEST_TIMEOUT = 10_000;

/** Bytes that are kept for a client which can come back, until it has acknowledged them (`--resumebytes`). */
export const RESUME_BYTES = 1024 * 1024;

/** Sessions that wait for their clients: they have no descriptors, which bound connections otherwise. */
export const MAX_WAITING = 4_096;

/** Milliseconds that a connection may be idle between two requests. */
export const KEEP_ALIVE_TIMEOUT = 60_000;

/** Milliseconds from one look to the next at whether a client takes what waits for it of an answer. */
export const SEND_LOOK = 10_000;

/** Looks, one after the other, at which it may have taken nothing: 60 s, as with nginx and Apache. */
export const SEND_LOOKS = 6;

/**
 * Requests that may wait on a connection for the answers to those before them, until nothing more is read from
 * it.
 */
export const MAX_PIPELINED = 16;

/**
 * Milliseconds that nothing may be sent to a client which has closed its side: it may wait for its answers, or
 * have left.
 */
export const HALF_CLOSED_TIME = 2_000;

/** Bytes of a request's headers; `Deno.serve` takes 64 KiB. */
export const HEADER_SIZE = 64 * 1024;

/** Milliseconds that guards and a handler may take to decide about a request for a WebSocket (`--acceptms`). */
export const ACCEPT_TIMEOUT = 10_000;

/**
 * Milliseconds that a program or another server may take to find out who may come in: fewer than all may who decide
 * about a request, so that it is said who was late.
 */
export const AUTH_TIMEOUT = 8_000;

/** Milliseconds that an answered upgrade may take to become an open socket. */
export const OPEN_TIMEOUT = 5_000;

/** Looks in that time: a process that stood still has been told of nothing meanwhile, and looks once. */
export const OPEN_LOOKS = 4;

/** Milliseconds that a client may take to answer a close frame. */
export const CLOSE_TIMEOUT = 10_000;

/** Milliseconds in all for the answer of a client that goes on sending: what comes before it is read, and ignored. */
export const SENDING_TIME = 30_000;

/** Bytes that are read for nobody on such a connection. */
export const MAX_IGNORED = 256 * 1024 * 1024;

/** Milliseconds in which a message may have nothing but empty frames: then it is closed with 1008. */
export const EMPTY_FRAMES_TIME = 10_000;

/** The same as the time for the answer to a close frame, when the server is ending. */
export const GOODBYE_TIMEOUT = 1_000;

/** Milliseconds that a reverse lookup may hold up a handshake. */
export const LOOKUP_TIMEOUT = 2_000;

/** Milliseconds that a shutdown may take: the escalation that ends processes (850 ms), and some more. */
export const SHUTDOWN_TIME = 3_000;

/** Milliseconds in which somebody who has connected before a server retires says what he wants, TLS included. */
export const RETIRE_TIME = 1_000;

/** Milliseconds that what is still to be written may hold up the end of the program. */
export const FLUSH_TIME = 1_000;

/**
 * Seconds after which a client that was refused may try again (`Retry-After`), where nobody knows when there will be
 * room: long enough that trying costs little, and short enough that a place is not free for long.
 */
export const RETRY_AFTER = 5;

/** Addresses whose rates are remembered: those that came last, and at most twice as many. */
export const MAX_ADDRESSES = 65_536;
