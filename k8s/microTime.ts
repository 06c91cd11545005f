/** The `MicroTime` of the Kubernetes API, which is refused without exactly six digits of the second. */
export function microTime(time: Date): string {
  return time.toISOString().replace('Z', '000Z');
}
