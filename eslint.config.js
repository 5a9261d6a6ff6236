// How the screen's JavaScript is written. What is not so yet stands in tools/unchecked.json (check_javascript.mjs).
import js from "@eslint/js";
import globals from "globals";

const rules = {
  ...js.configs.recommended.rules,
  complexity: ["error", 15],
  eqeqeq: "error",
  "max-len": ["error", { code: 120 }],
  "max-lines": ["error", 300],
  "max-lines-per-function": ["error", { max: 60, skipComments: true }], // as a docstring of Python is not counted
  "no-shadow": "error",
  "no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
  "no-var": "error",
  "object-shorthand": "error",
  "prefer-const": "error",
};

export default [
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  { files: ["buddylab/**/*.js"], languageOptions: { globals: globals.browser }, rules },
  { files: ["tests/js/*.mjs", "tools/*.mjs", "eslint.config.js"], languageOptions: { globals: globals.node },
    rules: { ...rules, "no-shadow": "off" } }, // a test may call its own run what the module calls so
];
