import { join } from "node:path";
import type { Entity } from "@backstage/catalog-model";
import { buildPortal } from "../../../sandbox/portal/build";
import { type Postgres, startPostgres } from "../../../sandbox/portal/postgres";
import { waitFor } from "../../../sandbox/processes/wait";
import { Backstage, BackstageClient, makeApp } from "./backstage";
import type { LocalOktaProcess } from "./localOkta";

const TOKEN = "of-no-worth-outside-of-these-tests";

/** A scheduled task, as Backstage's scheduler tells of it. */
interface Task {
  taskId: string;
  taskState: { status: string; lastRunEndedAt?: string; lastRunError?: string } | null;
}

/** The sandbox's portal with a database of its own, whose catalog reads people and groups from a local Okta. */
export class CatalogPortal extends BackstageClient {
  private backstage: Backstage | undefined;

  private constructor(
    url: string,
    private readonly program: string,
    private readonly database: Postgres,
    private readonly auth: object,
  ) {
    super(url);
  }

  /** Prepares one; {@link restart} starts it. It has an environment for each of these sign-in resolvers. */
  static async prepare(okta: LocalOktaProcess, resolvers: Record<string, object>): Promise<CatalogPortal> {
    const [{ folder }, url] = await Promise.all([buildPortal(), Backstage.freeUrl()]);
    const database = await startPostgres(folder);
    await database.process.ready();
    const environment = {
      ...(await makeApp(okta, url)),
      metadataUrl: `${okta.url}/oauth2/default/.well-known/openid-configuration`,
      prompt: "auto",
      additionalScopes: ["groups", "offline_access"],
    };
    const environments = Object.entries(resolvers).map(([name, resolver]) => [
      name,
      { ...environment, signIn: { resolvers: [resolver] } },
    ]);
    const auth = {
      environment: Object.keys(resolvers)[0],
      session: { secret: "of no worth outside of this test" },
      providers: { okta: Object.fromEntries(environments) as object },
    };
    return new CatalogPortal(url, join(folder, "backend/dist/index.js"), database, auth);
  }

  /**
   * Starts it with these entries of `catalog.providers.okta`, or starts it again: what is in its database stays. Its
   * runs are those that {@link sync} asks for, after a first one.
   */
  async restart(...okta: object[]): Promise<void> {
    await this.backstage?.stop();
    const schedule = { frequency: { hours: 1 } };
    const access = { type: "static", options: { token: TOKEN, subject: "tests" } };
    const config = {
      backend: {
        database: { client: "pg", connection: { host: this.database.folder, port: 5432, user: "backstage" } },
        auth: { externalAccess: [access] },
      },
      catalog: {
        stitchingStrategy: { pollingInterval: { milliseconds: 100 } },
        providers: { okta: okta.map((entry) => ({ schedule, ...entry })) },
      },
    };
    this.backstage = await Backstage.start(this.url, this.auth, { program: this.program, config });
  }

  async stop(): Promise<void> {
    await this.backstage?.stop();
    await this.database.process.stop();
  }

  /** Has the catalog read from Okta, and waits for the end. @returns why it changed nothing, if it did not */
  async sync(kind: "whole" | "changes" = "whole"): Promise<string | undefined> {
    const { taskId, taskState } = await waitFor("the run before to end", async () => {
      const task = await this.task(kind);
      return task.taskState?.status !== "running" && task;
    });
    await this.ask("POST", `.backstage/scheduler/v1/tasks/${encodeURIComponent(taskId)}/trigger`);
    const after = await waitFor("the run to end", async () => {
      const task = await this.task(kind);
      return task.taskState?.lastRunEndedAt !== taskState?.lastRunEndedAt && task;
    });
    const { lastRunError } = after.taskState ?? {};
    return lastRunError === undefined ? undefined : (JSON.parse(lastRunError) as Error).message;
  }

  /** What it says of its runs to anybody who asks. */
  async status(): Promise<{ provider: string; lastRunEndedAt?: string; lastRunError?: string }[]> {
    return (await (await fetch(`${this.url}/api/catalog/okta-org/status`)).json()) as never;
  }

  /** What the catalog has, by references. */
  async entities(): Promise<Map<string, Entity>> {
    const entities = (await (await this.ask("GET", "entities")).json()) as Entity[];
    return new Map(entities.map((entity) => [`${entity.kind.toLowerCase()}:${entity.metadata.name}`, entity] as const));
  }

  private async task(kind: "whole" | "changes"): Promise<Task> {
    const { tasks } = (await (await this.ask("GET", ".backstage/scheduler/v1/tasks")).json()) as { tasks: Task[] };
    const isOurs = ({ taskId }: Task) => taskId.startsWith("okta-org:");
    return tasks.find((task) => isOurs(task) && task.taskId.endsWith(":changes") === (kind === "changes"))!;
  }

  private async ask(method: string, path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const answer = await fetch(`${this.url}/api/catalog/${path}`, { method, headers });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  }
}
