import type { OktaManagement } from "./management";

/** A client secret of an app, as Okta's management API gives it: in plain text. */
export interface ClientSecret {
  id: string;
  client_secret: string;
  status: "ACTIVE" | "INACTIVE";
  /** ISO 8601. */
  created: string;
}

/**
 * The client secrets of an app. Okta takes two at the most, keeps the last active one active, and deletes inactive ones
 * alone.
 *
 * @see https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApplicationSSOPublicKeys/
 */
export class ClientSecrets {
  private readonly path: string;

  /** @param appId the app's own ID, not its client ID */
  constructor(
    private readonly okta: OktaManagement,
    appId: string,
  ) {
    this.path = `/api/v1/apps/${encodeURIComponent(appId)}/credentials/secrets`;
  }

  /**
   * All of them, the oldest first. The scope `okta.apps.read` is enough.
   *
   * @throws OktaApiError, as the others do
   */
  async list(): Promise<ClientSecret[]> {
    const secrets = await this.okta.list<ClientSecret>(this.path);
    return secrets.sort((a, b) => Date.parse(a.created) - Date.parse(b.created));
  }

  /** Adds an active secret with that value. */
  async add(value: string): Promise<ClientSecret> {
    return this.okta.post<ClientSecret>(this.path, { client_secret: value, status: "ACTIVE" });
  }

  async activate({ id }: ClientSecret): Promise<void> {
    await this.okta.post(`${this.path}/${id}/lifecycle/activate`);
  }

  /** From now on Okta refuses it. */
  async deactivate({ id }: ClientSecret): Promise<void> {
    await this.okta.post(`${this.path}/${id}/lifecycle/deactivate`);
  }

  /** Deletes an inactive one. */
  async remove({ id }: ClientSecret): Promise<void> {
    await this.okta.delete(`${this.path}/${id}`);
  }
}
