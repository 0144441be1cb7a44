const Sequencer = require("@jest/test-sequencer").default;

/** Starts the end-to-end tests first: the many short unit tests then keep all workers busy to the end. */
module.exports = class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    const isEndToEnd = ({ context }) => context.config.displayName.name === "e2e";
    return [...sorted.filter(isEndToEnd), ...sorted.filter((test) => !isEndToEnd(test))];
  }
};
