import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, Failure } from './failure.ts';

/** Talks to a running Modelmeter. */
export interface Client {
  /** Answers the response, whatever its status, after waiting out 429, 503 and connections that broke. */
  request(
    path: string,
    init?: { method?: string; headers?: Record<string, string>; body?: string | Uint8Array<ArrayBuffer> },
  ): Promise<Response>;
  /** As `request`, but throws a Failure that says what the server answered unless that is a 2xx. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
}

const MAX_TRIES = 12;
const MAX_WAIT_MS = 60_000;

/**
 * @param url where Modelmeter listens, without a slash at the end
 * @param onWait hears why and how long it waits before it tries again
 * @throws Failure when nobody listens there, or it stays overloaded
 */
export const httpClient = ({
  url,
  token = process.env.MODELMETER_TOKEN,
  onWait = () => {},
}: {
  url: string;
  token?: string | undefined;
  onWait?: (reason: string, ms: number) => void;
}): Client => {
  let wasReached = false;

  const request: Client['request'] = async (path, { method = 'GET', headers = {}, body } = {}) => {
    const authorization = token ? { authorization: `Bearer ${token}` } : {};
    for (let attempt = 0; ; attempt++) {
      const outcome = await fetch(url + path, {
        method,
        headers: { ...authorization, ...headers },
        body: body ?? null,
      }).catch((error: unknown) => unreachable(url, error));
      const isLast = attempt + 1 >= MAX_TRIES;
      if (outcome instanceof Response) {
        wasReached = true;
        if ((outcome.status !== 429 && outcome.status !== 503) || isLast) return outcome;
        await outcome.body?.cancel();
      } else if (!wasReached || isLast) throw outcome; // one that never answered is not started, rather than restarting
      const ms = waitMs(outcome instanceof Response ? outcome.headers.get('retry-after') : null, attempt);
      onWait(outcome instanceof Response ? `the server answered ${outcome.status}` : 'the connection broke', ms);
      await sleep(ms);
    }
  };

  return {
    request,
    get: async (path, headers) => {
      const response = await request(path, { ...(headers && { headers }) });
      if (!response.ok) throw await refused(response);
      return response;
    },
  };
};

/** `Retry-After`, seconds or a date, where the server says it; else longer each time. */
const waitMs = (retryAfter: string | null, attempt: number): number => {
  const text = retryAfter?.trim() ?? '';
  const askedMs = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - Date.now();
  return Math.max(0, Math.min(MAX_WAIT_MS, Number.isNaN(askedMs) ? 200 * 2 ** attempt : askedMs));
};

const unreachable = (url: string, error: unknown): Failure => {
  const cause = error instanceof Error ? (error.cause ?? error) : error;
  const code = (cause as { code?: string } | undefined)?.code;
  const why = code ?? (cause instanceof Error ? cause.message : String(cause));
  return new Failure(`nothing answers at ${url} (${why}): start it with \`modelmeter serve\`, or say --url`, { cause });
};

/** What a problem-details answer says, as a failure for people. */
export const refused = async (response: Response): Promise<Failure> => {
  const text = await response.text();
  const { detail, title } = parseProblem(text);
  const said = detail ?? title ?? text.slice(0, 300).trim();
  const hint = response.status === 401 ? '; put a token in MODELMETER_TOKEN' : '';
  const isInput = response.status >= 400 && response.status < 500 && ![401, 403, 429].includes(response.status);
  return new Failure(`the server answered ${response.status}: ${said || response.statusText}${hint}`, {
    exitCode: isInput ? EXIT.badInput : EXIT.failed,
  });
};

interface ItemProblem {
  index?: number;
  path?: string;
  message: string;
}

/** What is used here of problem details and receipts; {} where the text is neither. */
export const parseProblem = (
  text: string,
): { title?: string; detail?: string; errors?: ItemProblem[]; warnings?: ItemProblem[] } => {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
};
