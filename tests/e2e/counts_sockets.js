// A module that starts a program as it is loaded, and says how many sockets that has inherited.
const args = ["-c", "readlink /proc/$$/fd/* | grep -c socket:"];
const { stdout } = await new Deno.Command("sh", { args, stdin: "null" }).output();
const count = new TextDecoder().decode(stdout).trim();
export default { open: (connection) => void connection.send(count) };
