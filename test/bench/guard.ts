/** What the guard step costs a call: patterns on both sides and masking, around a model that answers at once. */
import { completionRequest } from '../../src/core/request/request.ts';
import { finishPaced } from '../../src/core/turns/paced.ts';
import { turnsOf } from '../../src/core/turns/turns.ts';
import { findPersonalData } from '../../src/pipeline/guard/masking/personal-data.ts';
import { sentenceCutter } from '../../src/pipeline/guard/output/sentence-cutter.ts';
import { patternGuard } from '../../src/pipeline/guard/pattern-guard.ts';
import { guarded } from '../../src/pipeline/guard.ts';
import { aCall } from '../pipeline/guard/calls.ts';
import { cpuUs, say } from './measure.ts';

const sentence = 'The parcel left our house on Monday, and it will reach you within the week if the weather allows. ';
const prompt = 'Write a short and friendly letter to a customer whose parcel is late, and say that we are sorry.';
const answer = sentence.repeat(14);
const patterns = ['(?i)project[ -]falcon', '\\bACME-\\d{4}\\b'];

export async function guardBench(): Promise<void> {
  const step = guarded({ guardrails: () => [patternGuard({ name: 'names', patterns })], mask: () => true });
  const request = completionRequest(prompt);
  const call = aCall();
  const whole = step.whole(() =>
    Promise.resolve({
      chunks: [
        { type: 'text', text: answer },
        { type: 'finish', reason: 'stop' },
      ],
    }),
  );
  const words = answer.split(/(?<= )/);
  const stream = step.stream(async function* () {
    for (const text of words) yield [{ type: 'text', text }];
    yield [{ type: 'finish', reason: 'stop' }];
  });
  const turns = turnsOf({ unitsPerTurn: Number.POSITIVE_INFINITY });
  const us = await cpuUs(
    {
      whole: () => whole(request, call),
      async stream() {
        for await (const _ of stream(request, call));
      },
      detectors: () => finishPaced(findPersonalData(prompt, turns)),
      cutter: () => sentenceCutter(2_048).push(answer),
    },
    { turns: 7, calls: 500 },
  );
  say(
    `guard: a prompt of ${prompt.length} and an answer of ${answer.length} characters: ${us.whole.toFixed(0)} us CPU whole, ${(us.stream / words.length).toFixed(2)} us a streamed word; of it detectors ${us.detectors.toFixed(1)}, cutter ${us.cutter.toFixed(1)} us`,
  );
}

if (import.meta.main) {
  await guardBench();
  process.exit(0);
}
