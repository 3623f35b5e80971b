/**
 * Counts the digits that the numbers from 1 to another have: the payload of what `seq` writes.
 *
 * @param last The last number.
 */
export function digitsUpTo(last: number): number {
  let digits = 0;
  for (let from = 1; from <= last; from *= 10) digits += last - from + 1;
  return digits;
}
