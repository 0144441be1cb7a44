/** Resolves as require does, and packages that can only be imported as import does: see jest.config.js. */
module.exports = (request, options) => {
  try {
    return options.defaultResolver(request, options);
  } catch {
    return options.defaultResolver(request, { ...options, conditions: ["node", "import", "default"] });
  }
};
