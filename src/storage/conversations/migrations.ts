import type { Migration } from '../database/database.ts';

/** Titles, questions and answers are sealed (see `../state/seal.ts`) and stored as base64. An idempotency key is stored as a digest. */
export const conversationMigrations: readonly Migration[] = [
  {
    id: 140,
    name: 'conversations',
    sql: `
      create table conversations (
        id text primary key, principal text not null, title text, created_at bigint not null, updated_at bigint not null,
        expires_at bigint not null, bytes bigint not null, running text, owner text
      );
      create index conversations_principal on conversations (principal, updated_at, id);
      create index conversations_expiry on conversations (expires_at);
      create index conversations_running on conversations (owner) where owner is not null;
      create table conversation_turns (
        conversation text not null, place bigint not null, completion_id text not null, digest text, opens_with text not null,
        asked text not null, asked_tokens bigint not null, status text not null, answer text, answer_tokens bigint not null,
        began_at bigint not null,
        primary key (conversation, place)
      );`,
  },
];
