import { copyText } from "./clipboard.js";
import { byId } from "./dom.js";
import { download, fileName } from "./download.js";
import { toJsonLine, toPlainLine } from "./export.js";
import { makeFilter } from "./filter.js";
import { formatCount } from "./format.js";

/**
 * Makes the controls above the list work: filter, pause, clear, copy and save.
 *
 * @param {object} parts
 * @param {import("./journal.js").Journal} parts.journal
 * @param {import("./listing.js").Listing} parts.listing
 * @param {() => void} parts.refresh Called when the list has changed.
 */
export function setUpToolbar({ journal, listing, refresh }) {
  const kinds = ["received", "sent", "events"];

  function filter() {
    const chosen = kinds.map((kind) => [kind, byId(`filter-${kind}`).checked]);
    listing.setFilter(makeFilter({ text: byId("filter").value, ...Object.fromEntries(chosen) }));
    refresh();
  }
  byId("filter").addEventListener("input", filter);
  for (const kind of kinds) byId(`filter-${kind}`).addEventListener("change", filter);

  byId("pause").addEventListener("click", () => {
    if (listing.paused) listing.resume();
    else listing.pause();
    byId("pause").setAttribute("aria-pressed", String(listing.paused));
    refresh();
  });
  byId("clear").addEventListener("click", () => {
    journal.clear();
    listing.cleared();
    notify("");
    refresh();
  });
  byId("copy").addEventListener("click", async () => {
    const items = listing.items;
    const done = await copyText(items.map(toPlainLine).join(""));
    notify(done ? `Copied ${entries(items.length)}` : "The browser does not let the page copy");
  });
  byId("save").addEventListener("click", () => {
    const name = fileName("jsonl");
    download(name, listing.items.map(toJsonLine), "application/jsonl");
    notify(`Saved ${entries(listing.items.length)} as ${name}`);
  });

  /** Tells a person what was done. */
  function notify(text) {
    byId("notice").textContent = text;
  }

  /** Says aloud what happened to the connection; messages would be too many. */
  function announce({ kind, data, facts }) {
    const code = facts?.code === undefined ? "" : ` with code ${facts.code}`;
    byId("announcer").textContent = `${kind}${code}: ${data}`;
  }

  /** Shows how much is listed, and what is not. */
  function showFollowing(following, listed) {
    const { entries: kept, dropped, shortened } = journal;
    const parts = [
      listed === kept.length
        ? entries(listed)
        : `${formatCount(listed)} of ${entries(kept.length)}`,
    ];
    if (dropped > 0) parts.push(`${formatCount(dropped)} older ones dropped`);
    if (shortened > 0) parts.push(`${formatCount(shortened)} large ones shortened`);
    byId("listed").textContent = parts.join(" · ");
    byId("paused").hidden = !listing.paused;
    byId("paused").textContent = `Paused · ${formatCount(listing.missed)} new`;
    byId("pause").textContent = listing.paused ? "Resume" : "Pause";
    byId("latest").hidden = following;
    byId("empty").hidden = listed > 0;
    byId("empty").textContent = kept.length > 0
      ? "Nothing passes the filter."
      : "Nothing has happened yet. Connect, and every event is listed here.";
  }
  return { notify, announce, showFollowing };
}

function entries(count) {
  return `${formatCount(count)} ${count === 1 ? "entry" : "entries"}`;
}
