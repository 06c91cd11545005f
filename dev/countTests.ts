/** `node dist/dev/countTests.js FILE`: prints the one line that sums up jest's JSON results. */
import { readFile } from 'node:fs/promises';
import { summarizeResults, type TestResults } from './testResults.js';

const [, , file = 'dist/test-results.json'] = process.argv;
console.log(summarizeResults(JSON.parse(await readFile(file, 'utf8')) as TestResults));
