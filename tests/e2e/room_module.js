/** A room that says to whoever comes in which process serves him. */
export default {
  open(connection) {
    connection.join("room");
    connection.send(`process ${Deno.pid}`);
    return { message: (data) => connection.publish("room", data) };
  },
};
