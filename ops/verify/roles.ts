import { failed, type Finding, type Problem } from "./check";
import { askPortal } from "./http";
import type { Recorded } from "./recorded";

const PATH = "/api/permission/roles";

/** The portal has the plugin that the roles are for: nobody but who signs in may see them there. */
export async function checkRoles({ backendUrl }: Pick<Recorded, "backendUrl">): Promise<Finding> {
  const problem = rolesProblem((await askPortal(backendUrl + PATH)).status);
  return problem ? { problems: [problem] } : { says: "the RBAC plugin answers, and shows roles to nobody" };
}

/** What is wrong with the status that the portal answers to somebody who has not signed in. */
export function rolesProblem(status: number): Problem | undefined {
  if (status === 401) return undefined;
  const remedy =
    status === 404
      ? "install @backstage/plugin-permission-backend and @backstage-community/plugin-rbac-backend in the portal's backend (docs/people.md): until then nobody may do anything"
      : "it has to be 401: see the portal's logs, and the ingress";
  return failed(`${PATH} answers ${status} without a sign-in`, remedy);
}
