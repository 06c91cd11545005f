import { tmpdir } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { compare } from '../../bench/compare.js';
import type { Bench } from '../../bench/workload.js';

const bench: Bench = {
  isQuick: false,
  repeat: undefined,
  dir: tmpdir(),
  profileDir: undefined,
  ownEnv: {},
  env: { PATH: process.env['PATH'] ?? '' },
  say: () => undefined,
  defer: () => undefined,
  signal: new AbortController().signal,
};

describe('compare', () => {
  it('lets another contestant begin each round, and leaves the first round out of the medians', async () => {
    const order: string[] = [];
    const contestant = (name: string, walls: number[]) => ({
      name,
      async run(round: number) {
        order.push(`${name}${round}`);
        return { wall: walls[round] ?? NaN };
      },
    });

    const medians = await compare(bench, [contestant('a', [99, 1, 5, 3]), contestant('b', [99, 2, 2, 8])], 3);

    expect(order).toEqual(['a0', 'b0', 'b1', 'a1', 'a2', 'b2', 'b3', 'a3']);
    expect(medians).toEqual([{ wall: 3 }, { wall: 2 }]);
  });

  it('runs as often as it is told', async () => {
    const rounds: number[] = [];
    const contestant = {
      name: 'a',
      async run(round: number) {
        rounds.push(round);
        return {};
      },
    };

    await compare({ ...bench, repeat: 2 }, [contestant], 7);

    expect(rounds).toEqual([0, 1, 2]);
  });
});
