// What a goal's tries came to (goals.d.mts): counted outcomes, the worst of each number, and what went wrong.
import { runScript, whatIsWrong } from "./process.mjs";

/** Adds counts by name to others. */
export function addCounts(into, more) {
  for (const [name, times] of Object.entries(more)) into[name] = (into[name] ?? 0) + times;
}

export class Batch {
  tries = 0;
  outcomes = {};
  worst = {};
  failures = [];

  count(name, times = 1) {
    addCounts(this.outcomes, { [name]: times });
  }

  /** Runs a script that must end with 0 and write nothing on stderr; counts the outcomes that it reports. */
  async run(file, args, options, label = "") {
    const outcome = await runScript(file, args, options);
    const wrong = whatIsWrong(outcome);
    if (wrong !== null) this.failures.push(`${label}${wrong}`);
    addCounts(this.outcomes, outcome.report.outcomes ?? {});
    return { ...outcome, isRight: wrong === null };
  }
}
