const WORDS =
  'volume replica pool target snapshot revision export mover poll source ref branch commit tree blob link flip';

/** `bytes` characters of text that is the same for the same seed; git compresses it about as well as real text. */
export function seededText(seed: number, bytes: number): string {
  const words = WORDS.split(' ');
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  let text = '';
  while (text.length < bytes) {
    // xorshift32 (Marsaglia, 2003)
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    text += `${words[state % words.length]} ${state.toString(36)}\n`;
  }
  return text.slice(0, bytes);
}
