const find = (id) => document.getElementById(id);

// Beside this page, whatever its host and port are: http becomes ws, https becomes wss.
const url = new URL("chat", location.href);
url.protocol = url.protocol.replace("http", "ws");

let socket;
let delay = 500;

function connect() {
  socket = new WebSocket(url);
  socket.onopen = () => {
    delay = 500;
    show("connected");
  };
  socket.onmessage = ({ data }) => append(data);
  socket.onclose = () => {
    show("connecting again");
    setTimeout(connect, delay);
    delay = Math.min(2 * delay, 30_000);
  };
}

function append(text) {
  const line = document.createElement("p");
  // As text, never as HTML: anybody may have written it.
  line.textContent = text;
  find("log").append(line);
  line.scrollIntoView();
}

function show(status) {
  find("status").textContent = status;
  find("send").disabled = socket.readyState !== WebSocket.OPEN;
}

find("form").onsubmit = (event) => {
  event.preventDefault();
  if (!find("text").value) return;
  socket.send(find("text").value);
  find("text").value = "";
};

connect();
