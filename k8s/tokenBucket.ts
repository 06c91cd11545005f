import type { Clock } from './clock.js';

export interface Rate {
  readonly perSecond: number;
  /** How many may go at once after a quiet time. */
  readonly burst: number;
}

export interface TokenBucket {
  /** Takes a token if there is one. */
  take(): boolean;
  /** Takes a token even in advance, and returns how many milliseconds to wait before using it. */
  reserve(): number;
}

export function createTokenBucket({ perSecond, burst }: Rate, clock: Clock): TokenBucket {
  let tokens = burst;
  let filledMs = clock.nowMs();

  function fill(): void {
    const nowMs = clock.nowMs();
    tokens = Math.min(burst, tokens + ((nowMs - filledMs) / 1000) * perSecond);
    filledMs = nowMs;
  }

  return {
    take() {
      fill();
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
    reserve() {
      fill();
      tokens--;
      return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000;
    },
  };
}
