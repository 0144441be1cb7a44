import type { Change } from "../change";
import type { Interruption } from "../interruption";
import type { OktaManagement } from "../okta/management";
import type { Config } from "../rollback/history";
import type { Disruption } from "../signIn/kinds";
import type { Deployment, Stack } from "../stack";

export interface AdoptOptions {
  /** The app's ID. */
  app: string;
  /** The name of an authorization server that is taken over too. */
  server?: string;
  /** Change nothing. */
  dryRun?: true;
  /** Do not ask. */
  yes?: true;
  /** Leave the app the client secret that it has. */
  keepSecret?: true;
}

/** What goes under management, and what comes of it. */
export interface Adoption {
  stack: string;
  app: { id: string; label: string; clientId: string };
  server?: { id: string; name: string };
  dryRun: boolean;
  /** What the next update changes. */
  changes: Change[];
  /** What that does to people. */
  disruptions: Disruption[];
  /** What stays as it is, or could not be seen, in sentences. */
  notes: string[];
  /** What changes in the Secret and the ConfigMap that are there. */
  objects: ObjectDiff[];
  /** What is to be done next, in lines. */
  next: string[];
}

/** What changes in an object of the cluster. */
export interface ObjectDiff {
  /** Such as `Secret backstage/backstage-okta`. */
  object: string;
  lines: string[];
}

export interface Context extends AdoptOptions {
  stack: Stack;
  /** Its state before the adoption. */
  exported: Deployment;
  /** Its config before the adoption, secrets included. */
  config: Config;
  okta: OktaManagement;
  interruption: Interruption;
  say: (text: string) => void;
}
