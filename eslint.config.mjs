import js from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: [".sandbox/", "backstage/*/dist/", "**/node_modules/"] },
  js.configs.recommended,
  {
    files: ["**/*.ts", "**/*.tsx"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
    },
  },
  {
    // The portal's packages are not installed here: its build checks its types.
    files: ["sandbox/portal/app/**", "sandbox/portal/backend/**"],
    extends: [tseslint.configs.disableTypeChecked],
  },
  {
    files: ["{backstage,components,ops,policy,sandbox}/**/*.{ts,tsx}", "*.ts"],
    rules: { "max-lines": ["error", 300], "max-lines-per-function": ["error", 60] },
  },
  {
    files: ["**/*.js", "**/*.cjs"],
    languageOptions: { globals: { module: "writable", require: "readonly", process: "readonly", Buffer: "readonly" } },
  },
);
