import type { Call, Rule } from './faults.js';

/** Steps of a sync, and how a person calls what happens in them. */
export const PHASES = {
  resolve: 'resolve',
  diff: 'git fetch',
  fetch: 'materialise',
  verify: 'verify',
  publish: 'flip',
  prune: 'prune',
} as const;

type Step = keyof typeof PHASES;

/** Where to kill: a rule without the volume. */
export type Point = Omit<Extract<Rule, { nth: number }>, 'id' | 'volume' | 'action'> & { readonly step: Step };

/** Functions whose caller waits for a promise. */
const CAN_WAIT = /^(?!spawn$).*(?<!Sync)$/;

/**
 * Chooses points among the calls that a recorded sync makes, in groups of four: three calls that can wait for the rest of
 * their group, and last a synchronous one, or the start of a process that then goes on without its mover. Each group
 * has one kill; each step of a sync is in four points.
 */
export function choosePoints(calls: readonly Call[], random: () => number): Point[][] {
  const pick = <T>(items: readonly T[]): T => {
    const item = items[Math.floor(random() * items.length)];
    if (item === undefined) throw new Error('the recorded sync has no such call');
    return item;
  };
  const pointAt = (step: Step, name: RegExp, args: RegExp, when?: Call['when']): Point => {
    const fitting = calls.filter((call) => call.step === step && name.test(call.name) && args.test(shapeOf(call)));
    // Places first and only then calls: a thousand links are one place.
    const place = pick([...new Set(fitting.map((call) => `${call.name} ${shapeOf(call)}`))]);
    const same = fitting.filter((call) => `${call.name} ${shapeOf(call)}` === place);
    const nth = 1 + Math.floor(random() * same.length);
    return {
      step,
      name: same[0]?.name ?? '',
      args: patternOf(shapeOf(pick(same))),
      nth,
      when: when ?? pick(['before', 'after'] as const),
    };
  };
  const last = [
    pointAt('resolve', /^spawn$/, / ls-remote /, 'after'),
    pointAt('diff', /^spawn$/, / fetch /, 'after'),
    pointAt('fetch', /^linkSync$/, /same/),
    pointAt('fetch', /^spawn$/, / checkout-index /, 'after'),
    pointAt('verify', /^lstatSync$/, /tree/),
    pointAt('prune', /^existsSync$/, /snapshots/),
  ];
  const waiting = [
    pointAt('publish', /^rename$/, / \S*\/\.\.data$/, 'before'),
    pointAt('publish', /^rename$/, / \S*\/\.\.data$/, 'after'),
    pointAt('fetch', /^rename$/, /work-#\S* \S*tree/),
    pointAt('diff', /^rename$/, /pack-#/),
  ];
  const wanted: Record<Step, number> = { resolve: 3, diff: 3, fetch: 2, verify: 3, publish: 4, prune: 3 };
  for (const step of Object.keys(wanted) as Step[]) {
    while (waiting.filter((point) => point.step === step).length < wanted[step]) {
      const point = pointAt(step, CAN_WAIT, /./);
      if (!waiting.some((other) => JSON.stringify(other) === JSON.stringify(point))) waiting.push(point);
    }
  }
  const shuffled = waiting
    .map((point) => ({ point, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ point }) => point);
  return last.map((point, index) => [...shuffled.slice(3 * index, 3 * index + 3), point]);
}

/** The arguments without what differs from sync to sync and from volume to volume. */
function shapeOf({ args, volume }: Call): string {
  return args
    .join(' ')
    .replaceAll(volume, '@')
    .replaceAll(
      /\b\d[\w.-]*|[0-9a-f]{8}-[0-9a-f]{4}-[\w.-]*|\b[0-9a-f]{12,}\b|\b[0-9a-f]{8}-\d+-\d+\b|source-\w+/g,
      '#',
    );
}

function patternOf(shape: string): string {
  const escaped = shape.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return `^${escaped.replaceAll(/[@#]/g, String.raw`[^ /]+?`)}$`;
}
