import * as z from 'zod';
import { needRole } from '../../core/access/roles.ts';
import { needAllTeams } from '../../core/access/teams.ts';
import { BILL_FORMATS, type BillFormat } from '../../core/cost/bill/line.ts';
import { BILL_MODES, type BillMode } from '../../core/cost/bill/replace.ts';
import type { BillReport } from '../../core/cost/bill/report.ts';
import { AppError } from '../../core/errors.ts';
import type { Principal } from '../../core/ports.ts';
import { declaredBytes, readBody } from './body.ts';
import { type Failure, failureOf } from './failure.ts';
import type { Routes } from './shell.ts';

/** What imports of bills are made of. */
export interface BillDependencies {
  /** Adds a piece of an upload's file; see `billUploads`. */
  addPiece: (piece: { upload: string; file: number; offset: number; bytes: Uint8Array }) => void;
  /** Imports an upload's files, whose names are given in order, and forgets them, also when it fails. */
  importUpload: (
    upload: { upload: string; names: readonly string[]; format: BillFormat; mode: BillMode },
    onProgress: (progress: { rows: number; done: number }) => void,
  ) => Promise<BillReport>;
}

/** A line of the answer to an import. The last is `done` or `failed`. */
export type BillNews =
  | { kind: 'progress'; rows: number; done: number }
  | { kind: 'done'; report: BillReport }
  | { kind: 'failed'; problem: Failure['problem'] };

const Upload = z.string().regex(/^[0-9a-f]{16,64}$/, 'expected 16 to 64 hexadecimal digits');
const whole = (most: number) =>
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .pipe(z.number().max(most));
const Piece = z.strictObject({ upload: Upload, file: whole(9_999), offset: whole(2 ** 40) });
const Import = z.strictObject({
  upload: Upload,
  format: z.enum(BILL_FORMATS),
  mode: z.enum(BILL_MODES).default('whole'),
  names: z.array(z.string().min(1).max(1024)).max(10_000),
});

/**
 * Bills are larger than a request may be, and of several files: `PUT /v1/bills/{upload}/{file}?offset=` brings a piece of a
 * file, `POST /v1/bills/{upload}?format=&mode=&name=&name=` imports all that was brought and answers as it goes, in NDJSON.
 */
export const billRoutes =
  ({ addPiece, importUpload }: BillDependencies): Routes =>
  (app, { principalOf, inFlight }) => {
    app.put('/v1/bills/:upload/:file', async (c) => {
      const request = c.req.raw;
      mayImport(await principalOf(request));
      const { searchParams } = new URL(request.url);
      const piece = parsed(Piece, { ...c.req.param(), offset: '0', ...Object.fromEntries(searchParams) });
      inFlight.enter(request, declaredBytes(request));
      try {
        addPiece({ ...piece, bytes: await readBody(request, inFlight) });
      } finally {
        inFlight.leave(request);
      }
      return c.body(null, 204);
    });

    app.post('/v1/bills/:upload', async (c) => {
      mayImport(await principalOf(c.req.raw));
      const { searchParams } = new URL(c.req.raw.url);
      const names = searchParams.getAll('name');
      searchParams.delete('name');
      const job = parsed(Import, { upload: c.req.param('upload'), ...Object.fromEntries(searchParams), names });
      return new Response(
        newsOf((tell) => importUpload(job, tell)),
        { headers: { 'Content-Type': 'application/x-ndjson' } },
      );
    });
  };

const mayImport = (principal: Principal): void => {
  needRole(principal, 'writer', 'import bills');
  needAllTeams(principal, 'import bills');
};

const parsed = <T>(schema: z.ZodType<T>, input: unknown): T => {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
  const said = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new AppError('invalidInput', said, { problems });
};

/** What a piece of work tells while it goes on. It goes on when nobody listens any more. */
const newsOf = (work: (tell: (progress: { rows: number; done: number }) => void) => Promise<BillReport>) => {
  let isOpen = true;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      const say = (news: BillNews) => {
        if (isOpen) controller.enqueue(Buffer.from(`${JSON.stringify(news)}\n`));
      };
      const end = (news: BillNews) => {
        say(news);
        if (isOpen) controller.close();
        isOpen = false;
      };
      work((progress) => say({ kind: 'progress', ...progress })).then(
        (report) => end({ kind: 'done', report }),
        (error) => end({ kind: 'failed', problem: failureOf(error, () => {}).problem }),
      );
    },
    cancel() {
      isOpen = false;
    },
  });
};
