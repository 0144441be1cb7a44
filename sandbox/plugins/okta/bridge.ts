/** An error as Pulumi's bridge to Terraform providers tells it. */
export function bridged(error: unknown, doing?: string, what?: string): Error {
  const told = `1 error occurred:\n\t* ${(error as Error).message}\n\n`;
  return new Error(doing ? `${doing} ${what}: ${told}` : told, { cause: error });
}

/** Runs a step of a resource's life; an error says which one failed. */
export async function step<T>(what: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw new Error(`${what}: ${(error as Error).message}`, { cause: error });
  }
}
