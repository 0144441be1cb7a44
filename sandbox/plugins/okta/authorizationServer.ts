import { step, unlessGone } from "./errors";
import { STATUS, type Fields } from "./fields";
import { part } from "./part";
import type { Definition } from "./resource";

const COLLECTION = "/api/v1/authorizationServers";
const signing = (key: string) => ({ at: `credentials.signing.${key}` });

/** An authorization server, as a resource and as the getServer function has it. */
export const serverFields: Fields = {
  name: { type: "string", autoname: true },
  audiences: { type: "set", required: true },
  description: { type: "string" },
  status: { ...STATUS, unsent: true },
  issuerMode: { type: "string", default: "ORG_URL", optional: true },
  credentialsRotationMode: { type: "string", default: "AUTO", ...signing("rotationMode") },
  issuer: { type: "string", output: true },
  kid: { type: "string", output: true, read: (kid) => kid ?? "", ...signing("kid") },
  credentialsLastRotated: { type: "string", output: true, read: goTime, ...signing("lastRotated") },
  credentialsNextRotation: { type: "string", output: true, read: goTime, ...signing("nextRotation") },
};

const server = part({
  noun: "authorization server",
  fields: serverFields,
  collection: () => COLLECTION,
  forgiving: true,
});

/** okta.auth.Server: a custom authorization server. */
export const authorizationServer: Definition = {
  ...server,

  async create(okta, inputs, onCreated) {
    let id = "";
    await server.create(okta, inputs, (made) => onCreated((id = made)));
    // Okta takes the manual mode in an update alone.
    if (inputs.credentialsRotationMode === "MANUAL") await server.update(okta, id, inputs, inputs);
    if (inputs.status === "INACTIVE") await server.update(okta, id, { ...inputs, status: "ACTIVE" }, inputs);
  },

  async remove(okta, id, outputs) {
    // Okta deletes only what is inactive.
    const deactivation = okta.post(`${COLLECTION}/${id}/lifecycle/deactivate`);
    await step("failed to deactivate authorization server", unlessGone(deactivation));
    await server.remove(okta, id, outputs);
  },
};

/** A time as the genuine provider prints it: https://pkg.go.dev/time#Time.String */
function goTime(time: unknown): string {
  if (!time) return "";
  const [date, rest] = new Date(time as string).toISOString().split("T") as [string, string];
  return `${date} ${rest.replace(/\.?0*Z$/, "")} +0000 UTC`;
}
