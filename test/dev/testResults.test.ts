import { expect, it } from '@jest/globals';
import { summarizeResults } from '../../dev/testResults.js';

it.each([
  [{ numPassedTests: 12, numFailedTests: 0, numRuntimeErrorTestSuites: 0 }, '12 passed, 0 failed'],
  [{ numPassedTests: 12, numFailedTests: 2, numRuntimeErrorTestSuites: 0 }, '12 passed, 2 failed'],
  [{ numPassedTests: 12, numFailedTests: 0, numRuntimeErrorTestSuites: 1 }, '12 passed, 1 failed'],
])('%j is %s', (results, line) => {
  expect(summarizeResults(results)).toBe(line);
});
