/** Kubernetes quantities, as far as they count bytes. */

const FACTOR: Record<string, number> = {
  '': 1,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const QUANTITY = /^\+?([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:([KMGTPE]i|[mkMGTPE])|[eE]([+-]?[0-9]{1,2}))?$/;

/** Bytes of a quantity such as `10Gi`, `500M` or `1e9`, rounded up; undefined when `text` is none. `10GB` is none. */
export function parseBytes(text: string): number | undefined {
  const [, amount, suffix = '', exponent = '0'] = QUANTITY.exec(text) ?? [];
  if (amount === undefined) return undefined;
  return Math.ceil(Number(amount) * (FACTOR[suffix] ?? 1) * 10 ** Number(exponent));
}
