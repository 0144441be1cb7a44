import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PREFIX = "backstage-okta-sso-rollback-";
const NAME = new RegExp(`^${PREFIX}(\\d+)-`);

/** What a rollback notes before it changes anything, for the one that comes after it if it is killed. */
export interface Note {
  checkout: string;
  stack: string;
  /** The version that it goes back to. */
  target: number;
  /** When it began to change things. */
  time: Date;
}

/** The temporary folder of a rollback. */
export class RollbackFolder {
  private constructor(readonly path: string) {}

  static make(): RollbackFolder {
    return new RollbackFolder(mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`)));
  }

  /** The folders of this user's rollbacks that were killed. */
  static leftBehind(): RollbackFolder[] {
    return readdirSync(tmpdir())
      .filter((name) => NAME.test(name) && !isAlive(Number(NAME.exec(name)?.[1])))
      .map((name) => join(tmpdir(), name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.())
      .map((path) => new RollbackFolder(path));
  }

  join(...names: string[]): string {
    return join(this.path, ...names);
  }

  write(note: Note): void {
    writeFileSync(this.join("note.json"), JSON.stringify(note));
  }

  /** Nothing, if it was killed before it changed anything. */
  get note(): Note | undefined {
    try {
      const note = JSON.parse(readFileSync(this.join("note.json"), "utf8")) as Note;
      return { ...note, time: new Date(note.time) };
    } catch {
      return undefined;
    }
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Whether there is a process with this ID on this machine. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
