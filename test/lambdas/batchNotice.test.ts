import { describe, expect, it } from 'vitest';
import { BatchNotice, batchNotice } from '../../adapters/aws/batchNotice.ts';

/** A record as on AWS's page "Event message structure" of S3. */
const documented = (key: string) => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'us-west-2',
  eventTime: '1970-01-01T00:00:00.000Z',
  eventName: 'ObjectCreated:Put',
  userIdentity: { principalId: 'AIDAJDPLRKLG7UEXAMPLE' },
  requestParameters: { sourceIPAddress: '172.16.0.1' },
  responseElements: {
    'x-amz-request-id': 'C3D13FE58DE4C810',
    'x-amz-id-2': 'FMyUVURIY8/IgAtTv8xRjskZQpcIZ9KG4V5Wp6S7S',
  },
  s3: {
    s3SchemaVersion: '1.0',
    configurationId: 'testConfigRule',
    bucket: {
      name: 'amzn-s3-demo-bucket',
      ownerIdentity: { principalId: 'A3NL1KOZZKExample' },
      arn: 'arn:aws:s3:::amzn-s3-demo-bucket',
    },
    object: {
      key,
      size: 1024,
      eTag: 'd41d8cd98f00b204e9800998ecf8427e',
      versionId: '096fKKXTRTtl3on89fVO.nfljtsv6qko',
      sequencer: '0055AED6DCD90281E5',
    },
  },
});
const idsIn = (...keys: string[]) => BatchNotice.parse({ Records: keys.map(documented) });

describe('a message of the batch queue', () => {
  it('names the batches that S3 got', () => {
    expect(idsIn('batches/0a1b', 'batches/ffff')).toEqual(['0a1b', 'ffff']);
  });

  it('names them as S3 does, encoded as in a form', () => {
    expect(idsIn('batches/a%252Fb+c')).toEqual(['a/b c']);
  });

  it('is nothing to do when S3 only tries whether it arrives', () => {
    const test = {
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: '2014-10-13T15:57:02.089Z',
      Bucket: 'amzn-s3-demo-bucket',
      RequestId: '5582815E1AEA5ADF',
      HostId: '8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR+YstdA6Knx4Ip8EXAMPLE',
    };

    expect(BatchNotice.parse(test)).toEqual([]);
  });

  it('is wrong when it is about anything else', () => {
    for (const wrong of [{}, { Records: [{}] }, { Event: 's3:Other' }, null, 'text'])
      expect(BatchNotice.safeParse(wrong).success).toBe(false);
    expect(BatchNotice.safeParse({ Records: [documented('segments/x')] }).error!.message).toContain('no batch');
  });

  it('of our own is read as one of S3', () => {
    for (const id of ['0a1b', 'a/b c%+ü']) expect(BatchNotice.parse(JSON.parse(batchNotice(id)))).toEqual([id]);
  });
});
