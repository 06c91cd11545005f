import { describe, expect, it } from '@jest/globals';
import { runCommand } from '../../dev/run.js';

const options = { env: { PATH: process.env['PATH'] ?? '' } };

describe('runCommand', () => {
  it('returns standard output and passes input', async () => {
    await expect(runCommand('cat', [], { ...options, input: 'hello' })).resolves.toBe('hello');
  });

  it('fails with the command, its exit code and its last words', async () => {
    await expect(runCommand('sh', ['-c', 'echo went wrong >&2; exit 3'], options)).rejects.toThrow(
      /^sh -c .* failed \(exit code 3\):\nwent wrong$/,
    );
  });

  it('fails when there is no such command', async () => {
    await expect(runCommand('no-such-command-here', [], options)).rejects.toThrow('ENOENT');
  });

  it('shows the environment that it is given and no other', async () => {
    await expect(runCommand('/usr/bin/env', [], { env: { ONLY: 'this' } })).resolves.toBe('ONLY=this\n');
  });

  it('ends the command and its children on abort', async () => {
    const reason = new Error('enough');
    const running = runCommand('sh', ['-c', 'sleep 60 & wait'], options, AbortSignal.abort(reason));
    await expect(running).rejects.toBe(reason);
    const controller = new AbortController();
    const started = runCommand('sh', ['-c', 'sleep 60 & wait'], options, controller.signal);
    controller.abort(reason);
    await expect(started).rejects.toBe(reason);
  });
});
