import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    globalSetup: ["test/brokers/global-setup.ts"],
    // The machine that runs this may have two cores, and brokers on them: more at a time only makes all of them wait.
    maxWorkers: 2,
  },
});
