import { Duration } from 'aws-cdk-lib';
import { type LifecycleRule, StorageClass, type Transition } from 'aws-cdk-lib/aws-s3';
import { PREFIXES } from '../prefixes.ts';

/**
 * Longer than applied batches are remembered (49 days): a batch's object holds its key. Were it gone first, a new request under
 * an old key would be accepted, then left out as one that is in the rollups already.
 */
const BATCH_DAYS = 51;
/** What the metric stream could not deliver. */
const UNDELIVERED_DAYS = 21;
const QUERY_RESULT_DAYS = 7;
/** The archive drops its own days; the bucket only what that left behind. */
const ARCHIVE_MARGIN_DAYS = 7;
/** Deleted and overwritten objects come back for so long: as far back as a table can be restored together with its blocks. */
const UNDELETE_DAYS = 7;

/** Smaller objects are billed as 128 KB in these classes, and each costs a request to move. */
const MIN_TIERED_BYTES = 128 * 1024;
/** Cheaper classes, after how many days, and for how long they bill at least. */
const TIERS = [
  { storageClass: StorageClass.INFREQUENT_ACCESS, afterDays: 30, minimumDays: 30 },
  { storageClass: StorageClass.GLACIER_INSTANT_RETRIEVAL, afterDays: 90, minimumDays: 90 },
];

/** What leaves the data bucket when, given for how many days (>= 1) the archive is kept. */
export const lifecycleRules = (archiveDays: number): LifecycleRule[] => [
  { id: 'half-uploads', abortIncompleteMultipartUploadAfter: Duration.days(1), expiredObjectDeleteMarker: true },
  gone('batches', PREFIXES.batches, BATCH_DAYS),
  gone('query-results', PREFIXES.athena, QUERY_RESULT_DAYS),
  gone('undelivered', PREFIXES.undelivered, UNDELIVERED_DAYS),
  gone('archive', PREFIXES.archive, archiveDays + ARCHIVE_MARGIN_DAYS),
  {
    id: 'replaced-blocks',
    prefix: PREFIXES.segments,
    noncurrentVersionExpiration: Duration.days(UNDELETE_DAYS),
  },
  ...tiers(archiveDays),
];

const gone = (id: string, prefix: string, days: number): LifecycleRule => ({
  id,
  prefix,
  expiration: Duration.days(days),
  noncurrentVersionExpiration: Duration.days(UNDELETE_DAYS),
});

/** Only the classes that an object stays in long enough to pay for less than it would have. */
const tiers = (archiveDays: number): LifecycleRule[] => {
  const transitions: Transition[] = TIERS.filter(
    ({ afterDays, minimumDays }) => archiveDays >= afterDays + minimumDays,
  ).map(({ storageClass, afterDays }) => ({ storageClass, transitionAfter: Duration.days(afterDays) }));
  if (transitions.length === 0) return [];
  return [{ id: 'archive-tiers', prefix: PREFIXES.archive, objectSizeGreaterThan: MIN_TIERED_BYTES - 1, transitions }];
};
