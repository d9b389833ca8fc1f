/** Says what happened, to people (`text`) or machines (`json`, one object a line). Fields are small and hold no content. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export const consoleLog = (
  format: 'text' | 'json',
  write = (line: string) => process.stderr.write(`${line}\n`),
): Log => {
  const at =
    (level: 'info' | 'warn' | 'error') =>
    (message: string, fields: Record<string, unknown> = {}) => {
      const plain = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, printable(value)]));
      if (format === 'json') write(JSON.stringify({ time: new Date().toISOString(), level, message, ...plain }));
      else
        write(
          [level === 'info' ? '' : `${level}: `, message, ...Object.entries(plain).map(([k, v]) => ` ${k}=${v}`)].join(
            '',
          ),
        );
    };
  return { info: at('info'), warn: at('warn'), error: at('error') };
};

const printable = (value: unknown): unknown => (value instanceof Error ? (value.stack ?? value.message) : value);
