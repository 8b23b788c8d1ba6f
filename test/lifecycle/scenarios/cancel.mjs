// A cancelled call is never settled, whenever it is cancelled; the others are, and the event loop empties.
import { argument, assert, loadAddon, makeLayer, report, sameBits, sleep, turn } from "../../support/child-addon.mjs";

const tries = Number(argument(0));
const addon = loadAddon();
const small = makeLayer(addon, { channels: 8, height: 16 });
const large = makeLayer(addon, { channels: 64, height: 112, batch: 8 });

/** Starts a call that notes how it was settled. */
function start(layer) {
  const call = { settled: 0, isCancelled: false };
  call.job = addon.runAsync(layer.plan, layer.packed, null, null, layer.batch, layer.input, null, (error, result) => {
    ++call.settled;
    call.isRight = !error && sameBits(result, layer.expected);
  });
  return call;
}
function cancel(call) {
  call.isCancelled = true;
  addon.cancel(call.job);
}

const calls = [];
for (let i = 0; i < tries; ++i) {
  const batch = Array.from({ length: 40 }, (_, k) => start(k % 10 === 0 ? large : small));
  calls.push(...batch);
  cancel(batch[3]); // before it starts
  cancel(batch[3]); // twice
  await (i % 2 === 0 ? turn() : sleep(i % 7));
  for (let k = 0; k < batch.length; k += 3) if (batch[k].settled === 0) cancel(batch[k]); // waiting, running or done
  if (i % 5 === 0) while (batch.some((call) => !call.isCancelled && call.settled === 0)) await sleep(1);
  cancel({ job: batch[1].job }); // after the end, or not: either way it is settled at most once
}
// A call that settles cancels another whose result is there already.
for (let i = 0; i < tries; ++i) {
  const jobs = [];
  let settled = 0;
  for (let k = 0; k < 8; ++k) {
    const job = addon.runAsync(small.plan, small.packed, null, null, 1, small.input, null, () => {
      ++settled;
      for (const other of jobs) addon.cancel(other);
    });
    jobs.push(job);
  }
  while (settled === 0) await sleep(1);
  await sleep(5);
  assert(settled === 1, `${settled} calls were settled after one had cancelled all`);
}
const isOpen = (call, i) => !call.isCancelled && call.settled === 0 && i % 40 !== 1;
while (calls.some(isOpen)) await sleep(10);
for (const [i, call] of calls.entries()) {
  if (call.isCancelled) assert(call.settled === 0, "a cancelled call was settled");
  else if (i % 40 === 1) assert(call.settled <= 1, "settled twice");
  else assert(call.settled === 1 && call.isRight, `settled ${call.settled} times`);
}
report({ calls: calls.length, cancelled: calls.filter((call) => call.isCancelled).length });
