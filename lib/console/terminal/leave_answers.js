// What a program asks its terminal: who it is, where the cursor is, and which modes it has.
const QUESTIONS = [
  { final: "c" },
  { prefix: ">", final: "c" },
  { prefix: "=", final: "c" },
  { final: "n" },
  { prefix: "?", final: "n" },
  { intermediates: "$", final: "p" },
  { prefix: "?", intermediates: "$", final: "p" },
];

/**
 * Leaves it to the server to answer what a program asks, where it asks several terminals at once.
 *
 * @param {any} terminal
 * @param {() => boolean} isLeft Whether that is so now.
 */
export function leaveAnswers(terminal, isLeft) {
  for (const question of QUESTIONS) terminal.parser.registerCsiHandler(question, isLeft);
  terminal.parser.registerDcsHandler({ intermediates: "$", final: "q" }, isLeft);
}
