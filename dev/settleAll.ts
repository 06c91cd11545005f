/**
 * Waits for all, even when one fails, and then throws the first failure: what is still starting must have reported
 * itself before anything is stopped.
 */
export async function settleAll(works: readonly Promise<unknown>[]): Promise<void> {
  const results = await Promise.allSettled(works);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
}
