/** What lies where in the data bucket. Functions are granted these, never the whole of it. */
export const PREFIXES = {
  /** One object for each accepted request. */
  batches: 'batches/',
  /** Bytes of rollup blocks. */
  segments: 'segments/',
  /** Parquet, by kind and day. */
  archive: 'archive/',
  /** Results of Athena's queries. */
  athena: 'athena/',
  /** The ledger and other documents. */
  documents: 'documents/',
  /** Records of the fleet's metric stream that could not be read. */
  undelivered: 'undelivered/',
} as const;
