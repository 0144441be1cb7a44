const project = {
  // Jest would read every package.json below the checkout otherwise, those in the sandbox's container images too.
  roots: ["<rootDir>/tests"],
  resolver: "<rootDir>/tests/resolver.js",
  transform: { "\\.[cm]?[jt]s$": ["@swc/jest", { jsc: { target: "es2022" }, module: { type: "commonjs" } }] },
  // ESM packages are compiled to CommonJS, which these large ones are already.
  transformIgnorePatterns: ["/node_modules/(@pulumi|@grpc|@swc|google-protobuf|typescript)/"],
};

module.exports = {
  projects: [
    { ...project, displayName: "unit", testMatch: ["<rootDir>/tests/unit/**/*.test.ts"] },
    {
      ...project,
      displayName: "e2e",
      testMatch: ["<rootDir>/tests/e2e/**/*.test.ts"],
      setupFiles: ["<rootDir>/tests/e2e/support/worker.ts"],
    },
  ],
  testTimeout: 20_000,
  testSequencer: "<rootDir>/tests/sequencer.js",
  // Jest itself leaves one of the cores alone. Of the end-to-end tests, each worker needs a sandbox of its own.
  maxWorkers: 2,
};
