import type { Props } from "../contract";
import type { Json } from "./okta";
import { setStatus, type Definition } from "./resource";

/** What is switched on and off by calls of its own. */
export const STATUS = { type: "string", default: "ACTIVE", values: ["ACTIVE", "INACTIVE"] } as const;

/** okta.auth.Server: a custom authorization server. */
export const authorizationServer: Definition = {
  noun: "authorization server",
  schema: {
    name: { type: "string", autoname: true },
    audiences: { type: "set", required: true },
    description: { type: "string" },
    status: STATUS,
    issuerMode: { type: "string", default: "ORG_URL" },
    credentialsRotationMode: { type: "string", default: "AUTO" },
    issuer: { type: "string", output: true },
    kid: { type: "string", output: true },
    credentialsLastRotated: { type: "string", output: true },
    credentialsNextRotation: { type: "string", output: true },
  },

  async create(okta, inputs, made) {
    const path = "/api/v1/authorizationServers";
    const listing = `${path}?q=${encodeURIComponent(inputs.name as string)}&limit=200`;
    const { id } = (await okta.create(path, body(inputs), listing)) as { id: string };
    made(id);
    // Okta takes the manual mode in an update alone.
    if (inputs.credentialsRotationMode === "MANUAL") await okta.put(`${path}/${id}`, body(inputs));
    if (inputs.status === "INACTIVE") await okta.post(`${path}/${id}/lifecycle/deactivate`);
  },

  async find(okta, id) {
    const found = await okta.find(`/api/v1/authorizationServers/${id}`);
    return found && authorizationServerProps(found);
  },

  async update(okta, id, outputs, inputs) {
    const path = `/api/v1/authorizationServers/${id}`;
    if (outputs.status !== inputs.status) await setStatus(okta, path, inputs.status);
    await okta.put(path, body(inputs));
  },

  async remove(okta, id) {
    // Okta deletes only what is inactive.
    await okta.postIfThere(`/api/v1/authorizationServers/${id}/lifecycle/deactivate`);
    await okta.delete(`/api/v1/authorizationServers/${id}`);
  },
};

function body(inputs: Props): Json {
  return {
    name: inputs.name,
    description: inputs.description,
    audiences: inputs.audiences,
    issuerMode: inputs.issuerMode,
    credentials: { signing: { rotationMode: inputs.credentialsRotationMode } },
  };
}

/** An authorization server of Okta's API under the names of the resource and of the getServer function. */
export function authorizationServerProps(found: Json): Props {
  const { kid, rotationMode, lastRotated, nextRotation } = ((found.credentials as Json | undefined)?.signing ??
    {}) as Json;
  return {
    name: found.name,
    description: found.description,
    audiences: found.audiences,
    status: found.status,
    issuer: found.issuer,
    kid: kid ?? "",
    credentialsRotationMode: rotationMode,
    credentialsLastRotated: goTime(lastRotated),
    credentialsNextRotation: goTime(nextRotation),
    // Orgs without this feature leave it out, which says nothing.
    ...(found.issuerMode ? { issuerMode: found.issuerMode } : {}),
  };
}

/** A time as the genuine provider prints it: https://pkg.go.dev/time#Time.String */
function goTime(time: unknown): string {
  if (!time) return "";
  const [date, rest] = new Date(time as string).toISOString().split("T") as [string, string];
  return `${date} ${rest.replace(/\.?0*Z$/, "")} +0000 UTC`;
}
