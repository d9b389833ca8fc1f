import { parse } from 'protobufjs';
import { compress } from 'snappyjs';
import { REMOTE_WRITE_SCHEMA } from '../../../core/telemetry/remoteWrite/schema.ts';

const WriteRequest = parse(REMOTE_WRITE_SCHEMA).root.lookupType('WriteRequest');

/** The protobuf bytes of a request given in JSON's form. */
export const message = (request: object): Uint8Array => WriteRequest.encode(WriteRequest.fromObject(request)).finish();

/** The same, compressed as Prometheus sends it. */
export const body = (request: object): Uint8Array => compress(Uint8Array.from(message(request)));

/** A series: labels by name, and whatever else it has. */
export const series = (labels: Record<string, string>, rest: object): object => ({
  labels: Object.entries(labels).map(([name, value]) => ({ name, value })),
  ...rest,
});
