/** Whether a URL stays on its own machine, where plain http is no risk. */
export const isLoopback = ({ hostname }: URL) => ["127.0.0.1", "localhost"].includes(hostname);

export const withoutPassword = (uri: string) => uri.replace(/\/\/[^/@]*@/, "//***@");
