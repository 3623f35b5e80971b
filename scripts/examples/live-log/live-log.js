const SHOWN = 2_000; // lines

const find = (id) => document.getElementById(id);
const [log, status, filter, follow] = ["log", "status", "filter", "follow"].map(find);

// It comes back by itself, and goes on behind the last line that it has.
const source = new EventSource("log");
source.onopen = () => status.value = "connected";
source.onerror = () => status.value = "connecting again";
source.onmessage = ({ data }) => add(data, /\bERROR\b/.test(data) ? "error" : "");
source.addEventListener("lost", ({ data }) => {
  const { count } = JSON.parse(data);
  // Without a number it is another log, which is sent from its beginning.
  if (count === undefined) log.replaceChildren();
  else add(`${count} lines are missing here`, "note");
});
source.addEventListener("close", ({ data }) => {
  const { code, reason } = JSON.parse(data);
  add(`closed with ${code} ${reason}`.trimEnd(), "note");
});

function add(text, kind) {
  const line = document.createElement("p");
  line.textContent = text;
  line.className = kind;
  line.hidden = !matches(line);
  log.append(line);
  while (log.childElementCount > SHOWN) log.firstChild.remove();
  scroll();
}

function matches({ textContent }) {
  return textContent.toLowerCase().includes(filter.value.toLowerCase());
}

function scroll() {
  if (follow.ariaPressed === "true") log.scrollTop = log.scrollHeight;
}

filter.oninput = () => {
  for (const line of log.children) line.hidden = !matches(line);
  scroll();
};
follow.onclick = () => {
  follow.ariaPressed = String(follow.ariaPressed !== "true");
  scroll();
};
