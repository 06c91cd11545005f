/** The part of jest's JSON results (`--json --outputFile`) that decides. */
export interface TestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  /** Files that could not even be loaded; their tests are not counted. */
  readonly numRuntimeErrorTestSuites: number;
}

/** `N passed, N failed`. A file that could not be loaded counts as one failure. */
export function summarizeResults(results: TestResults): string {
  return `${results.numPassedTests} passed, ${results.numFailedTests + results.numRuntimeErrorTestSuites} failed`;
}
