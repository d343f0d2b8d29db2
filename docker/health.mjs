// Whether the service in this container is alive: exit code 0 when /health answers so, else 1.
const port = process.env.HTTP_PORT || '8080';
const alive = await fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(2_000) }).then(
  ({ ok }) => ok,
  () => false,
);
process.exitCode = alive ? 0 : 1;
