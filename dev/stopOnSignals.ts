/** Aborts at Ctrl-C, a kill or a closed terminal, and says which; whoever works then ends in order. */
export function stopOnSignals(say: (line: string) => void): AbortController {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (!stopping.signal.aborted) say(`stopping (${name})`);
      stopping.abort();
    });
  }
  return stopping;
}
