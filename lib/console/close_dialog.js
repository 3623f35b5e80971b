import { checkClose, closeCodeName, MAX_REASON_SIZE } from "./close_codes.js";
import { byId } from "./dom.js";

/**
 * Lets a person choose what to close with.
 *
 * @param {(code: number, reason: string) => void} close
 */
export function setUpCloseDialog(close) {
  const dialog = byId("close-dialog");
  const code = byId("close-code");
  const reason = byId("close-reason");

  function check() {
    const wrong = checkClose(Number(code.value), reason.value);
    byId("close-error").textContent = wrong;
    byId("close-code-name").textContent = closeCodeName(Number(code.value));
    const size = new TextEncoder().encode(reason.value).length;
    byId("close-reason-size").textContent = `${size} of ${MAX_REASON_SIZE} bytes`;
    byId("close-now").disabled = wrong !== "";
    return wrong === "";
  }
  byId("close-with").addEventListener("click", () => {
    check();
    dialog.showModal();
  });
  byId("close-cancel").addEventListener("click", () => dialog.close());
  for (const field of [code, reason]) field.addEventListener("input", check);
  byId("close-form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (!check()) return;
    dialog.close();
    close(Number(code.value), reason.value);
  });
}
