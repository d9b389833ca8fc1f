import type { SpanRecord } from '../batch.ts';

/** How a call ended, in the words of inference events, and the kind of error if one is named. */
export interface CallStatus {
  status: 'ok' | 'error' | 'timeout' | 'throttled';
  errorType: string | undefined;
}

const THROTTLED = /throttl|rate.?limit|too.?many.?(requests|tokens)|quota.?exceeded|resource.?exhausted|\b429\b/i;
const TIMED_OUT = /time.?out|timed.?out|deadline.?exceeded|\b(408|504)\b/i;

const STATUS_OF_HTTP: Readonly<Record<number, CallStatus['status']>> = {
  429: 'throttled',
  408: 'timeout',
  504: 'timeout',
};

/** How a call failed, by what its error is named or says. */
export const statusOfWords = (words: string): Exclude<CallStatus['status'], 'ok'> =>
  THROTTLED.test(words) ? 'throttled' : TIMED_OUT.test(words) ? 'timeout' : 'error';

/**
 * Status of a model call from its span: OK when the span says OK; otherwise by HTTP status, `error.type`, a recorded
 * exception's type and, of a failed span, the status message.
 */
export const callStatus = (span: SpanRecord): CallStatus => {
  if (span.status === 'ok') return { status: 'ok', errorType: undefined };
  const { attributes } = span;
  const http = Number(attributes['http.response.status_code'] ?? attributes['http.status_code']);
  const exception = span.events?.find(({ name }) => name === 'exception')?.attributes['exception.type'];
  const isError = span.status === 'error';
  const named = attributes['error.type'] ?? (isError ? exception : undefined);
  const errorType = named === undefined || named === null || named === '' ? undefined : String(named);
  if (!isError && errorType === undefined && !(http >= 400)) return { status: 'ok', errorType: undefined };
  const words = `${errorType ?? ''} ${isError ? (span.statusMessage ?? '') : ''}`;
  return {
    status: STATUS_OF_HTTP[http] ?? statusOfWords(words),
    errorType: errorType ?? (http >= 400 ? String(http) : undefined),
  };
};
