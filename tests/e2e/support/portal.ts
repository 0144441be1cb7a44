import type { KubernetesObject, V1Deployment } from "@kubernetes/client-node";
import { portalManifests } from "../../../sandbox/portal/manifests";
import { type Ingress, startIngress } from "../../../sandbox/kubernetes/ingress";
import { freePort } from "../../../sandbox/processes/port";
import { oktaUrl } from "./sandbox";
import { applyAsPortalTeam, type StackOptions, TestStack } from "./stack";

/** Has a portal's catalog take people from a file, and not from Okta alone. */
export const PEOPLE_FROM_A_FILE = {
  APP_CONFIG_catalog_locations: JSON.stringify(
    ["./catalog.yaml", "./people.yaml"].map((target) => ({ type: "file", target })),
  ),
};

export interface PortalOptions extends StackOptions {
  /** Whether there are people in a file. @default true */
  people?: boolean;
}

/** A portal in pods of the sandbox, with a stack of its own that makes its sign-in. */
export class TestPortal {
  private constructor(
    readonly stack: TestStack,
    private readonly people: boolean,
    private ingress: Ingress,
  ) {}

  /** Makes the stack and puts the portal into the cluster, where it waits for what `up` makes. */
  static async make({ config, people = true, ...options }: PortalOptions = {}): Promise<TestPortal> {
    const port = await freePort();
    const stack = await TestStack.make({
      ...options,
      config: {
        portalUrl: urlOf(port),
        signInResolvers: [{ resolver: "oktaGroups" }],
        ...(people && { groupsFilter: { type: "REGEX", value: ".*" } }),
        ...config,
      },
      portal: (namespace) => portalObjects(namespace, port, people),
    });
    return new TestPortal(stack, people, await ingressOf(stack, port));
  }

  /** Where a browser finds it. */
  get url(): string {
    return urlOf(this.ingress.port);
  }

  /** Has it serve at another address, as its team would; what Okta and the stack know of it stays as it was. */
  async move(): Promise<void> {
    const port = await freePort();
    await applyAsPortalTeam(await portalObjects(this.stack.namespace, port, this.people));
    await this.ingress.stop();
    this.ingress = await ingressOf(this.stack, port);
  }

  async dispose(): Promise<void> {
    await this.ingress.stop();
    await this.stack.dispose();
  }
}

const urlOf = (port: number) => `http://127.0.0.1:${port}`;

const ingressOf = ({ namespace }: TestStack, port: number) =>
  startIngress({ namespace, service: "backstage", port, holdSeconds: 30 });

async function portalObjects(namespace: string, port: number, people: boolean): Promise<object[]> {
  const { SANDBOX_PORTAL_IMAGE: imageName, SANDBOX_OKTA_SOCKET: oktaSocket } = process.env;
  if (!imageName || !oktaSocket) throw new Error("There is no node in this sandbox, and so no portal in pods");
  const pods = { imageName, oktaPort: Number(new URL(oktaUrl).port), oktaSocket };
  const manifests = await portalManifests("kubectl", { namespace, portalUrl: urlOf(port), pods });
  const { items } = JSON.parse(manifests) as { items: KubernetesObject[] };
  const deployment = items.find(({ kind }) => kind === "Deployment") as V1Deployment;
  const variables = Object.entries(people ? PEOPLE_FROM_A_FILE : {}).map(([name, value]) => ({ name, value }));
  deployment.spec!.template.spec!.containers[0]!.env!.push(...variables);
  return items;
}
