import { backoff } from "../backoff.js";
import { bytesOf } from "../binary_string.js";
import { byId } from "../dom.js";
import { setUpClip } from "./clip.js";
import { setUpKeys } from "./keys.js";
import { leaveAnswers } from "./leave_answers.js";
import { Link } from "./link.js";
import { chosenSize, setUpLook } from "./look.js";
import { Memory } from "./memory.js";
import { ownStyles } from "./own_styles.js";
import { setUpSearch } from "./search.js";
import { State } from "./state.js";

ownStyles();
const { Terminal, FitAddon, SearchAddon, SerializeAddon, WebLinksAddon } = globalThis;
const openLink = (_, url) => void globalThis.open(url, "_blank", "noopener,noreferrer");

const terminal = new Terminal({
  allowProposedApi: true,
  fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--mono"),
  fontSize: chosenSize(),
  scrollback: 10_000,
  minimumContrastRatio: 4.5,
  linkHandler: { activate: openLink },
});
const fit = new FitAddon.FitAddon();
const serializer = new SerializeAddon.SerializeAddon();
const finder = new SearchAddon.SearchAddon();
terminal.loadAddon(fit);
terminal.loadAddon(finder);
terminal.loadAddon(serializer);
terminal.loadAddon(new WebLinksAddon.WebLinksAddon(openLink));

/** What the server has said of it: whether one may type, and whether others are there, so that it has one size for all. */
let facts = { write: true, shared: false };
let attempts = 0;
/** Whether it comes back to a terminal that others may have gone on with: half a line would be worse than none. */
let isComingBack = false;

const state = new State({
  again() {
    start();
    terminal.focus();
  },
});
const memory = new Memory(terminal, serializer);
const encoder = new TextEncoder();
const link = new Link({
  told({ write, shared = false, columns, rows }) {
    if (write !== undefined) {
      // What is on the screen, or about to be, was another program's.
      terminal.write("\x1bc");
      link.anew();
      begun({ write, shared });
    }
    // All see the same, as large as the smallest can.
    if (columns !== undefined) terminal.resize(columns, rows);
    fitNow();
  },
  output: (bytes, shown) => memory.draw(bytes, shown),
  away: () => state.away(),
  back() {
    begun(facts);
    fitNow();
  },
  lost: ({ count }) => count && state.notify("Some of the output is lost"),
  full: () => state.notify("The server takes nothing more at the moment"),
  closed(code, reason) {
    state.closed(code, reason);
    // Others may be there still.
    isComingBack = facts.shared && [1001, 1006, 1012, 1013].includes(code);
    if (isComingBack) {
      state.away();
      setTimeout(start, backoff(++attempts));
    }
  },
});
const type = (text) => typeBytes(encoder.encode(text));

setUpLook(terminal, { smaller: byId("smaller"), larger: byId("larger"), changed: fitNow });
terminal.open(byId("screen"));
const withControl = setUpKeys(terminal, byId("keys"), type);
const clip = setUpClip(terminal, {
  copy: byId("copy"),
  paste: byId("paste"),
  notify: (text) => state.notify(text),
});
const search = setUpSearch(terminal, finder, {
  form: byId("search"),
  text: byId("search-text"),
  found: byId("search-found"),
  before: byId("search-before"),
  close: byId("search-close"),
  opener: byId("find"),
});

terminal.onData((text) => type(withControl(text)));
// Reports of the mouse, which are bytes.
terminal.onBinary((text) => typeBytes(bytesOf(text)));
terminal.onTitleChange((title) => state.named(title));
terminal.attachCustomKeyEventHandler(own);
leaveAnswers(terminal, () => facts.shared);

byId("reader").addEventListener("click", ({ target }) => {
  const reads = !terminal.options.screenReaderMode;
  terminal.options.screenReaderMode = reads;
  target.setAttribute("aria-pressed", String(reads));
  terminal.focus();
});

fitNow();
const before = memory.recall((bytes) => link.shown(bytes.length));
if (before) facts = before.facts;
start(before?.place);
terminal.focus();
new ResizeObserver(fitNow).observe(byId("screen"));
addEventListener("pagehide", () => {
  if (link.isOpen) memory.keep({ facts, place: link.place });
});

/** Whether a key is the program's; the others are the page's, with Ctrl and Shift, but for a copy. */
function own(event) {
  if (event.type !== "keydown" || !event.ctrlKey || event.altKey || event.metaKey) return true;
  const deed = event.shiftKey
    ? { KeyC: clip.copy, KeyF: search, ArrowUp: leave }[event.code]
    : event.code === "KeyC" && terminal.hasSelection()
    ? copyOnce
    : undefined;
  // The browser pastes by itself.
  if (event.shiftKey && event.code === "KeyV") return false;
  if (!deed) return true;
  event.preventDefault();
  deed();
  return false;
}

/** Ctrl-C is a signal again, once what was selected is copied. */
async function copyOnce() {
  await clip.copy();
  terminal.clearSelection();
}

function leave() {
  byId("copy").focus();
}

/** Takes the size of the window, and says it. */
function fitNow() {
  const size = fit.proposeDimensions();
  if (!size) return;
  const { cols: columns, rows } = size;
  if (!facts.shared) terminal.resize(columns, rows);
  link.resize({ columns, rows });
}

function typeBytes(bytes) {
  if (isComingBack) state.notify("The connection is lost: nothing is typed until it is back");
  else link.type(bytes);
}

function begun(said) {
  facts = said;
  attempts = 0;
  isComingBack = false;
  terminal.options.disableStdin = !facts.write;
  state.opened(facts);
  link.ready();
}

/** @param {{ url: string, shown: number }} [place] Of a page before, whose program may still be there. */
function start(place) {
  state.connecting();
  link.open({ columns: terminal.cols, rows: terminal.rows }, place);
}
