// A bar on a terminal; nothing in a pipe or a log.
export async function startProgress(total) {
  if (!process.stderr.isTTY) return { step: () => {}, stop: () => {} };
  const { default: cliProgress } = await import("cli-progress");
  const bar = new cliProgress.SingleBar({
    format: "{bar} {percentage} %  {eta_formatted} left  {label}",
    barCompleteChar: "█",
    barIncompleteChar: "░",
    clearOnComplete: true,
    hideCursor: true,
    stream: process.stderr,
    etaBuffer: 20,
  });
  bar.start(total, 0, { label: "" });
  let begun = false;
  return {
    /** One step is done, and the next one is called `label`. */
    step(label) {
      if (begun) bar.increment(1, { label });
      else bar.update(0, { label });
      begun = true;
    },
    stop: () => bar.stop(),
  };
}
