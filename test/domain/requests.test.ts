import { describe, expect, it } from '@jest/globals';
import {
  coalesce,
  handledBy,
  isSatisfied,
  triggerOf,
  type Handled,
  type SyncRequest,
  planRequest,
  requestedPlan,
} from '../../domain/requests.js';

const changed = (revision: string, generation = 1): SyncRequest => ({
  reason: 'source-changed',
  revision,
  generation,
  credentialsVersion: '',
});
const spec = (generation: number): SyncRequest => ({ reason: 'spec-changed', generation });
const asked = (token: string): SyncRequest => ({ reason: 'requested', token });

describe('isSatisfied', () => {
  it.each<[SyncRequest, Handled, boolean]>([
    [changed('r1'), { revision: 'r1' }, true],
    [changed('r2'), { revision: 'r1' }, false],
    [changed('r1'), {}, false],
    [changed('r1'), { refused: { revision: 'r1', generation: 1, credentialsVersion: '' } }, true],
    [changed('r1', 2), { refused: { revision: 'r1', generation: 1, credentialsVersion: '' } }, false],
    [changed('r1'), { refused: { revision: 'r1', generation: 1, credentialsVersion: 'v' } }, false],
    [spec(3), { generation: 3 }, true],
    [spec(3), { generation: 4 }, true],
    [spec(4), { generation: 3 }, false],
    [spec(1), {}, false],
    [asked('x'), { token: 'x' }, true],
    [asked('y'), { token: 'x' }, false],
    [asked('y'), {}, false],
  ])('%j after %j: %s', (request, handled, expected) => {
    expect(isSatisfied(request, handled)).toBe(expected);
  });

  it('holds for whatever a run says that it answers', () => {
    const requests = [changed('r1'), spec(2), asked('x')];

    const handled = handledBy(requests);

    expect(requests.every((request) => isSatisfied(request, handled))).toBe(true);
  });
});

describe('coalesce', () => {
  it('keeps the newest of each reason, however many come', () => {
    let requests: SyncRequest[] = [];
    for (let count = 0; count < 50; count++) {
      requests = coalesce(requests, asked(`t${count}`));
      requests = coalesce(requests, changed(`r${count}`));
    }

    expect(requests).toEqual([asked('t49'), changed('r49')]);
  });
});

describe('triggerOf', () => {
  it.each<[SyncRequest[], string]>([
    [[changed('r')], 'source-changed'],
    [[changed('r'), spec(1)], 'spec-changed'],
    [[changed('r'), spec(1), asked('x')], 'requested'],
    [[], 'requested'],
  ])('%j: %s', (requests, expected) => {
    expect(triggerOf(requests)).toBe(expected);
  });
});

describe('requestedPlan', () => {
  const digest = `sha256:${'a'.repeat(64)}`;

  it.each<[string, SyncRequest[], string | undefined]>([
    ['a request for a plan', [asked(planRequest(digest, 'x'))], digest],
    ['one among others', [changed('r'), asked(planRequest(digest, 'x')), spec(1)], digest],
    ['an ordinary request', [asked('now')], undefined],
    ['a request that looks almost like one', [asked(`plan:${digest}`)], undefined],
    ['none', [changed('r')], undefined],
  ])('finds the plan that a run is bound to: %s', (_name, requests, expected) => {
    expect(requestedPlan(requests)).toBe(expected);
  });
});
