/** Two projects: `unit` needs nothing but Node and git; `stack` runs against real servers (see test/README.md). */
const common = {
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.drover/'],
};

export default {
  maxWorkers: 2,
  testSequencer: '<rootDir>/test/sequencer.js',
  projects: [
    {
      ...common,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/**/*.test.ts'],
      testPathIgnorePatterns: ['\\.stack\\.test\\.ts$'],
    },
    {
      ...common,
      displayName: 'stack',
      testMatch: ['<rootDir>/test/**/*.stack.test.ts'],
      globalSetup: '<rootDir>/test/globalSetup.js',
      globalTeardown: '<rootDir>/test/globalTeardown.js',
    },
  ],
};
