// Which room may import which: `npm run lint` checks it. The rooms are those of CONTRIBUTING.md.
const ROOMS = "^(backstage|components|ops|policy|sandbox|tests)/";
const others = (...allowed) => ({ path: ROOMS, pathNot: `^(${allowed.join("|")})/` });

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: {}, to: { circular: true } },
    {
      name: "components-stand-alone",
      comment:
        "The product is used without the rest. What the backend modules take, and how they name things, is theirs to define.",
      severity: "error",
      from: { path: "^components/" },
      to: {
        ...others("components"),
        pathNot: "^(components/|backstage/(auth/src/resolverOptions|catalog/src/options|naming/))",
      },
    },
    {
      name: "policy-stands-alone",
      comment: "A pack is published without the rest.",
      severity: "error",
      from: { path: "^policy/" },
      to: others("policy"),
    },
    { name: "backstage-stands-alone", severity: "error", from: { path: "^backstage/" }, to: others("backstage") },
    {
      name: "sandbox-does-not-know-the-stack",
      comment: "A stack that works only with the sandbox is a bug.",
      severity: "error",
      from: { path: "^sandbox/" },
      to: others("sandbox"),
    },
    {
      name: "commands-work-without-the-sandbox",
      severity: "error",
      from: { path: "^ops/" },
      to: { path: "^(sandbox|tests)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^sandbox/portal/(app|backend)/|/dist/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
  },
};
