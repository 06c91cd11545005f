import { describe, expect, it } from '@jest/globals';
import { parseBenchOptions } from '../../bench/options.js';
import type { Workload } from '../../bench/workload.js';

const workload = (name: string): Workload => ({ name, title: '', description: '', aim: '', run: async () => [] });
const [G1, P1] = [workload('G1'), workload('P1')];

describe('parseBenchOptions', () => {
  it('takes workloads in the order in which they were named, each once', () => {
    const options = parseBenchOptions(['p1', 'G1', 'P1', '--json', '--quick', '--repeat', '3'], [G1, P1]);

    expect(options).toMatchObject({ workloads: [P1, G1], printsJson: true, isQuick: true, repeat: 3 });
  });

  it('takes all without names', () => {
    const options = parseBenchOptions([], [G1, P1]);

    expect(options).toMatchObject({ workloads: [G1, P1], printsJson: false, isQuick: false, repeat: undefined });
  });

  it('names those that there are when one is unknown', () => {
    expect(() => parseBenchOptions(['G9'], [G1, P1])).toThrow('there is no workload "G9", only G1, P1');
  });
});
