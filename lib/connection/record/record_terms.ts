/** The terms on which a route has its connections recorded. */
export interface RecordTerms {
  /** The folder that recordings are kept in. */
  readonly folder: string;
  /** Bytes of one recording; 0 means no limit. */
  readonly size: number;
  /** Recordings in the folder, beyond that the oldest are deleted; 0 means no limit. */
  readonly keep: number;
}
