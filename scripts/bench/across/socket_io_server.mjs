// Rooms of Socket.IO, joined by Redis: node socket_io_server.mjs PORT [REDIS_URL]
import { createAdapter } from "@socket.io/redis-adapter";
import { createClient } from "redis";
import { Server } from "socket.io";

const [port, url] = process.argv.slice(2);
const options = { transports: ["websocket"], serveClient: false };
if (url) {
  const publisher = createClient({ url });
  const subscriber = publisher.duplicate();
  await Promise.all([publisher.connect(), subscriber.connect()]);
  options.adapter = createAdapter(publisher, subscriber);
}
const server = new Server(Number(port), options);
server.on("connection", (socket) => {
  socket.on("m", (words) => server.emit("m", words));
});
