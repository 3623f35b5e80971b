import { byId, setText } from "../dom.js";
import { ConnectionTable } from "./connection_table.js";
import { setUpEndDialog } from "./end_dialog.js";
import { makeGraphs, showGraphs } from "./graphs.js";
import { Paging } from "./paging.js";
import { Samples } from "./samples.js";
import { askServer, endConnection } from "./server.js";

/** Milliseconds between two looks. */
const INTERVAL = 2_000;

const samples = new Samples();
const table = new ConnectionTable(setUpEndDialog(async (id) => {
  await endConnection(id);
  await look();
}));
const paging = new Paging(look);
const pause = byId("pause");
let timer = undefined;
let goneSince = undefined;

pause.addEventListener("click", () => {
  pause.ariaPressed = String(!isPaused());
  restart();
});
// Nobody sees it, and the server has better things to do.
document.addEventListener("visibilitychange", restart);
makeGraphs();
restart();

function isPaused() {
  return pause.ariaPressed === "true";
}

function restart() {
  clearTimeout(timer);
  timer = undefined;
  if (isPaused()) return showState("paused", "Paused");
  if (!document.hidden) next();
}

async function next() {
  const mine = timer = setTimeout(() => {}, INTERVAL);
  await look();
  // It was paused, or begun anew, meanwhile.
  if (timer === mine) timer = setTimeout(next, INTERVAL);
}

async function look() {
  try {
    const { query } = paging;
    const { figures, list } = await askServer(query);
    goneSince = undefined;
    samples.add(figures, performance.now());
    showGraphs(samples);
    // What was asked for meanwhile comes by itself.
    if (query === paging.query) {
      paging.came(list);
      table.show(list);
    }
    byId("version").textContent = figures.version;
    if (isPaused()) return;
    if (figures.ready) showState("live", "Live");
    else showState("draining", "Not ready: it is shutting down, or a program is not up");
  } catch (error) {
    goneSince ??= new Date().toLocaleTimeString();
    const why = error.status ? error.message : "The server does not answer";
    showState("gone", `${why}, since ${goneSince}. What is shown is from before`);
  }
}

function showState(state, text) {
  document.body.dataset.state = state;
  setText(byId("state"), text);
}
