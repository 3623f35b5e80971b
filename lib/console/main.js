import { setUpCloseDialog } from "./close_dialog.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Detail } from "./detail.js";
import { byId } from "./dom.js";
import { EventList } from "./event_list.js";
import { Journal } from "./journal.js";
import { Listing } from "./listing.js";
import { RateGraph } from "./rate_graph.js";
import { Reconnect } from "./reconnect.js";
import { Status } from "./status.js";
import { setUpTarget } from "./target_form.js";
import { setUpToolbar } from "./toolbar.js";
import { canAsk, whyRefused } from "./why_refused.js";

const journal = new Journal();
const listing = new Listing(journal);
const graph = new RateGraph();
const target = setUpTarget();
const toolbar = setUpToolbar({ journal, listing, refresh });

const detail = new Detail({ closed: () => select(undefined), notify: toolbar.notify });
const list = new EventList(byId("list"), {
  selected: (entry) => detail.show(entry),
  drawn: () => toolbar.showFollowing(list.following, listing.items.length),
});

const connection = new Connection({ log, opened, lost, refused, changed });
const reconnect = new Reconnect({ connect, changed });
const status = new Status({ connection, reconnect, journal });

new Composer((data) => connection.send(data));
setUpCloseDialog((code, reason) => disconnect(code, reason));
byId("connection").addEventListener("submit", (event) => {
  event.preventDefault();
  reconnect.cancel();
  connect();
});
byId("disconnect").addEventListener("click", () => disconnect(1000, ""));
byId("auto-reconnect").addEventListener("change", ({ target }) => {
  if (!target.checked) reconnect.cancel();
});
byId("latest").addEventListener("click", () => list.follow());

function connect() {
  const chosen = target.read();
  if (chosen) connection.connect(chosen.url, chosen.protocols);
}

function disconnect(code, reason) {
  reconnect.cancel();
  connection.close(code, reason);
}

function opened() {
  reconnect.opened();
}

function lost() {
  if (byId("auto-reconnect").checked) reconnect.start();
}

async function refused(url, since) {
  if (!canAsk(url)) return;
  const { text, facts } = await whyRefused(url, since);
  log("error", text, { facts, size: 0 });
}

function log(kind, data, more) {
  const entry = journal.add(kind, data, more);
  listing.added(entry);
  if (kind === "sent" || kind === "received") graph.add(kind);
  else toolbar.announce(entry);
  refresh();
}

function refresh() {
  list.show(listing.items);
  status.update();
}

function changed() {
  status.update();
}

function select(entry) {
  list.select(entry);
  detail.show(entry);
  byId("list").focus();
}
