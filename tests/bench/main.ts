/**
 * Measures the subjects that it is given, or all: prints each figure as it comes, and writes them as JSON to the file
 * that BENCH_JSON names, bench.json by default.
 */
import { writeFileSync } from "node:fs";
import { Argument, Command } from "commander";
import { adopt } from "./adopt";
import { catalog } from "./catalog";
import { growth } from "./growth";
import { previews } from "./previews";
import { rotation } from "./rotation";
import { signIn } from "./signIn";
import { team } from "./team";

const SUBJECTS = { previews, growth, "sign-in": signIn, team, catalog, adopt, rotation };
type Subject = keyof typeof SUBJECTS;
const names = Object.keys(SUBJECTS) as Subject[];

const command = new Command("bench")
  .addArgument(new Argument("[subjects...]", "what to measure").choices(names).default(names))
  .action(async (subjects: Subject[]) => {
    const file = process.env.BENCH_JSON ?? "bench.json";
    const figures: Partial<Record<Subject, unknown>> = {};
    for (const subject of subjects) {
      figures[subject] = await SUBJECTS[subject]();
      writeFileSync(file, JSON.stringify(figures, null, 2));
    }
    console.log(`Figures in ${file}`);
  });

void command.parseAsync();
