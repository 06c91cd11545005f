import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** A call of a step of a sync, as `faultsPreload.js` sees it. */
export interface Call {
  /** The volume's directory on the export. */
  readonly volume: string;
  /** The activity: `resolve`, `diff`, `fetch`, `verify`, `publish`, `prune`. */
  readonly step: string;
  /** The function of Node; `handle.sync` and `handle.write` for an open file. */
  readonly name: string;
  /** Its text arguments, those of a list spread, and `flush` for that option. */
  readonly args: readonly string[];
  readonly when: 'before' | 'after';
}

interface Place extends Omit<Call, 'args'> {
  /** Names what comes of the rule. */
  readonly id: string;
  /** A regular expression that the arguments match, joined by blanks. */
  readonly args: string;
}

/** What happens at a call. */
export type Rule = Place &
  (
    | {
        /** Once. `kill` and `stop` happen when every rule of the plan with that action has arrived; those before wait. */
        readonly action: 'kill' | 'stop' | 'hold';
        /** The how manieth such call in one life of the process; 1 is the first. */
        readonly nth: number;
      }
    /** Fails with `code`, `times` times in one life of the process. */
    | { readonly action: 'fail'; readonly code: string; readonly times: number }
  );

export interface Plan {
  readonly rules?: readonly Rule[];
  /** Writes every call down. */
  readonly record?: boolean;
  /** Replaces the published files in place instead of flipping the link. */
  readonly flipByCopying?: boolean;
  /** How wrong the clock of the process is, in milliseconds. */
  readonly clockShiftMs?: number;
}

/** Faults that a test makes in a real process; see `faultsPreload.js`, which runs in there. */
export interface Faults {
  /** For the environment of the process. */
  readonly variables: Readonly<Record<string, string>>;
  /** Replaces the plan and forgets what came of the one before. Takes effect at once. */
  plan(plan: Plan): void;
  hasArrived(id: string): boolean;
  /** When the fault happened, in milliseconds since the epoch; undefined before that. */
  firedMs(id: string): number | undefined;
  /** Lets a call go on that is held. */
  release(id: string): void;
  /** What was recorded since the plan was made. */
  calls(): Call[];
}

const PRELOAD = fileURLToPath(new URL('faultsPreload.js', import.meta.url));

/** @param dir holds the plan and what came of it; made when missing */
export function createFaults(dir: string): Faults {
  mkdirSync(dir, { recursive: true });
  const log = join(dir, 'calls.jsonl');
  let known: string[] = [];
  let number = 0;
  const write = (plan: Plan): void => {
    // The number tells two equal plans apart: with each, counting begins anew.
    writeFileSync(join(dir, 'plan.next'), JSON.stringify({ number: ++number, ...plan }));
    renameSync(join(dir, 'plan.next'), join(dir, 'plan.json'));
  };
  return {
    variables: { NODE_OPTIONS: `--import=${pathToFileURL(PRELOAD).href}`, DROVER_TEST_FAULTS: dir },
    plan(plan) {
      write({});
      for (const id of known)
        for (const what of ['arrived', 'fired', 'failed', 'release'])
          rmSync(join(dir, `${what}-${id}`), { force: true });
      rmSync(log, { force: true });
      known = (plan.rules ?? []).map(({ id }) => id);
      write(plan);
    },
    hasArrived: (id) => existsSync(join(dir, `arrived-${id}`)),
    firedMs(id) {
      const path = join(dir, `fired-${id}`);
      return existsSync(path) ? Number(readFileSync(path, 'utf8')) : undefined;
    },
    release: (id) => writeFileSync(join(dir, `release-${id}`), ''),
    calls: () =>
      readFileSync(log, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Call),
  };
}
