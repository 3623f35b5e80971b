/** Programs that do what they should, and such that do what they should not. */
export const PROGRAMS: Readonly<Record<string, string>> = {
  // Those of the quiet clients.
  "good/cat": "exec cat",
  "good/ticks": "n=0; while :; do echo $n; n=$((n + 1)); sleep 0.1; done",
  "good/tagged":
    `while IFS= read -r line; do case $line in *"\t"*) printf '%s\\n' "$line" ;; esac; done`,
  "good/events":
    `exec sed -un 's/^{"type":"message","id":"\\([^"]*\\)",/{"type":"send","to":"\\1",/p'`,
  "cgi/cat": "printf 'Content-Type: text/plain\\n\\n'; exec cat",
  // Those of the others.
  "bad/flood": "exec yes flood",
  "bad/flood_empty": "exec yes ''",
  "bad/flood_errors": "exec yes mistake >&2",
  "bad/ignores": "trap '' INT TERM HUP; while :; do sleep 1; done",
  "bad/forks": "sleep 1000 & (sleep 1000 & sleep 1000) & echo forked; wait",
  "bad/leaves": "exec 3>&1 >/dev/null; sleep 1000 3>&- & setsid sleep 1000 3>&- & echo left >&3",
  "bad/fails": "exit 3",
  "bad/closes": "exec <&-; sleep 0.1; echo bye",
  "bad/silent": "exec >&- 2>&-; exec sleep 1000",
  "bad/deaf": "exec sleep 1000",
  "bad/kills": "echo dying; kill -9 $$",
  "bad/says_once": "echo once",
  "cgi/flood": "printf 'Content-Type: text/plain\\n\\n'; exec yes flood",
  "cgi/hangs": "exec sleep 1000",
  "cgi/nonsense": "echo nonsense",
};

/** A module that sends back what it gets, and throws where it is asked to. */
export const MODULE = `export default {
  open: (connection) => ({
    message(data) {
      if (data === "throw") throw new Error("It was asked to");
      connection.send(data);
    },
  }),
};
`;
