import { describe, expect, it } from '@jest/globals';
import { toRows } from '../../bench/rows.js';
import { formatTable } from '../../bench/table.js';

describe('toRows', () => {
  it('sets ours beside the peer, and says nothing where there is none', () => {
    const ours = { wall: 220, files: 3, publish: 10.006 };
    const rows = toRows('G1', ours, { name: 'git', sample: { wall: 200, files: 0 } });

    expect(rows).toEqual([
      { workload: 'G1', metric: 'wall', unit: 'ms', ours: 220, peer: 200, peerName: 'git', ratio: 1.1 },
      { workload: 'G1', metric: 'files', unit: 'files', ours: 3, peer: 0, peerName: 'git', ratio: null },
      { workload: 'G1', metric: 'publish', unit: 'ms', ours: 10, peer: null, peerName: null, ratio: null },
    ]);
  });

  it('throws when a figure is missing', () => {
    expect(() => toRows('G1', {}, undefined, ['wall'])).toThrow('G1 has not measured wall');
  });
});

it('aligns the table', () => {
  const rows = toRows('G1', { wall: 5, cpu: 1234 }, { name: 'git clone', sample: { wall: 10 } });

  expect(formatTable(rows).split('\n')).toEqual([
    'WORKLOAD  METRIC  UNIT  OURS  PEER  RATIO  PEER IS',
    'G1        wall    ms       5    10    0.5  git clone',
    'G1        cpu     ms    1234',
  ]);
});
