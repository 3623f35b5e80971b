import { byId } from "../dom.js";

/**
 * Asks a person whether to end a connection.
 *
 * @param {(id: string) => Promise<void>} end Ends it; rejects where that cannot be done.
 * @returns {(connection: object) => void} Asks about one.
 */
export function setUpEndDialog(end) {
  const dialog = byId("end-dialog");
  const error = byId("end-error");
  const now = byId("end-now");
  let asked = undefined;

  byId("end-cancel").addEventListener("click", () => dialog.close());
  byId("end-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const { id } = asked;
    now.disabled = true;
    try {
      await end(id);
      if (asked.id === id) dialog.close();
    } catch (failure) {
      if (asked.id === id) error.textContent = failure.message;
    } finally {
      if (asked.id === id) now.disabled = false;
    }
  });
  return (connection) => {
    asked = connection;
    const { remote, user, path } = connection;
    byId("end-who").textContent = `${user === null ? remote : `${user} (${remote})`} at ${path}`;
    error.textContent = "";
    now.disabled = false;
    dialog.showModal();
    byId("end-cancel").focus();
  };
}
