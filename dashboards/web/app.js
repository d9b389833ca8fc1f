/** The page at `/`: reads /healthz every two seconds and shows it. No library, no build step. */

const POLL_MS = 2000;
const BAR_S = 5; // one bar of a chart, seconds: senders send in bursts, and a bar a second would be a comb
const CHART_S = 300;
const RATE_S = 30; // what "now" averages over: most senders of metrics send every 15 s
const MY_DEPLOYMENT = 'my-first-model';

const RATES = [
  { field: 'events', name: 'Events' },
  { field: 'samples', name: 'Metric samples' },
  { field: 'spans', name: 'Spans' },
  { field: 'logs', name: 'Log records' },
];

const SNIPPETS = [
  {
    tab: 'JSON',
    text: 'One call of a model. Paste it into a terminal:',
    code: (origin) => `curl -sS ${origin}/v1/events \\
  -H 'content-type: application/json' \\
  -d '{
    "kind": "inference",
    "deployment": "${MY_DEPLOYMENT}",
    "team": "my-team",
    "latencyMs": 840,
    "status": "ok",
    "inputTokens": 1200,
    "outputTokens": 85
  }'`,
    hint: 'The answer is 202 once it is on disk. An array or NDJSON works as well, up to 10,000 events a request.',
  },
  {
    tab: 'OpenTelemetry',
    text: 'Point any OTLP/HTTP exporter here; metrics, traces and logs are taken, protobuf or JSON:',
    code: (origin) => `export OTEL_EXPORTER_OTLP_ENDPOINT=${origin}
export OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf
export OTEL_SERVICE_NAME=${MY_DEPLOYMENT}
export OTEL_RESOURCE_ATTRIBUTES=team=my-team`,
    hint: 'Spans by the GenAI semantic conventions become inference events, with tokens, model and latency.',
  },
  {
    tab: 'Prometheus',
    text: 'Add this to prometheus.yml, and what it scrapes (vLLM, DCGM, node_exporter) arrives here too:',
    code: (origin) => `remote_write:
  - url: ${origin}/api/v1/write`,
    hint: 'Well-known names are mapped onto the catalogue; the others keep their own.',
  },
];

const byId = (id) => document.getElementById(id);
const whole = new Intl.NumberFormat('en');
const short = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const count = (value) => (typeof value === 'number' ? whole.format(value) : '–');

