/** A worker that has ended before it served, and has said why. */
export class WorkerFailure extends Error {
  /** The class, as it is printed. */
  override readonly name = "WorkerFailure";
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`A worker has ended with ${exitCode} before it served`);
    this.exitCode = exitCode;
  }
}
