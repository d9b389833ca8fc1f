import type { Problem } from '../../errors.ts';
import { emptyContent, type LogRecord } from '../batch.ts';
import { withoutContent } from '../content.ts';
import { attemptAll, checkedTime, type Decoded, type DoorOptions } from '../decoded.ts';
import { teamSaid, withTeam } from '../door/teams.ts';
import { eventAttributes, isMessageEvent, structureOnly } from '../genai/messageEvents.ts';
import { type Attributes, anyValueOf, attributesOf } from './attributes.ts';
import { type OtlpEncoding, parseBody } from './body.ts';
import { repetitionBudget } from './budget.ts';
import { each, enumeration, id, type Message, message, text, under } from './read.ts';
import { nanoTime } from './time.ts';
import { optional, serviceOf } from './traces.ts';

/** Severities by number: four steps each from 1 (TRACE) to 24 (FATAL4). */
const LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'];
const SEVERITIES = ['UNSPECIFIED', ...LEVELS.flatMap((level) => [level, `${level}2`, `${level}3`, `${level}4`])];

/**
 * Decodes an OTLP ExportLogsServiceRequest into log records. A record's time is when it happened, else when it was
 * observed, else now. Of the events that carry messages of GenAI calls (`gen_ai.…`) only the structure is kept.
 *
 * @throws AppError `invalidInput` when the body cannot be read at all, `tooLarge` when it holds too much; nothing else
 */
export const decodeOtlpLogs = (body: Uint8Array, encoding: OtlpEncoding, options: DoorOptions): Decoded => {
  const root = parseBody(body, encoding, 'Logs');
  const rejected: Problem[] = [];
  const logs: LogRecord[] = [];
  const spend = repetitionBudget();
  attemptAll(() =>
    each(root, 'resourceLogs', rejected, (group, at) => {
      const resource = message(group, 'resource');
      const attributes = resource === undefined ? {} : under('resource', () => attributesOf(resource, options));
      const chars = JSON.stringify(attributes).length;
      const readOne = (record: Message) => {
        spend(chars);
        logs.push(logOf(record, attributes, options));
      };
      const readScope = (scope: Message, path: string) => each(scope, 'logRecords', rejected, readOne, path);
      each(group, 'scopeLogs', rejected, readScope, at);
    }),
  );
  return { content: { ...emptyContent(), logs }, accepted: logs.length, rejected, noted: [] };
};

const logOf = (record: Message, resource: Attributes, options: DoorOptions): LogRecord => {
  const time = nanoTime(record, 'timeUnixNano') ?? nanoTime(record, 'observedTimeUnixNano');
  const own = attributesOf(record, options);
  const all = withTeam(own, { said: teamSaid(own, resource), path: 'attributes', options });
  const eventName = text(record, 'eventName') || String(all['event.name'] ?? '');
  const body = anyValueOf(record, 'body');
  return {
    timestamp: checkedTime(time?.ms ?? options.nowMs, 'timeUnixNano', options),
    severity: severityOf(record),
    body: options.keepContent ? body : isMessageEvent(eventName) ? structureOnly(body) : withoutContent(body),
    ...optional('traceId', id(record, 'traceId')),
    ...optional('spanId', id(record, 'spanId')),
    ...optional('service', serviceOf(resource)),
    resource,
    attributes: {
      ...(options.keepContent ? all : eventAttributes(eventName, all)),
      ...(eventName === '' ? {} : { 'event.name': eventName }),
    },
  };
};

/** The sender's word for it, else that of the number; `UNSPECIFIED` without either. */
const severityOf = (record: Message): string =>
  text(record, 'severityText').slice(0, 64) ||
  (SEVERITIES[enumeration(record, 'severityNumber', SEVERITIES)] ?? 'UNSPECIFIED');
