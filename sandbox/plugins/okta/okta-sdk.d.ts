// The parts of the official client that the plugin loads. Its main module loads the models of the whole management API
// with them, which takes a third of a second in every preview; that is why there are types for that alone. These modules
// are CommonJS, so that importing them gives what they export as the default.
declare module "@okta/okta-sdk-nodejs/src/http" {
  import type { Response } from "node-fetch";
  export interface Http {
    /** Goes through HTTPS_PROXY unless unset. */
    agent: unknown;
    defaultHeaders: Record<string, string>;
    http(
      url: string,
      request: { method: string; headers?: object; body?: string; signal?: AbortSignal },
    ): Promise<Response>;
  }
  const exported: {
    Http: new (options: { requestExecutor: unknown; cacheMiddleware: null; oauth?: unknown }) => Http;
  };
  export default exported;
}

declare module "@okta/okta-sdk-nodejs/src/request-executor" {
  import type { Response } from "node-fetch";
  interface Request {
    url: string;
    method: string;
    headers: Record<string, string>;
    body: string;
    signal?: AbortSignal;
  }
  const RequestExecutor: new () => { fetch(request: Request): Promise<Response> };
  export default RequestExecutor;
}

declare module "@okta/okta-sdk-nodejs/src/jwt" {
  const exported: {
    makeJwt(
      client: { baseUrl: string; clientId: string; privateKey: string; keyId?: string },
      endpoint: string,
    ): Promise<{ compact(): string }>;
  };
  export default exported;
}
