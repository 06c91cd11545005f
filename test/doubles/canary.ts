import { randomBytes } from 'node:crypto';

/** A secret that is to be found nowhere, and every form in which it might be. */
export interface Canary {
  readonly value: string;
  readonly forms: readonly string[];
}

/** @param name goes into the value, so that a find says which one it is */
export function createCanary(name: string): Canary {
  const core = `canary-${name}-${randomBytes(9).toString('hex')}`;
  // Characters that an URL, JSON, base64 and a shell each write in another way. What they leave alone is looked for too.
  const value = `${core}+/ &%'"$é`;
  return { value, forms: [value, encodeURIComponent(value), encodeURI(value), core, ...base64Forms(value)] };
}

/**
 * What is the same in base64 wherever the value stands: each of the three ways in which it can meet the groups of three
 * bytes, without the characters at both ends that its neighbours decide. Both alphabets.
 */
function base64Forms(value: string): string[] {
  return [0, 1, 2].flatMap((offset) => {
    const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from(value)]);
    const text = bytes.toString('base64').replaceAll('=', '');
    const known = text.slice(offset === 0 ? 0 : offset + 1, -2);
    return [known, known.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

/** The names of those of `traces` in which a form of the canary is. */
export function findCanary({ forms }: Canary, traces: Readonly<Record<string, string | Buffer>>): string[] {
  return Object.entries(traces)
    .filter(([, trace]) => forms.some((form) => trace.includes(form)))
    .map(([name]) => name);
}
