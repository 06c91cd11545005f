import { describe, expect, it } from '@jest/globals';
import type { SyncRequest } from '../../domain/requests.js';
import { countAnswers } from './answers.js';
import type { Execution } from './executions.js';

const token = (name: string): SyncRequest => ({ reason: 'requested', token: name });
const generation = (number: number): SyncRequest => ({ reason: 'spec-changed', generation: number });

function execution(
  taken: readonly SyncRequest[],
  later: readonly SyncRequest[] = [],
  passedOn: readonly SyncRequest[] = [],
  result: Execution['result'] = 'Published',
): Execution {
  const outcome = passedOn.length > 0 ? 'continued' : 'completed';
  const received = [...taken, ...later];
  return {
    runId: 'run',
    startMs: 0,
    received,
    takenCount: taken.length,
    passedOn,
    nextRunId: undefined,
    stalls: [],
    result,
    outcome,
  };
}

describe('the count of answers', () => {
  it('takes repeats during a run, and requests that a newer one overtook, for answered by that run', () => {
    const executions = [
      execution([token('a')], [token('a'), generation(2), token('b'), token('c')], [token('c')]),
      execution([token('c')]),
    ];

    expect(countAnswers(executions)).toEqual({
      deliveries: 5,
      distinct: 4,
      unanswered: [],
      answeredTwice: [],
      useless: [],
      redelivered: [],
    });
  });

  it('names a request that starts a second run after the first has ended', () => {
    const executions = [execution([token('a')]), execution([token('a')])];

    expect(countAnswers(executions)).toMatchObject({ answeredTwice: ['token a'], useless: ['run (token a)'] });
  });

  it('tells a request that came a second time, and found nothing to do, from work that is done twice', () => {
    const executions = [execution([token('a')]), execution([token('a')], [], [], 'Unchanged')];

    expect(countAnswers(executions)).toMatchObject({
      answeredTwice: [],
      useless: [],
      redelivered: ['run (token a)'],
    });
  });

  it('names a run that does again what another one did on the way', () => {
    const executions = [execution([token('a')], [generation(2)]), execution([generation(2)])];

    expect(countAnswers(executions)).toMatchObject({ answeredTwice: [], useless: ['run (generation 2)'] });
  });

  it('names a request that was left to a run which never came', () => {
    expect(countAnswers([execution([token('a')], [token('b')], [token('b')])])).toMatchObject({
      unanswered: ['token b'],
    });
  });
});
