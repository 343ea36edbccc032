/** The one format of this repository; `npm run format` applies it, `npm run format:check` asks for it. */

/** @type {import("prettier").Config} */
const config = {
  printWidth: 120,
  trailingComma: "all",
};

export default config;
