/**
 * Puts a text into the clipboard.
 *
 * @param {string} text
 * @returns {Promise<boolean>} Whether the browser did it.
 */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Only pages from https and from this machine have it, and only those that may.
    return copyFromField(text);
  }
}

function copyFromField(text) {
  const field = document.createElement("textarea");
  const focused = document.activeElement;
  field.className = "visually-hidden";
  field.value = text;
  // An open dialog makes everything outside of it inert.
  (document.querySelector("dialog[open]") ?? document.body).append(field);
  field.select();
  const done = document.execCommand("copy");
  field.remove();
  focused?.focus();
  return done;
}
