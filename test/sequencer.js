import TestSequencer from '@jest/test-sequencer';

/** The usual order, but the replay of all histories of this run comes last. */
export default class ReplayLast extends TestSequencer {
  sort(tests) {
    const isReplay = ({ path }) => path.includes('/test/replay/');
    const sorted = super.sort(tests);
    return [...sorted.filter((test) => !isReplay(test)), ...sorted.filter(isReplay)];
  }
}
