// What `up` and `status` print: one JSON object for programs, a table for people.

/**
 * The addresses of what runs, with what clients need to be let in.
 *
 * @param {Awaited<ReturnType<import('./commands.mjs').status>>} states
 */
export function addressesOf(folder, states) {
  const byName = new Map(states.map((state) => [state.name, state]));
  const addressOf = (name) => (byName.get(name)?.state === 'running' ? byName.get(name).address : null);
  const missing = byName.get('influx')?.absence;
  return {
    folder: folder.path,
    kafka: addressOf('kafka'),
    postgres: addressOf('postgres'),
    redis: addressOf('redis'),
    influx: addressOf('influx'),
    ...(missing === undefined ? {} : { influxMissing: missing }),
    prometheus: addressOf('prometheus'),
  };
}

/** Where everything is; passwords are in the folder's files. */
export function toText(folder, states) {
  const rows = states.map(({ name, state, pid, ports, log, absence }) => {
    if (pid === undefined) return [name, absence === undefined ? state : `absent: ${absence}`];
    const where = Object.entries(ports).map(
      ([port, number]) => (port === 'client' ? '' : `${port} `) + `127.0.0.1:${number}`,
    );
    return [name, state, where.join(', '), `process ${pid}`, log];
  });
  const widths = [0, 1, 2, 3].map((column) =>
    Math.max(...rows.map((row) => (column === 0 || row.length > 2 ? row[column].length : 0))),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [`Data, logs and secrets: ${folder.path}`, ...lines].join('\n');
}
