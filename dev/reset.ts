/** `npm run reset`: removes the state of the local stack. Tools in the cache stay. */
import { Command } from 'commander';
import { resetState } from './resetState.js';

const { state } = new Command('npm run reset --')
  .description('Removes the state of the local stack: clusters, histories, exports and logs.')
  .option('--state <dir>', 'the state directory', '.drover')
  .parse()
  .opts<{ state: string }>();
try {
  console.log((await resetState(state)) ? `removed ${state}` : `there is no ${state}`);
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}