/** An element with attributes and children; texts are set as text, never as markup. */
const element = (tag, attributes = {}, ...children) => {
  const node = tag.startsWith('svg:')
    ? document.createElementNS('http://www.w3.org/2000/svg', tag.slice(4))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

const perSecond = (value) => {
  if (value === 0) return '0';
  if (value < 10) return value.toFixed(1);
  return value < 10_000 ? whole.format(Math.round(value)) : short.format(value);
};

const duration = (seconds) => {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
};

const asMs = (time) => (typeof time === 'number' ? time : Date.parse(time));

/** One field in bars of BAR_S seconds, per second, oldest first; the last bar ends now. Seconds in which nothing came are not told. */
const barsOf = (seconds, field, nowMs) => {
  const bars = new Array(CHART_S / BAR_S).fill(0);
  for (const second of seconds) {
    const bar = bars.length - 1 - Math.floor(Math.max(0, nowMs - asMs(second.t)) / (BAR_S * 1000));
    if (bar >= 0 && bar < bars.length) bars[bar] += second[field] ?? 0;
  }
  return bars.map((sum) => sum / BAR_S);
};

const showRates = (seconds, nowMs) => {
  const cards = RATES.map(({ field, name }) => {
    const bars = barsOf(seconds, field, nowMs);
    const peak = Math.max(...bars);
    const recent = bars.slice(-RATE_S / BAR_S);
    const now = recent.reduce((sum, value) => sum + value, 0) / recent.length;
    const chart = element('svg:svg', {
      viewBox: `0 0 ${bars.length * 4} 56`,
      preserveAspectRatio: 'none',
      role: 'img',
      'aria-label': `${name} per second over the last five minutes, at most ${perSecond(peak)}`,
    });
    chart.append(element('svg:line', { x1: 0, x2: bars.length * 4, y1: 55.5, y2: 55.5 }));
    bars.forEach((value, i) => {
      if (value === 0) return;
      const height = Math.max(1.5, (value / peak) * 52);
      chart.append(element('svg:rect', { x: i * 4, y: 55 - height, width: 3, height }));
    });
    return element(
      'article',
      { class: 'rate' },
      element('h2', {}, name),
      element('p', { class: 'value' }, perSecond(now), element('small', {}, ` /s, last ${RATE_S} s`)),
      chart,
      element(
        'p',
        { class: 'axis' },
        element('span', {}, '−5 min'),
        element('span', {}, peak ? `peak ${perSecond(peak)}` : ''),
        element('span', {}, 'now'),
      ),
    );
  });
  byId('rates').replaceChildren(...cards);
};

const entry = (term, value, { note, tone } = {}) =>
  element(
    'div',
    {},
    element('dt', {}, term, ...(note ? [element('small', { class: 'note' }, note)] : [])),
    element('dd', tone ? { 'data-tone': tone } : {}, value),
  );

const showFacts = (health) => {
  const { received = {}, rollupLagS, newestRollupMs, backlogBatches = 0, oldestWaitingS = 0 } = health;
  const batches = `${count(backlogBatches)} ${backlogBatches === 1 ? 'batch' : 'batches'}`;
  const waiting = backlogBatches > 0 ? `${batches}, oldest ${duration(oldestWaitingS)}` : batches;
  const age =
    newestRollupMs == null
      ? 'none yet'
      : typeof rollupLagS === 'number'
        ? `${duration(rollupLagS)} ago`
        : clock.format(newestRollupMs);
  byId('facts').replaceChildren(
    entry('Newest rollup', age),
    entry('Series', count(health.series)),
    entry('Events received', count(received.events)),
    entry('Yet to be rolled up', waiting, { tone: oldestWaitingS > 60 ? 'warn' : undefined }),
  );
};

const showDoor = ({ received = {}, folded = [] }) => {
  byId('door').replaceChildren(
    entry('Requests accepted', count(received.batches), { note: 'each on disk before its answer' }),
    entry('Sent again', count(received.duplicates), { note: 'retries, counted once' }),
    entry('Rejected items', count(received.rejected), {
      note: 'the answer named field and reason',
      tone: received.rejected ? 'warn' : undefined,
    }),
  );
  byId('folded-title').hidden = folded.length === 0;
  byId('folded').replaceChildren(
    ...folded.map(({ family, dimension, count: values }) =>
      entry(`${dimension} of ${family}`, count(values), {
        note: 'more values than the limit keeps apart',
        tone: 'warn',
      }),
    ),
  );
};

const showKinds = (kinds = {}) => {
  const sorted = Object.entries(kinds)
    .filter(([, n]) => n > 0)
    .sort(([, a], [, b]) => b - a);
  const most = sorted[0]?.[1] ?? 1;
  byId('no-kinds').hidden = sorted.length > 0;
  byId('kinds').replaceChildren(
    ...sorted.map(([kind, n]) =>
      element(
        'li',
        { class: kind },
        element('span', { class: 'kind' }, kind),
        element(
          'svg:svg',
          { viewBox: '0 0 100 10', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
          element('svg:rect', { width: Math.max(0.6, (n / most) * 100), height: 10 }),
        ),
        element('span', { class: 'count' }, count(n)),
      ),
    ),
  );
};

let seen; // what the table showed before, so that only newcomers light up; undefined before the first answer
const keyOf = ({ t, kind, deployment, summary }) => `${t} ${kind} ${deployment} ${summary}`;

const showRecent = (recent = []) => {
  const before = seen;
  seen = new Set(recent.map(keyOf));
  byId('no-recent').hidden = recent.length > 0;
  byId('arrivals-table').hidden = recent.length === 0;
  // Left alone when nothing is new, so that a text being selected stays so.
  if (before?.size === seen.size && [...seen].every((key) => before.has(key))) return;
  byId('recent').replaceChildren(
    ...recent.map((event) => {
      const isNew = before && !before.has(keyOf(event));
      const classes = [isNew && 'new', event.deployment === MY_DEPLOYMENT && 'yours'].filter(Boolean).join(' ');
      return element(
        'tr',
        classes ? { class: classes } : {},
        element('td', {}, clock.format(asMs(event.t))),
        element('td', {}, element('span', { class: `kind ${event.kind}` }, event.kind)),
        element('td', {}, event.deployment ?? '–'),
        element('td', {}, event.summary ?? ''),
      );
    }),
  );
  const mine = recent.find(({ deployment }) => deployment === MY_DEPLOYMENT);
  if (mine && byId('landed').hidden) {
    byId('landed').hidden = false;
    byId('landed').textContent =
      `Your event of ${MY_DEPLOYMENT} arrived at ${clock.format(asMs(mine.t))}. It is on disk, and in a query within a minute.`;
  }
};

const showStatus = (state, text) => {
  const status = byId('status');
  if (status.dataset.state === state && status.textContent === text) return; // do not announce what did not change
  status.dataset.state = state;
  status.replaceChildren(element('span', {}, text));
};

const show = (health, nowMs) => {
  showStatus(health.status === 'ok' ? 'ok' : 'degraded', health.status === 'ok' ? 'Live' : 'Degraded');
  document.querySelector('main').removeAttribute('data-stale');
  byId('version').textContent = health.version ? `v${health.version}` : '';
  if (health.startedAt) {
    const up = (nowMs - asMs(health.startedAt)) / 1000;
    byId('since').textContent =
      `Telemetry of your models, as it arrives. Running for ${duration(Math.max(0, up))}, updated every two seconds.`;
  }
  showRates(health.receivedPerSecond ?? [], nowMs);
  showFacts(health);
  showRecent(health.recent);
  showKinds(health.kinds);
  showDoor(health);
};

const poll = async () => {
  try {
    const response = await fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(8000) });
    // A degraded server answers 503 with the same facts.
    // The server's clock, since this machine's may differ; Node sends it with every answer.
    show(await response.json(), Date.parse(response.headers.get('date')) || Date.now());
  } catch {
    showStatus('lost', 'Not answering, trying again');
    document.querySelector('main').setAttribute('data-stale', '');
  }
  setTimeout(poll, POLL_MS);
};

const showSnippet = (chosen) => {
  byId('tabs').replaceChildren(
    ...SNIPPETS.map((snippet) => {
      const isChosen = snippet === chosen;
      const tab = element(
        'button',
        { type: 'button', role: 'tab', 'aria-selected': String(isChosen), 'aria-controls': 'snippet-panel' },
        snippet.tab,
      );
      tab.addEventListener('click', () => {
        showSnippet(snippet);
        byId('tabs').querySelector('[aria-selected="true"]').focus();
      });
      return tab;
    }),
  );
  byId('snippet-text').textContent = chosen.text;
  byId('snippet').textContent = chosen.code(location.origin);
  byId('snippet-hint').textContent = chosen.hint;
};

const copy = async () => {
  const button = byId('copy');
  try {
    await navigator.clipboard.writeText(byId('snippet').textContent);
    button.textContent = 'Copied';
  } catch {
    // Without a secure context there is no clipboard: select it, so that one key copies it.
    getSelection().selectAllChildren(byId('snippet'));
    button.textContent = 'Press Ctrl+C';
  }
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 2000);
};

byId('copy').addEventListener('click', copy);
showSnippet(SNIPPETS[0]);
showRates([], 0);
poll();
