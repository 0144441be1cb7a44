const { connect, createServer } = require("node:net");
const { pipeline } = require("node:stream");

// Forwards the pod's 127.0.0.1:OKTA_PORT to the Unix socket OKTA_SOCKET, on which the local Okta serves.
const { OKTA_PORT, OKTA_SOCKET } = process.env;

const server = createServer({ allowHalfOpen: true }, (client) => {
  const okta = connect({ path: OKTA_SOCKET, allowHalfOpen: true });
  // A connection that breaks on one side is broken on the other too.
  pipeline(client, okta, (error) => error && client.destroy());
  pipeline(okta, client, (error) => error && client.destroy());
});
server.listen(Number(OKTA_PORT), "127.0.0.1");
process.once("SIGTERM", () => process.exit());
