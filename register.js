// What package.json's scripts preload, so that Node.js runs TypeScript.
try {
  require("ts-node/register");
} catch (error) {
  if (error.code !== "MODULE_NOT_FOUND") throw error;
  process.stderr.write("The packages of this checkout are not installed: run `npm ci`.\n");
  process.exit(2);
}
