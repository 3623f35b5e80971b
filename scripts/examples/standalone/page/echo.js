const find = (id) => document.getElementById(id);

// Beside this page, whatever its host and port are: http becomes ws, https becomes wss.
const url = new URL("echo", location.href);
url.protocol = url.protocol.replace("http", "ws");
const socket = new WebSocket(url);

socket.onopen = () => show("connected");
socket.onclose = ({ code, reason }) => show(`closed: ${code} ${reason}`);
socket.onmessage = ({ data }) => {
  const item = document.createElement("li");
  item.textContent = data;
  find("answers").append(item);
};

find("form").onsubmit = (event) => {
  event.preventDefault();
  socket.send(find("text").value);
  find("text").value = "";
};

function show(status) {
  find("status").textContent = status;
  find("send").disabled = socket.readyState !== WebSocket.OPEN;
}
