/** The foreign stores pass the suites that the embedded ones pass. */
import { describe } from 'vitest';
import { completionsContract } from '../contracts/completions.ts';
import { conversationsContract } from '../contracts/conversations.ts';
import { directoryContract } from '../contracts/directory.ts';
import { jobsContract } from '../contracts/jobs.ts';
import { keysContract } from '../contracts/keys.ts';
import { mapCompletions } from './map-completions.ts';
import { mapConversations } from './map-conversations.ts';
import { mapDirectory } from './map-directory.ts';
import { mapJobs } from './map-jobs.ts';
import { mapKeys } from './map-keys.ts';

describe('keys in a Map', () => keysContract(async () => mapKeys()));

describe('organisations and teams in Maps', () => directoryContract(async () => mapDirectory()));

describe('completions in Maps', () =>
  completionsContract(async () => {
    const clock = { time: 0 };
    return { completions: mapCompletions(() => clock.time), clock };
  }));

describe('conversations in Maps', () =>
  conversationsContract(async () => {
    const clock = { time: 0 };
    const keptMs = 1_000;
    return { conversations: mapConversations(() => clock.time, keptMs), clock, keptMs };
  }));

describe('jobs in a Map', () =>
  jobsContract(async () => {
    let time = 1_800_000_000_000;
    const jobs = mapJobs(() => time);
    return {
      jobs,
      elsewhere: { ...jobs },
      pass(ms) {
        time += ms;
      },
    };
  }));
